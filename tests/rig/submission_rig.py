"""`submit` against a script: TLS on both sides, and the notes that a journal would take."""

from __future__ import annotations

import ssl
from collections.abc import Callable
from pathlib import Path

from scripted_server import Line, ScriptedServer
from tls_authority import Authority

from tournee.exchange.mail.submission import Outgoing, Receipt, submit
from tournee.exchange.route import Security, Server

PS, OCT = "cabinet@test.example", "oct@test.example"
RAW = b"Subject: x\r\n\r\nbody\r\n"


class Rig:
    """What one test needs: TLS on both sides, the journal's notes, `submit` against a script."""

    def __init__(self, directory: Path) -> None:
        authority = Authority(directory)
        key, certificate = authority.issue("smtp", ["127.0.0.1"])
        self.trust = authority.file
        self.context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        self.context.load_cert_chain(certificate, key)
        self.notes: list[str] = []
        self.accepted: list[Receipt] = []

    def submit(
        self,
        script: Callable[[Line], None],
        *,
        timeout: float = 20.0,
        patience: float = 20.0,
        raw: bytes | Outgoing = RAW,
    ) -> Receipt:
        with ScriptedServer(script, self.context) as scripted:
            server = Server(
                "127.0.0.1", scripted.port, Security.TLS, PS, lambda: "secret", self.trust, timeout, patience
            )
            return submit(
                server, PS, OCT, raw, lambda: self.notes.append("transmitting"), self.accepted.append
            )
