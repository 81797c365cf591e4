"""A practice's server in a process of its own, over TLS on loopback; and hosts that are joined to it."""

from __future__ import annotations

import os
import signal
import ssl
import traceback
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import partial
from http.client import HTTPSConnection
from pathlib import Path
from zoneinfo import ZoneInfo

from days import MOMENT

from tournee.app.context import Office
from tournee.app.copies.joined import GivenRanges, contact
from tournee.app.courier.practice import PracticeCourier
from tournee.asgi.soon_heard import SoonHeard
from tournee.config import Config
from tournee.config.practice_server import JoinedPractice, ServedByUs
from tournee.config.readers import ReaderChoice
from tournee.exchange.practice_server.client import PracticeServer
from tournee.exchange.practice_server.https import HttpsCarrier
from tournee.exchange.route import Route
from tournee.server import answering
from tournee.server.devices import Devices, EnrolledDevice
from tournee.server.mail import mailing
from tournee.server.own_certificate import fingerprint
from tournee.server.practice import ServedPractice
from tournee.server.records import ServerRecords
from tournee.server.serving import certificate_of, serve
from tournee.server.site import TabletSite
from tournee.store import Cipher, Journal
from tournee.store.integrity.host_note import Host

KEY = bytes(range(32))
KILLED = 9


def config_of(folder: Path, route: Route, **more: object) -> Config:
    return Config(
        path=folder / "tournee.toml",
        journal=folder / "journal.db",
        reader=ReaderChoice("", "", (), folder),
        routes={route.name: route},
        active=route.name,
        zone=ZoneInfo("Europe/Paris"),
        return_certificate=None,
        return_key=None,
        **more,  # type: ignore[arg-type]
    )


@dataclass
class Served:
    """A server: started, killed at a step of its records, started again on the same port."""

    folder: Path
    route: Route
    port: int = 0
    pid: int = 0
    kill_at: str = ""
    joined: list[str] = field(default_factory=list)
    site: Path | None = None

    @property
    def config(self) -> Config:
        served = ServedByUs("cabinet", "127.0.0.1", "127.0.0.1", self.port, None, None, self.folder)
        return config_of(self.folder, self.route, serving=served)

    def start(self, kill_at: str = "", body_seconds: float = 15.0, mailed_within: float = 20.0) -> None:
        """Run it; it dies by itself just after the step `kill_at`."""
        told, tell = os.pipe()
        self.pid = os.fork()
        if self.pid == 0:
            _close_readers()
            os.close(told)
            try:
                answering.MAILED_WITHIN_S = mailed_within
                self._child(kill_at, tell, body_seconds)
            except BaseException:
                traceback.print_exc()
            os._exit(1)
        os.close(tell)
        with os.fdopen(told, "rb") as line:
            self.port = int(line.read() or b"0")
        assert self.port, "the server did not start"

    def _child(self, kill_at: str, tell: int, body_seconds: float) -> None:
        mailing.VISIT_AGAIN_S = 0.0
        answering.BODY_S = SoonHeard.head_s = body_seconds

        def on_step(step: str) -> None:
            if step == kill_at:
                os._exit(KILLED)

        def started(port: int) -> None:
            os.write(tell, str(port).encode())
            os.close(tell)

        practice = ServedPractice(self.config, lambda: datetime.now(UTC), on_step)
        serve(self.config, practice, started, TabletSite(self.site) if self.site else None)
        os._exit(0)

    def wait(self) -> int:
        """Until it has ended; its status."""
        status = os.waitstatus_to_exitcode(os.waitpid(self.pid, 0)[1])
        self.pid = 0
        return status

    def kill(self) -> None:
        """kill -9, at once."""
        if self.pid:
            with suppress(ProcessLookupError):
                os.kill(self.pid, signal.SIGKILL)
            self.wait()

    @contextmanager
    def records(self) -> Iterator[ServerRecords]:
        """What it knows, looked at beside it."""
        records = ServerRecords(self.folder, lambda: datetime.now(UTC), serving=False)
        try:
            yield records
        finally:
            records.close()

    def code(self, replaces: str = "") -> str:
        with self.records() as records:
            return Devices(records).new_code(replaces)

    def device(self, name: str) -> EnrolledDevice:
        with self.records() as records:
            return Devices(records).get(name)

    @property
    def print_(self) -> str:
        return fingerprint(certificate_of(self.config)[0])

    def client(self, key: str = "") -> PracticeServer:
        return PracticeServer(HttpsCarrier(f"https://127.0.0.1:{self.port}", self.print_), key)

    def enrol(self, name: str = "tablette", replaces: str = "") -> str:
        return self.client().enrol(self.code(replaces), name).key

    def raw(self, timeout: float = 20.0) -> HTTPSConnection:
        """A stranger's connection."""
        context = ssl.create_default_context()
        context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
        return HTTPSConnection("127.0.0.1", self.port, timeout=timeout, context=context)


def _close_readers() -> None:
    """A reader is one process's alone: what a child has of one by its birth goes."""
    for number in os.listdir("/proc/self/fd"):
        with suppress(OSError):
            if os.readlink(f"/proc/self/fd/{number}").startswith(("/dev/pts/", "/dev/ptmx")):
                os.close(int(number))


def host_config(folder: Path, route: Route, served: Served, key: str) -> Config:
    """The configuration of a host that is joined, with its key in a file; the files are there."""
    (folder / "cabinet.cle").write_text(key)
    (folder / "cabinet.cle").chmod(0o600)
    joined = joined_way(folder, served)
    (folder / "tournee.toml").write_text(
        f'[journal]\nchemin = "journal.db"\n[envoi]\nroute = "{route.name}"\n'
        f'[cabinet]\nurl = "{joined.url}"\n'
        f'empreinte = "{served.print_}"\ncle = "cabinet.cle"\n[route.{route.name}]\n'
        f'adresse = "{route.address}"\nexpediteur = "{route.sender}"\nidentifiant = "{route.identifier}"\n'
        f'certificat = "{route.certificate}"\nscellement = "{route.sealing}"\n'
    )
    return config_of(folder, route, joined=joined)


def joined_way(folder: Path, served: Served) -> JoinedPractice:
    """How a host in this folder is joined."""
    return JoinedPractice(f"https://127.0.0.1:{served.port}", served.print_, folder / "cabinet.cle")


@contextmanager
def joined_office(
    folder: Path,
    route: Route,
    served: Served,
    key: str,
    on_step: Callable[[str], None] | None = None,
    host: Host | None = None,
) -> Iterator[Office]:
    """An office whose files go by the practice's server."""
    config = host_config(folder, route, served, key)
    given = GivenRanges(folder / "journal.db.numeros")
    server = served.client(key)
    if given.station_given is None:
        given.keep(server.numbers("station"))
    journal = Journal(
        *(config.journal, Cipher(KEY), lambda: MOMENT, on_step),
        station=given.station_given,
        ranges=given,
        host=host,
    )
    with journal:
        follow = partial(contact, journal, server, config)
        courier = PracticeCourier(server, journal.db.cipher.identity, follow)
        yield Office(journal, route, lambda: MOMENT, courier=courier)
