"""The emulated OCT behind real mail: exim takes what the page's host sends, dovecot keeps what it fetches."""

from __future__ import annotations

import base64
import smtplib
import ssl
import threading
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import Self
from zoneinfo import ZoneInfo

import tomlkit
from cryptography import x509
from mail_servers import Account, MailServers
from practice_desk import PracticeDesk

from tournee.emulation.cards.lookup import professionals
from tournee.emulation.oct import EmulatedOct, load_mail_identity
from tournee.emulation.world import ROUTE_NAME, SCENARIO
from tournee.files import write_whole

_LOOK_S = 0.2
_PATIENCE_S = 30.0
_PASSWORD = "mot-de-passe-exim"


class OctByMail:
    """An OCT behind these servers: while the context lasts it answers what it is sent there.

    `folder` has its key and certificate (`oct/`) and those of the cards that it knows (`cards/`); `carer` is
    the account that answers go to, sealed for `sealed_for` where that is given.
    """

    def __init__(
        self, folder: Path, servers: MailServers, sealed_for: x509.Certificate | None = None
    ) -> None:
        self._servers = servers
        self.carer, self.oct_account = servers.account(), servers.account()
        known = [x509.load_pem_x509_certificate(one.read_bytes()) for one in (folder / "cards").glob("*.pem")]
        scenario = replace(SCENARIO, address=self.oct_account.address, professionals=professionals())
        if sealed_for is not None:
            scenario = replace(scenario, mail_certificates={self.carer.address: sealed_for})
        own = load_mail_identity(folder / "oct")
        zone = ZoneInfo("Europe/Paris")
        self.oct = EmulatedOct(None, *own, known, scenario, lambda: datetime.now(zone))
        self._read: set[str] = set()
        self._sent = 0
        self._done, self._over = threading.Semaphore(0), threading.Event()
        self._answers = threading.Event()
        self._answers.set()
        self._thread = threading.Thread(target=self._stand, name="oct", daemon=True)

    def set_route(self, config: Path) -> None:
        """Have the route to the OCT, in this configuration, go by these servers."""
        write_whole(config.parent / _PASSWORD, self.carer.password.encode())
        document = tomlkit.parse(config.read_text("utf-8"))
        route = document["route"][ROUTE_NAME]
        route["adresse"], route["expediteur"] = self.oct_account.address, self.carer.address
        route["envoi"] = self._server("smtps")
        route["retours"] = {"type": "imap", **self._server("imaps")}
        config.write_text(tomlkit.dumps(document), "utf-8")

    def _server(self, name: str) -> dict[str, str | int]:
        return {
            "serveur": self._servers.host,
            "port": self._servers.ports[name],
            "securite": "tls",
            "utilisateur": self.carer.address,
            "autorites": str(self._servers.ca),
            "fichier_mot_de_passe": _PASSWORD,
        }

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._over.set()
        self._thread.join()

    @property
    def messages(self) -> int:
        """How many came."""
        return len(self._mail(self.oct_account))

    def wait(self) -> None:
        """Answer nothing before `answered` is asked for."""
        self._answers.clear()

    def answered(self) -> None:
        """Return once the answers to one message more have come to the carer's mailbox."""
        self._answers.set()
        assert self._done.acquire(timeout=_PATIENCE_S)
        self._servers.wait_for_deliveries(self.carer, self._sent)

    def relent(self) -> None:
        """From now on nobody's sheets are rejected: the reason given holds no more."""
        self.oct.scenario = replace(self.oct.scenario, rejected={})

    def _stand(self) -> None:
        """Answer what comes, until the end."""
        while not self._over.wait(_LOOK_S):
            if not self._answers.is_set():
                continue
            for name, raw in sorted(self._mail(self.oct_account).items()):
                if name not in self._read:
                    self._read.add(name)
                    for answer in self.oct.receive(raw):
                        self._deliver(answer)
                        self._sent += 1
                    self._done.release()

    def _mail(self, account: Account) -> dict[str, bytes]:
        return {
            file.name.partition(":")[0]: file.read_bytes()
            for part in ("new", "cur")
            for file in (account.maildir / part).iterdir()
        }

    def _deliver(self, raw: bytes) -> None:
        context = ssl.create_default_context(cafile=str(self._servers.ca))
        host, port = self._servers.host, self._servers.ports["smtps"]
        with smtplib.SMTP_SSL(host, port, context=context, timeout=20) as smtp:
            smtp.ehlo()
            own = f"\0{self.oct_account.address}\0{self.oct_account.password}".encode()
            smtp.docmd("AUTH PLAIN", base64.b64encode(own).decode())
            smtp.sendmail(self.oct_account.address, [self.carer.address], raw)


class RealMail(OctByMail):
    """A desk's route by these servers; returns come sealed for its PS."""

    def __init__(self, desk: PracticeDesk, servers: MailServers) -> None:
        super().__init__(desk.directory, servers, load_mail_identity(desk.directory / "ps")[1])
        self.set_route(desk.config)
