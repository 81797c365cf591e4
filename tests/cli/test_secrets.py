"""What is secret stays in memory: no core file, no image, no word of it shown, logged or raised."""

from __future__ import annotations

import ctypes
import os
import resource
import subprocess
import sys
import threading
from collections.abc import Iterator
from dataclasses import is_dataclass
from pathlib import Path

import pytest

import tournee.emulation
from tournee.emulation.control import ask
from tournee.emulation.practice import CONFIG_NAME, practice
from tournee.exchange.mail_endpoints import Security, Server
from tournee.reader import Reader
from tournee.reader.label import Label, read_label
from tournee.reader.link.secure_channel import SecureChannel

SECRET = bytes(range(32))
DAYS = Path(tournee.emulation.__file__).with_name("days")
_PR_GET_DUMPABLE = 3


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """The folder of a practice whose emulated reader has the nurse's card, and whose day is imported."""
    tmp_path = tmp_path_factory.mktemp("desk")
    with practice(tmp_path) as board:
        serving = threading.Thread(target=board.serve)
        serving.start()
        try:
            ask(tmp_path, "insert", slot="ps", card="infirmiere")
            with started(tmp_path, "day", "import", str(DAYS / "infirmier.toml")) as done:
                assert done.wait(60) == 0
            yield tmp_path
        finally:
            ask(tmp_path, "stop")
            serving.join()


def started(folder: Path, *words: str) -> subprocess.Popen[bytes]:
    """A command, where core files are allowed to whoever wants one."""

    def allow() -> None:
        _, most = resource.getrlimit(resource.RLIMIT_CORE)
        resource.setrlimit(resource.RLIMIT_CORE, (most, most))

    command = [sys.executable, "-u", "-m", "tournee.cli", "--config", str(folder / CONFIG_NAME), *words]
    pipe = subprocess.PIPE
    return subprocess.Popen(command, stdin=pipe, stdout=pipe, stderr=pipe, preexec_fn=allow)


def core_limit(pid: int) -> list[str]:
    lines = Path(f"/proc/{pid}/limits").read_text().splitlines()
    return next(line.split()[4:6] for line in lines if line.startswith("Max core file size"))


def test_command_that_waits_for_the_code_porteur_may_write_no_core_file(desk: Path) -> None:
    with started(desk, "certify") as waiting:
        assert waiting.stdout is not None
        assert b"SIMULATION" in waiting.stdout.readline()
        assert core_limit(waiting.pid) == ["0", "0"]
        waiting.kill()


def test_process_is_closed_to_other_programs_once_it_holds_secrets() -> None:
    program = (
        "import ctypes, resource; from tournee.core_dumps import forbid_dumps; forbid_dumps(); "
        f"print(ctypes.CDLL(None).prctl({_PR_GET_DUMPABLE}), *resource.getrlimit(resource.RLIMIT_CORE))"
    )
    before = ctypes.CDLL(None).prctl(_PR_GET_DUMPABLE)  # 0 once a command has run in this very process
    told = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True).stdout
    assert told.split() == ["0", "0", "0"]
    assert ctypes.CDLL(None).prctl(_PR_GET_DUMPABLE) == before  # who starts it stays as it was


@pytest.mark.parametrize("typed", [b"12\xff4\n", b"\xe9\xe9\xe9\xe9\n", b"7391x\n", b"73916\n", b""])
def test_code_that_cannot_be_one_costs_no_try_and_is_told_nowhere(desk: Path, typed: bytes) -> None:
    log = desk / "log"
    with started(desk, "certify", "--log-level", "traffic", "--log-file", str(log)) as command:
        out, err = command.communicate(typed, 60)
    assert command.returncode == 4
    assert "Le code porteur est fait de quatre chiffres" in err.decode()
    told = out + err + log.read_bytes()
    assert b"Traceback" not in told
    assert not typed.strip() or typed.strip() not in told


def test_no_representation_tells_a_secret() -> None:
    label = Label(SECRET, "TRN-01")
    server = Server("mail.example", 993, Security.TLS, "cabinet", password=lambda: "s3cr3t")
    shown = [repr(one) for one in (label, SecureChannel(SECRET), Reader(lambda: None, secret=SECRET), server)]
    assert is_dataclass(label)
    for told in shown:
        assert repr(SECRET)[2:-1] not in told
        assert SECRET.hex() not in told
        assert "s3cr3t" not in told


def test_label_that_is_wrong_is_told_by_its_groups_and_not_by_its_letters() -> None:
    typed = "7QZ4 " * 14
    with pytest.raises(Exception, match="groupes") as caught:
        read_label(typed)
    chain = (caught.value, caught.value.__context__, caught.value.__cause__)
    assert not any("7QZ4" in str(error) for error in chain)


def test_core_files_are_forbidden_where_the_system_has_none(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "resource", None)
    monkeypatch.setitem(sys.modules, "ctypes", None)
    from tournee.core_dumps import forbid_dumps

    forbid_dumps()
    assert os.getpid()
