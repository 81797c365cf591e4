"""A PC/SC service of this test process alone: pcscd with two vpcd readers on free ports, in a namespace.

The socket that clients find by PCSCLITE_CSOCK_NAME lies in the test's own folder: workers do not meet.
"""

import contextlib
import os
import shutil
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from free_ports import free_ports
from smartcard import scard

from tournee.emulation.vpcd import VpcdCard, WholeCommandCard

DRIVER = "/usr/lib/pcsc/drivers/serial/libifdvpcd.so"
SOCKET_NAME = "PCSCLITE_CSOCK_NAME"
READERS = ("Virtual PCD 00 00", "Virtual PCD 00 01")
_START_S = 10
_CONF = """FRIENDLYNAME "Virtual PCD"
DEVICENAME   /dev/null:{port:#x}
LIBPATH      {driver}
CHANNELID    {port:#x}
"""


class PcscService:
    """pcscd and its two readers, `READERS`, each with or without a card."""

    def __init__(self, folder: Path) -> None:
        self._ports = free_ports(2)  # in a row, as vpcd takes them
        self._cards: dict[int, VpcdCard] = {}
        (folder / "readers").mkdir()
        (folder / "run").mkdir()
        (folder / "readers" / "vpcd").write_text(_CONF.format(port=self._ports[0], driver=DRIVER))
        self.socket = folder / "run" / "pcscd.comm"
        script = (
            f"mount -t tmpfs tmpfs /run && mkdir /run/pcscd && mount --bind {folder}/run /run/pcscd"
            f" && exec pcscd -f -c {folder}/readers"
        )
        path = os.pathsep.join((os.environ["PATH"], "/usr/sbin", "/usr/local/sbin"))
        unshare = ["unshare", "-m"] if os.geteuid() == 0 else ["unshare", "-rm"]
        assert shutil.which("pcscd", path=path), "pcscd is missing: ./tools/dev test installs it"
        self._process = subprocess.Popen(
            [*unshare, "sh", "-c", script],
            env={**os.environ, "PATH": path},
            stdout=(folder / "pcscd.log").open("wb"),
            stderr=subprocess.STDOUT,
        )
        self._wait_until_up(folder)

    def hold(self, *cards: WholeCommandCard | None) -> None:
        """Put these cards into the readers in place of what was there; PC/SC has seen both go and come."""
        gone = list(self._cards)
        for reader in gone:
            self._cards.pop(reader).remove()
        for reader in gone:
            self._wait_while(reader, scard.SCARD_STATE_PRESENT)
        for reader, card in enumerate(cards):
            if card is not None:
                self._cards[reader] = VpcdCard(card, self._ports[reader])
        for reader in self._cards:
            self._wait_while(reader, scard.SCARD_STATE_EMPTY)

    def _wait_while(self, reader: int, unwanted: int) -> None:
        _, context = scard.SCardEstablishContext(scard.SCARD_SCOPE_USER)
        state = scard.SCARD_STATE_UNAWARE
        while state == scard.SCARD_STATE_UNAWARE or state & unwanted:
            result, states = scard.SCardGetStatusChange(context, 5000, [(READERS[reader], state)])
            assert result == scard.SCARD_S_SUCCESS, scard.SCardGetErrorMessage(result)
            state = states[0][1]
        scard.SCardReleaseContext(context)

    def pull(self, reader: int) -> None:
        """Take a card out at once, whatever it does."""
        self._cards[reader].pull()

    def stop(self) -> None:
        """Take the cards out and end the service."""
        self.hold()
        self._process.terminate()
        self._process.wait()

    def _wait_until_up(self, folder: Path) -> None:
        end = time.monotonic() + _START_S
        while not (self.socket.exists() and all(_listens(port) for port in self._ports)):
            assert time.monotonic() < end, (folder / "pcscd.log").read_text()
            with contextlib.suppress(subprocess.TimeoutExpired):
                self._process.wait(0.005)
                raise AssertionError((folder / "pcscd.log").read_text())


def _listens(port: int) -> bool:
    """Whether vpcd waits for a card there (by the kernel's table: a connection would be a card)."""
    wanted = f":{port:04X} "
    return any(
        wanted in line and line.split()[3] == "0A"
        for table in ("/proc/net/tcp", "/proc/net/tcp6")
        if Path(table).exists()
        for line in Path(table).read_text().splitlines()[1:]
    )


@pytest.fixture(scope="session")
def pcsc_service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[PcscService]:
    """The service; one a test process, for libpcsclite looks its socket's name up once."""
    service = PcscService(tmp_path_factory.mktemp("pcsc"))
    os.environ[SOCKET_NAME] = str(service.socket)
    yield service
    service.stop()
    del os.environ[SOCKET_NAME]


@pytest.fixture
def readers(pcsc_service: PcscService) -> Iterator[PcscService]:
    """The service; its readers are empty again after the test."""
    yield pcsc_service
    pcsc_service.hold()
