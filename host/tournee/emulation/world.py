"""All that surrounds the host, emulated: reader, cards, submission server, OCT, mailbox of returns.

The demonstration runs against it, and so does who tries the command line by hand.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from types import TracebackType
from typing import Self

from cryptography import x509

from tournee.config.routes import read_insurers
from tournee.emulation.cards import card_names, certificate_pem
from tournee.emulation.cards.lookup import professionals
from tournee.emulation.insurers import EmulatedInsurers, addressed_to, write_list
from tournee.emulation.oct import (
    EmulatedOct,
    FlatPayment,
    Retention,
    Scenario,
    ScenarioRejection,
    load_mail_identity,
    make_mail_identity,
    make_oct_identity,
)
from tournee.emulation.oct.split import AmcClaim
from tournee.emulation.services.amc import REGISTER, EngagementRegister
from tournee.emulation.services.standing import FOLDER
from tournee.emulation.smtp import Account, SubmissionServer
from tournee.errors import EmulationError
from tournee.exchange.route import Mailbox, MailboxKind, Mode, Route, Sealing, Security, Server
from tournee.exchange.sealing.unsealing import open_envelope
from tournee.model import Increment

SIREN = "999999998"
DIRECT_NAME = "direct-emule"
INSURERS_NAME = "destinataires.toml"
OCT_ADDRESS = "factures@oct.example"
PS_ADDRESS = "cabinet@soins.example"
USER, PASSWORD = "cabinet", "motdepasse-de-demonstration"  # an account of this emulation alone
ROUTE_NAME = "oct-emule"
PHONE_SEAL = "services/apcv/sceau.pem"
"""In a world's folder: the certificate of the seal of patients' phones, where that service stands."""

SCENARIO = Scenario(
    siren=SIREN,
    address=OCT_ADDRESS,
    unknown_amc=frozenset({"0099999997"}),
    managed_amc=frozenset({"0089000000", "0087500026", "0020500018"}),
    rejected={"155062A999001": ScenarioRejection("0043", "PRESCRIPTION NON CONFORME")},
    remarks={"2930459350088": "DECLARATION DE GROSSESSE A TRANSMETTRE A LA CAISSE (SIMULATION)"},
    flat_payment=FlatPayment("00101", "FORFAIT D'AIDE A LA TELETRANSMISSION", 30000, "261001", "261031"),
    retention=Retention("IND26-0417", 4500, "260914", owed=12000),
    opposition=(
        Increment(0, 1, "261101", ("800000901", "800000902", "800000903", "0800000904", "VX00000905")),
        Increment(1, 2, "261108", ("800000117", "800000906"), ("800000902",)),
        Increment(2, 3, "261115", ("800000907",)),
    ),
)


class World:
    """Who is behind the mail, in `directory`: `sent/` what they got, `cards/` the certificates they know,
    `mail/` the server's files, `retours/` the Maildir of returns, `ps/` the key and certificate of the PS's
    mail. With `with_oct` there is an OCT, its key and certificate in `oct/`; with `with_insurers` the
    insurers of direct mode, their key and certificate in `am/`, with the list of them.

    `clock` is the OCT's; the mail server's TLS lives in real time. With `seal_returns` the ARL and RSP come
    compressed and sealed for the PS (`ZK`), and take `unseal` to be read.
    """

    def __init__(
        self,
        directory: Path,
        clock: Callable[[], datetime],
        scenario: Scenario = SCENARIO,
        *,
        seal_returns: bool = False,
        with_oct: bool = True,
        with_insurers: bool = False,
    ) -> None:
        self.directory = directory
        if seal_returns:
            make_mail_identity(directory / "ps", clock(), "Cabinet de demonstration open-1")
            _, mail_certificate = load_mail_identity(directory / "ps")
            scenario = replace(scenario, mail_certificates={PS_ADDRESS: mail_certificate})
        cards = directory / "cards"
        cards.mkdir(exist_ok=True)
        known = []
        for name in card_names():
            pem = certificate_pem(name)
            (cards / f"{name}.pem").write_bytes(pem)
            known.append(x509.load_pem_x509_certificate(pem))
        given = EngagementRegister(directory / FOLDER / "amc" / REGISTER)
        scenario = replace(scenario, professionals=professionals(), engagements=given)
        self._phone_seal, self._knows_phones = directory / PHONE_SEAL, False
        self._oct = self._insurers = None
        if with_oct:
            make_oct_identity(directory / "oct", clock())
            own = load_mail_identity(directory / "oct")
            self._oct = EmulatedOct(None, *own, known, scenario, clock, directory / "oct" / "scor")
        if with_insurers:
            make_mail_identity(directory / "am", clock(), "Caisses de demonstration open-1")
            write_list(directory / "am" / INSURERS_NAME, "cert.pem")
            own = load_mail_identity(directory / "am")
            self._insurers = EmulatedInsurers(*own, known, scenario, clock, directory / "am" / "scor")
        account = Account(USER, PASSWORD, self._addresses(scenario))
        self.server = SubmissionServer(
            directory / "mail", account, self._receive, directory / "retours", directory / "sent"
        )

    @property
    def oct(self) -> EmulatedOct:
        """The OCT; EmulationError in a world without one."""
        if self._oct is None:
            raise EmulationError("Il n'y a pas d'OCT dans cette démonstration.")
        return self._oct

    @property
    def claims(self) -> tuple[AmcClaim, ...]:
        """What the OCT, if there is one, asked of AMC by splitting FSE of contract 99."""
        return () if self._oct is None else tuple(self._oct.claims)

    def _addresses(self, scenario: Scenario) -> frozenset[str]:
        own = () if self._oct is None else (scenario.address.lower(),)
        others = () if self._insurers is None else self._insurers.addresses
        return frozenset((*own, *others))

    def _receive(self, raw: bytes) -> list[bytes]:
        if not self._knows_phones and self._phone_seal.exists():
            self._knows_phones = True
            self.know(x509.load_pem_x509_certificate(self._phone_seal.read_bytes()))
        insurers = self._insurers
        if insurers is not None and (self._oct is None or addressed_to(raw) in insurers.addresses):
            return insurers.receive(raw)
        return self.oct.receive(raw)

    def __enter__(self) -> Self:
        self.server.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.server.stop()

    def know(self, certificate: x509.Certificate) -> None:
        """Let all of them take one more certificate's signatures: that of the seal of patients' phones."""
        for one in (self._oct, self._insurers):
            if one is not None:
                one.know(certificate)

    def unseal(self, data: bytes) -> bytes:
        """Open what was sealed for the PS's mail (`seal_returns`); raises UnsealError on anything else."""
        return open_envelope(data, *load_mail_identity(self.directory / "ps"))

    def route(self, sealing: Sealing = Sealing.K, mode: Mode = Mode.SINGLE_FILE) -> Route:
        """The route to this OCT, or in direct mode to these insurers, once the server listens."""
        is_direct = mode is Mode.DIRECT
        return Route(
            name=DIRECT_NAME if is_direct else ROUTE_NAME,
            address="" if is_direct else OCT_ADDRESS,
            sender=PS_ADDRESS,
            identifier="" if is_direct else SIREN,
            submission=Server(
                self.server.host,
                self.server.port,
                Security.STARTTLS,
                USER,
                lambda: PASSWORD,
                self.server.tls.authority,
                timeout=20.0,
            ),
            mailbox=Mailbox(MailboxKind.MAILDIR, path=self.directory / "retours"),
            certificate=None if is_direct else self.directory / "oct" / "cert.pem",
            sealing=sealing,
            mode=mode,
            insurers=tuple(read_insurers(self.directory / "am" / INSURERS_NAME)) if is_direct else (),
        )
