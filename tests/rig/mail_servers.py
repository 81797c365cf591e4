"""A real submission server (exim4) and a real mailbox server (dovecot), both from one temporary directory.

High ports of 127.0.0.1, root or not, no systemd. A pytest plugin: `mail_servers` starts them once a session,
`mail_account` gives each test a mailbox of its own. Missing programs fail the test, they never skip it.
"""

from __future__ import annotations

import imaplib
import os
import pwd
import shutil
import socket
import ssl
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, suppress
from dataclasses import dataclass
from pathlib import Path

import pytest
from free_ports import free_ports
from tls_authority import Authority

CONFIGURATIONS = Path(__file__).parent
HOST = "127.0.0.1"
DOMAIN = "test.example"
ACCOUNTS = 300
PASSWORD = "mot de passe rêvé"
SIZE_LIMIT = 40 * 1024 * 1024  # bytes, as exim.conf says
PATIENCE = 20.0  # seconds for anything that these servers do
SBIN = ("/usr/sbin", "/sbin", "/usr/local/sbin")
PORTS = ("smtp", "smtps", "imap", "imaps", "pop3", "pop3s")


@dataclass(frozen=True)
class Account:
    """A mailbox of these servers; `maildir` is where its messages lie on disk."""

    address: str
    password: str
    maildir: Path


class MailServers:
    """Both servers, running inside a `with`; `ports` by name (`smtp` and `imap` and `pop3` want STARTTLS)."""

    def __init__(self) -> None:
        self.host = HOST
        self.directory = Path(tempfile.mkdtemp(prefix="tournee-mail-"))
        self.authority = Authority(self.directory)
        self.ca = self.authority.file
        self.ports = dict(zip(PORTS, free_ports(len(PORTS), HOST), strict=True))
        self._accounts = iter([self._account(number) for number in range(ACCOUNTS)])
        self._running: list[subprocess.Popen[bytes]] = []

    def account(self) -> Account:
        """A mailbox that nobody has used."""
        return next(self._accounts)

    def start(self) -> None:
        """Write the configurations, start both, wait until every port greets."""
        exim, dovecot = _program("exim4"), _program("dovecot")
        self._write()
        self._run([dovecot, "-F", "-c", str(self.directory / "dovecot.conf")])
        self._run([exim, "-C", str(self.directory / "exim.conf"), "-bdf"])
        for name, process in zip(PORTS, (1, 1, 0, 0, 0, 0), strict=True):
            self._greeted(name, self._running[process])

    def stop(self) -> None:
        """Stop both and leave nothing behind."""
        for process in self._running:
            process.terminate()
        for process in self._running:
            try:
                process.wait(PATIENCE)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()
        shutil.rmtree(self.directory, ignore_errors=True)

    def wait_for_mail(self, account: Account, count: int) -> None:
        """Return once the mailbox holds `count` messages: exim answers before it delivers (IMAP IDLE)."""
        context = ssl.create_default_context(cafile=str(self.ca))
        with imaplib.IMAP4_SSL(HOST, self.ports["imaps"], ssl_context=context, timeout=PATIENCE) as imap:
            imap.authenticate("PLAIN", lambda _: f"\0{account.address}\0{account.password}".encode())
            held = int(imap.select("INBOX", readonly=True)[1][0] or 0)
            imap.send(b"wait IDLE\r\n")
            while held < count:
                line = imap.readline().split()
                if line[0:1] == [b"*"] and line[2:3] == [b"EXISTS"]:
                    held = int(line[1])
            imap.send(b"DONE\r\n")
            while not imap.readline().startswith(b"wait "):
                pass

    def wait_for_deliveries(self, account: Account, count: int) -> None:
        """Return once so many messages came to the mailbox, whether they are still there or were taken."""
        context = ssl.create_default_context(cafile=str(self.ca))
        with imaplib.IMAP4_SSL(HOST, self.ports["imaps"], ssl_context=context, timeout=PATIENCE) as imap:
            imap.authenticate("PLAIN", lambda _: f"\0{account.address}\0{account.password}".encode())
            while imap.select("INBOX", readonly=True) and int(imap.response("UIDNEXT")[1][0] or 1) <= count:
                imap.send(b"wait IDLE\r\n")
                while imap.readline().split()[2:3] != [b"EXISTS"]:
                    pass
                imap.send(b"DONE\r\n")
                while not imap.readline().startswith(b"wait "):
                    pass

    def accepted(self, sender: str) -> int:
        """How many messages of this sender exim answered for, delivered or not: its own log says."""
        log = self.directory / "spool" / "exim-mainlog"
        return log.read_text(errors="replace").count(f" <= {sender} ") if log.exists() else 0

    def fill(self, *accounts: Account) -> None:
        """From now on these mailboxes, and no others, are over their quota."""
        (self.directory / "full").write_text("".join(f'"{account.address}": yes\n' for account in accounts))

    def log(self) -> str:
        """What both servers wrote, for a failing test."""
        files = [
            *self.directory.glob("*.log"),
            *self.directory.glob("*.err"),
            *self.directory.glob("spool/exim-*"),
        ]
        return "\n".join(f"--- {file.name}\n{file.read_text(errors='replace')}" for file in files)

    def _account(self, number: int) -> Account:
        address = f"cabinet{number:03d}@{DOMAIN}"
        return Account(address, PASSWORD, self.directory / "mail" / address)

    def _write(self) -> None:
        accounts = [self._account(number) for number in range(ACCOUNTS)]
        self.directory.chmod(0o755)
        key, certificate = self.authority.issue("mail", [HOST])
        user, group, dovecot_user, dovecot_login = _identities()
        values = {
            "D": str(self.directory),
            "USER": user,
            "GROUP": group,
            "DOVECOT": dovecot_user,
            "DOVECOT_GROUP": dovecot_user if os.getuid() == 0 else group,
            "DOVENULL": dovecot_login,
            "KEY": str(key),
            "CERTIFICATE": str(certificate),
            "SIZE_LIMIT": str(SIZE_LIMIT),
            **{name.upper(): str(port) for name, port in self.ports.items()},
        }
        for name in ("exim.conf", "dovecot.conf"):
            text = (CONFIGURATIONS / name).read_text()
            for word, value in values.items():
                text = text.replace(f"@{word}@", value)
            (self.directory / name).write_text(text)
        self.fill()
        (self.directory / "users").write_text(
            "".join(f"{a.address}:{{PLAIN}}{a.password}\n" for a in accounts), encoding="utf-8"
        )
        (self.directory / "users-exim").write_text(
            "".join(f'"{a.address}": {a.password}\n' for a in accounts), encoding="utf-8"
        )
        owned = [self.directory / "spool", self.directory / "mail"]
        for account in accounts:
            owned += [account.maildir, *(account.maildir / part for part in ("cur", "new", "tmp"))]
        for path in owned:
            path.mkdir(mode=0o700)
        readable = [key]
        if os.getuid() == 0:
            for path in (*owned, *readable):
                shutil.chown(path, user, group)

    def _run(self, command: list[str]) -> None:
        with (self.directory / (Path(command[0]).name + ".err")).open("wb") as errors:
            if setpriv := shutil.which("setpriv"):  # they end with us, however we end
                command = [setpriv, "--pdeathsig", "TERM", "--", *command]
            self._running.append(
                subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=errors, stderr=errors)
            )

    def _greeted(self, name: str, process: subprocess.Popen[bytes]) -> None:
        """Wait for one port's greeting: a server that has greeted can be used and stopped cleanly."""
        for _ in range(int(PATIENCE / 0.02)):
            with suppress(ConnectionRefusedError), ExitStack() as stack:
                link = stack.enter_context(socket.create_connection((HOST, self.ports[name]), PATIENCE))
                if name.endswith("s"):
                    context = ssl.create_default_context(cafile=str(self.ca))
                    link = stack.enter_context(context.wrap_socket(link, server_hostname=HOST))
                if link.recv(1):
                    return
            with suppress(subprocess.TimeoutExpired):
                status = process.wait(0.02)
                raise RuntimeError(f"{process.args} ended with status {status}\n{self.log()}")
        raise RuntimeError(f"no greeting on {name}\n{self.log()}")


def _program(name: str) -> str:
    found = shutil.which(name, path=os.pathsep.join((os.environ.get("PATH", ""), *SBIN)))
    if found is None:
        raise RuntimeError(f"{name} is not installed: ./tools/dev test installs it")
    return found


def _identities() -> tuple[str, str, str, str]:
    """Who owns the mail, its group, and dovecot's two inner users: unprivileged ones when we are root."""
    if os.getuid() == 0:
        return "nobody", "nogroup", "dovecot", "dovenull"
    me = pwd.getpwuid(os.getuid())
    group = subprocess.run(["id", "-gn"], check=True, capture_output=True, text=True).stdout.strip()
    return me.pw_name, group, me.pw_name, me.pw_name


@pytest.fixture(scope="session")
def mail_servers() -> Iterator[MailServers]:
    """exim4 and dovecot, started once for the session."""
    servers = MailServers()
    try:
        servers.start()
        yield servers
    finally:
        servers.stop()


@pytest.fixture
def mail_account(mail_servers: MailServers) -> Account:
    """A mailbox for this test alone."""
    return mail_servers.account()
