"""What every use case works with: the journal, the clock, the active route."""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Self

from tournee.app.courier.mail import MailCourier
from tournee.config.payers import recipients_with
from tournee.config.services import NO_SERVICES, Services
from tournee.crypto import IS_NATIVE
from tournee.crypto.values import NotDoneHere
from tournee.errors import ConfigError
from tournee.files import read_bounded
from tournee.french import reason
from tournee.store import Cipher, Journal, journal_key
from tournee.store.card_certificates import KeptCertificates

if TYPE_CHECKING:
    from tournee.app.courier.port import Courier
    from tournee.billing.nomenclature.table import Nomenclature
    from tournee.billing.pricing.recipients import Recipients
    from tournee.billing.replacement import Replacement
    from tournee.config import Config
    from tournee.exchange.practice_server.protocol import CarrierTo
    from tournee.exchange.route import Route
    from tournee.store import VisitFacts

_PEM_MAX = 1 << 16
Clock = Callable[[], datetime]
_log = logging.getLogger(__name__)


def _facts_of(payload: bytes) -> VisitFacts:
    from tournee.app.visits.past import facts_of_payload  # for journals of before only

    return facts_of_payload(payload)


@dataclass
class Office:
    """One practice at work: what is written, when, and by which route it goes.

    `clock` gives aware local times; `unseal` opens returns sealed for the PS, None when none are expected;
    `former` are the routes used before, whose returns are still taken in (`OCT-MODE-3`); `certificates` are
    those of Vitale cards read before, None to read each one's again; `tables` is the folder of the tables of
    acts and prices taken in, `recipients` the caisses that are known; None: those that come with Tournée. A
    care of more than `billable_months` is not taken in; 0: of more than is usual. `replacements` are those
    that the configuration tells; `courier` takes files away and brings returns. `return_certificate`: what
    returns are sealed for; `services`: those around the invoice that are asked.
    """

    journal: Journal
    route: Route
    clock: Clock
    unseal: Callable[[bytes], bytes] | None = None
    former: tuple[Route, ...] = ()
    certificates: KeptCertificates | None = None
    tables: Path | None = None
    recipients: Recipients | None = None
    billable_months: int = 0
    replacements: tuple[Replacement, ...] = ()
    courier: Courier = field(default_factory=MailCourier)
    return_certificate: Path | None = None
    services: Services = NO_SERVICES

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.journal.close()

    @cached_property
    def nomenclature(self) -> Nomenclature:
        """What prices any day, each by the table in force on it. TableError.

        The table that comes with Tournée is kept among the others: what it prices has to be found again when
        a later Tournée brings another.
        """
        from tournee.billing.nomenclature.reading import TableError
        from tournee.billing.nomenclature.tables import Tables

        tables = Tables(self.tables)
        try:
            tables.keep_packaged()
        except (
            TableError
        ):  # a folder that is not ours to write; the table is there as long as this Tournée is
            _log.warning("the packaged table could not be kept")
        return tables.dated()

    @property
    def oct_route(self) -> Route:
        """The route to an OCT for what only an OCT does (`OCT-LOI-1`): the active one, or in direct mode the
        first of the others. ConfigError when there is none.
        """
        for route in (self.route, *self.former):
            if not route.is_direct:
                return route
        raise ConfigError(
            "Aucun OCT n’est dans la configuration.",
            cause=f"la route {self.route.name} va droit aux caisses, et seul un OCT répond à cette demande",
            next_step="ajoutez une route vers un OCT, sans la mettre en vigueur",
            remedy="add-route",
        )

    @property
    def routes(self) -> tuple[Route, ...]:
        """The active route and those used before, whose returns are still taken in (`OCT-MODE-3`)."""
        return (self.route, *self.former)


def open_office(
    config: Config,
    clock: Clock | None = None,
    carrier: CarrierTo | None = None,
    key: bytes | None = None,
) -> Office:
    """Open the journal of this configuration with its key, and the route in force (`OCT-MODE-2`). `carrier`
    leads to the practice's server where there is one; None: by sockets. `key` is the journal's, where
    another keeps it than the keyring or the file beside it.
    """

    def local_time() -> datetime:
        return datetime.now(config.zone)

    now = clock or local_time
    secret = journal_key(config.journal) if key is None else key
    if config.joined is None:
        journal = Journal(config.journal, Cipher(secret), now, station=config.station, facts_of=_facts_of)
        courier: Courier = MailCourier()
    else:
        from tournee.app.copies.joined import courier_of, given_ranges  # for who is joined only
        from tournee.exchange.practice_server.protocol import by_https

        given = given_ranges(config)
        journal = Journal(
            *(config.journal, Cipher(secret), now),
            station=given.station_given,
            facts_of=_facts_of,
            ranges=given,
        )
        courier = courier_of(config, journal, carrier or by_https)
    former = tuple(route for name, route in config.routes.items() if name != config.active)
    opener = ReturnKey.of(config)
    _log.info(
        "journal open; route in force: %s, %s, %s", config.active, config.route.mode, config.route.sealing
    )
    certificates = KeptCertificates.beside(Path(config.journal), secret)
    unseal = None if opener is None else opener.unseal
    recipients = recipients_with(config.payers) if config.payers else None
    return Office(
        journal,
        config.route,
        now,
        unseal,
        former,
        certificates,
        config.tables,
        recipients,
        config.billable_months,
        config.replacements,
        courier,
        config.return_certificate,
        config.services,
    )


@dataclass(frozen=True)
class ReturnKey:
    """The PS's mail certificate and private key, which open sealed returns; read when one comes."""

    certificate: Path
    key: Path

    @classmethod
    def of(cls, config: Config) -> ReturnKey | None:
        """The one that the configuration names, None when it names none."""
        if config.return_certificate is None or config.return_key is None:
            return None
        return cls(config.return_certificate, config.return_key)

    def unseal(self, data: bytes) -> bytes:
        """Open a sealed return. ConfigError when a file cannot be read, UnsealError; NotDoneHere."""
        return self._opener(data)

    def check(self) -> None:
        """Read both files; ConfigError when one cannot be read."""
        _ = self._opener

    @cached_property
    def _opener(self) -> Callable[[bytes], bytes]:
        if not IS_NATIVE:
            raise NotDoneHere(
                "Un retour chiffré ne s’ouvre pas sur cet appareil.",
                cause="la clé privée s’y laisserait deviner au temps que prend le calcul",
                next_step="ouvrez-le sur l’ordinateur du cabinet",
            )
        from tournee.exchange.sealing.unsealing import opener

        try:
            certificate, key = read_bounded(self.certificate, _PEM_MAX), read_bounded(self.key, _PEM_MAX)
            return opener(certificate, key)
        except (OSError, ValueError) as error:
            why = (
                reason(error)
                if isinstance(error, OSError)
                else "ce n’est pas un fichier PEM sans mot de passe"
            )
            raise ConfigError(
                f"Le certificat {self.certificate} ou la clé {self.key} des retours ne peut pas être lu.",
                cause=why,
                next_step="indiquez deux fichiers PEM dans la table [retours]",
            ) from error
        except TypeError:
            raise ConfigError(f"La clé {self.key} des retours n’est pas une clé RSA.") from None


Progress = Callable[[str, int, int], None]
"""Told what is going on: its label, how much is done, of how much (0: nobody knows yet)."""


def silent(label: str, done: int, of: int) -> None:
    """Nobody watches."""
