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

from tournee.emulation.cards import card_names, certificate_pem
from tournee.emulation.oct import (
    EmulatedOct,
    FlatPayment,
    Increment,
    Rejection,
    Retention,
    Scenario,
    load_mail_identity,
    make_mail_identity,
    make_oct_identity,
)
from tournee.emulation.smtp import Account, SubmissionServer
from tournee.exchange.route import Mailbox, MailboxKind, Mode, Route, Sealing, Security, Server
from tournee.exchange.unsealing import open_envelope

SIREN = "999999998"
OCT_ADDRESS = "factures@oct.example"
PS_ADDRESS = "cabinet@soins.example"
USER, PASSWORD = "cabinet", "motdepasse-de-demonstration"  # an account of this emulation alone
ROUTE_NAME = "oct-emule"

SCENARIO = Scenario(
    siren=SIREN,
    address=OCT_ADDRESS,
    unknown_amc=frozenset({"0099999997"}),
    managed_amc=frozenset({"0089000000", "0087500026", "0020500018"}),
    rejected={"155062A999001": Rejection("0043", "PRESCRIPTION NON CONFORME")},
    remarks={"2930459350088": "DECLARATION DE GROSSESSE A TRANSMETTRE A LA CAISSE (SIMULATION)"},
    flat_payment=FlatPayment("00101", "FORFAIT D'AIDE A LA TELETRANSMISSION", 30000, "261001", "261031"),
    retention=Retention("IND26-0417", 4500, "260914"),
    opposition=(
        Increment(0, 1, "261101", ("800000901", "800000902", "800000903", "0800000904", "VX00000905")),
        Increment(1, 2, "261108", ("800000117", "800000906"), ("800000902",)),
        Increment(2, 3, "261115", ("800000907",)),
    ),
)


class World:
    """An OCT with its mail, in `directory`: `oct/` its key and certificate, `sent/` what it got, `cards/`
    the certificates it knows, `mail/` its server's files, `retours/` the Maildir of returns, `ps/` the key
    and certificate of the PS's mail.

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
    ) -> None:
        self.directory = directory
        oct_files = directory / "oct"
        make_oct_identity(oct_files, clock())
        key, certificate = load_mail_identity(oct_files)
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
        self.oct = EmulatedOct(None, key, certificate, known, scenario, clock)
        account = Account(USER, PASSWORD, scenario.address)
        self.server = SubmissionServer(
            directory / "mail", account, self.oct.receive, directory / "retours", directory / "sent"
        )

    def __enter__(self) -> Self:
        self.server.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.server.stop()

    def unseal(self, data: bytes) -> bytes:
        """Open what was sealed for the PS's mail (`seal_returns`); raises UnsealError on anything else."""
        return open_envelope(data, *load_mail_identity(self.directory / "ps"))

    def route(self, sealing: Sealing = Sealing.K, mode: Mode = Mode.SINGLE_FILE) -> Route:
        """The route to this OCT, once the server listens."""
        return Route(
            name=ROUTE_NAME,
            address=OCT_ADDRESS,
            sender=PS_ADDRESS,
            identifier=SIREN,
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
            certificate=self.directory / "oct" / "cert.pem",
            sealing=sealing,
            mode=mode,
        )
