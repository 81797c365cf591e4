"""A practice's server in a process of its own, with its tablets' page, behind a line that can be cut."""

import base64
import hashlib
import json
import signal
import socket
import subprocess
import sys
import threading
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import Self

from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from tournee.emulation.cards import card_names, certificate_pem
from tournee.emulation.oct import make_oct_identity
from tournee.emulation.world import ROUTE_NAME, SIREN
from tournee.exchange.practice_server.protocol import JoiningLink
from tournee.server.devices import Devices
from tournee.server.own_certificate import own_certificate
from tournee.server.records import ServerRecords

CONFIGURATION = """
[envoi]
route = "{route}"
[serveur]
nom_public = "127.0.0.1"
adresse = "127.0.0.1"
port = {port}
[route.{route}]
adresse = "oct@test.example"
expediteur = "cabinet@test.example"
identifiant = "{siren}"
certificat = "oct/cert.pem"
scellement = "K"
"""


def free_port() -> int:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port: int = free.getsockname()[1]
        return port


class Line:
    """The way to the server, as a tablet has it: whole, cut after so many bytes more, or away."""

    def __init__(self, port: int) -> None:
        self._port, self._left = port, -1
        self._lock, self._open = threading.Lock(), set()
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port: int = self._listener.getsockname()[1]
        threading.Thread(target=self._accept, daemon=True).start()

    def cut_after(self, count: int) -> None:
        """Cut it once so many bytes more left the tablet; it is away from then on, 0: now."""
        with self._lock:
            self._left = count
        if not count:
            self._cut()

    def mend(self) -> None:
        """It is there again."""
        with self._lock:
            self._left = -1

    def close(self) -> None:
        self._cut()
        self._listener.close()

    @property
    def is_cut(self) -> bool:
        """Whether all that was to leave before the cut has left."""
        with self._lock:
            return self._left == 0

    def _accept(self) -> None:
        with suppress(OSError):
            while True:
                near, _ = self._listener.accept()
                threading.Thread(target=self._join, args=(near,), daemon=True).start()

    def _join(self, near: socket.socket) -> None:
        with near, suppress(OSError):
            if self.is_cut:
                return
            with socket.create_connection(("127.0.0.1", self._port)) as far:
                with self._lock:
                    self._open |= {near, far}
                back = threading.Thread(target=self._carry, args=(far, near, False), daemon=True)
                back.start()
                self._carry(near, far, True)
                back.join()
                with self._lock:
                    self._open -= {near, far}

    def _carry(self, source: socket.socket, target: socket.socket, counted: bool) -> None:
        with suppress(OSError):
            while data := source.recv(4096):
                target.sendall(data)
                if counted and self._counts(len(data)):
                    self._cut()
        for one in (source, target):
            with suppress(OSError):
                one.shutdown(socket.SHUT_RDWR)

    def _counts(self, count: int) -> bool:
        with self._lock:
            if self._left < 0:
                return False
            self._left = max(0, self._left - count)
            return self._left == 0

    def _cut(self) -> None:
        with self._lock:
            gone, self._open = self._open, set()
        for one in gone:
            with suppress(OSError):
                one.shutdown(socket.SHUT_RDWR)


class Cabinet:
    """`tournee serve-practice --site` in a folder; `line` leads there, `address` is the page's."""

    def __init__(self, folder: Path, site: Path) -> None:
        self.folder, self._site = folder, site
        folder.mkdir()
        (folder / "cards").mkdir()
        for name in card_names():
            (folder / "cards" / f"{name}.pem").write_bytes(certificate_pem(name))
        make_oct_identity(folder / "oct", datetime.now(UTC))
        port = free_port()
        self.config = folder / "tournee.toml"
        self.config.write_text(CONFIGURATION.format(route=ROUTE_NAME, port=port, siren=SIREN))
        (folder / "serveur").mkdir()
        pem, _ = own_certificate(folder / "serveur", "127.0.0.1", datetime.now(UTC))
        self.certificate = x509.load_pem_x509_certificate(pem.read_bytes())
        self.line = Line(port)
        self.address = f"https://127.0.0.1:{self.line.port}"

    def __enter__(self) -> Self:
        command = [sys.executable, "-m", "tournee.cli", "--config", self.config, "serve-practice"]
        command += ["--site", self._site, "--json"]
        self._running = subprocess.Popen(list(map(str, command)), stdout=subprocess.PIPE, text=True)
        assert self._running.stdout
        assert json.loads(self._running.stdout.readline())["port"]
        return self

    def __exit__(self, *_: object) -> None:
        self.line.close()
        self._running.send_signal(signal.SIGTERM)
        self._running.wait(30)
        assert self._running.stdout
        self._running.stdout.close()

    @property
    def trusted(self) -> str:
        """What has Chromium trust this server's certificate, and no other of its own making."""
        key = self.certificate.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
        told = base64.b64encode(hashlib.sha256(key).digest()).decode()
        return f"--ignore-certificate-errors-spki-list={told}"

    def records(self) -> ServerRecords:
        """What the server knows, looked at beside it."""
        return ServerRecords(self.folder / "serveur", lambda: datetime.now(UTC), serving=False)

    def link(self, replaces: str = "") -> str:
        """What the QR code says."""
        records = self.records()
        code = Devices(records).new_code(replaces)
        records.close()
        print_ = hashlib.sha256(self.certificate.public_bytes(Encoding.DER)).hexdigest()
        return str(JoiningLink(self.address, code, print_))

    def rows(self, statement: str) -> list[tuple[object, ...]]:
        """Of its database."""
        records = self.records()
        found = [tuple(one) for one in records.rows(statement)]
        records.close()
        return found
