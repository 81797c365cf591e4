"""Visits to a scripted mailbox: TLS on both sides, and as much of a POP3 or IMAP server as needed."""

import ssl
from collections.abc import Callable
from pathlib import Path

from scripted_server import Line, ScriptedServer
from tls_authority import Authority

from tournee.exchange.mail.mailbox import open_mailbox
from tournee.exchange.mail.received_mail import Letter
from tournee.exchange.route import Mailbox, MailboxKind, Security, Server

SERVED = [MailboxKind.IMAP, MailboxKind.POP3]
Script = Callable[[Line], None]


class Rig:
    """TLS on both sides, and one visit to a scripted mailbox."""

    def __init__(self, directory: Path) -> None:
        authority = Authority(directory)
        key, certificate = authority.issue("mailbox", ["127.0.0.1"])
        self.trust = authority.file
        self.context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        self.context.load_cert_chain(certificate, key)
        self.taken: list[Letter] = []

    def visit(
        self, kind: MailboxKind, script: Script, *, largest: int = 1000, timeout: float = 20.0
    ) -> list[Letter]:
        """Take every letter and acknowledge it."""
        with ScriptedServer(script, self.context) as scripted:
            server = Server(
                "127.0.0.1", scripted.port, Security.TLS, "ps", lambda: "secret", self.trust, timeout
            )
            with open_mailbox(Mailbox(kind, server, largest=largest)) as box:
                for letter in box.letters():
                    self.taken.append(letter)
                    if not letter.problem:
                        box.acknowledge(letter)
        return self.taken


class Pop3:
    """A POP3 server's side, up to what a test is about."""

    def __init__(self, line: Line) -> None:
        self.line = line

    def log_in(self) -> None:
        self.line.say("+OK ready")
        self.asked("USER ps")
        self.asked("PASS secret")

    def list(self, *sizes: int) -> None:
        self.line.hear("LIST")
        self.line.say("+OK", *(f"{number} {size}" for number, size in enumerate(sizes, 1)), ".")
        self.line.hear("UIDL")
        self.line.say("+OK", *(f"{number} key{number}" for number, _ in enumerate(sizes, 1)), ".")

    def asked(self, command: str, *answer: str) -> None:
        self.line.hear(command)
        self.line.say(*(answer or ("+OK",)))


class Imap:
    """An IMAP server's side, up to what a test is about."""

    def __init__(self, line: Line) -> None:
        self.line = line

    def asked(self, command: str, *untagged: str, status: str = "OK done") -> None:
        tag, _, said = self.line.hear().decode().partition(" ")
        assert said.startswith(command), said
        self.line.say(*untagged, f"{tag} {status}")

    def log_in(self) -> None:
        self.line.say("* OK [CAPABILITY IMAP4rev1] ready")
        self.asked("CAPABILITY", "* CAPABILITY IMAP4rev1")
        self.asked('LOGIN ps "secret"')
        self.asked('SELECT "INBOX"', "* 2 EXISTS", "* OK [UIDVALIDITY 7] x")

    def fetched(self, uid: int, body: bytes, size: int | None = None) -> None:
        self.asked(f"UID FETCH {uid} (RFC822.SIZE)", f"* 1 FETCH (UID {uid} RFC822.SIZE {size or len(body)})")
        tag, _, said = self.line.hear().decode().partition(" ")
        assert said.startswith(f"UID FETCH {uid} (BODY.PEEK[]<0."), said
        self.line.send(f"* 1 FETCH (UID {uid} BODY[]<0> {{{len(body)}}}\r\n".encode() + body + b")\r\n")
        self.line.say(f"{tag} OK done")

    def deleted(self, uid: int) -> None:
        self.asked(f"UID STORE {uid} +FLAGS.SILENT (\\Deleted)")
