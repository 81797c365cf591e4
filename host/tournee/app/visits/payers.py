"""The caisses and complementary insurers that can be billed, and one more that the carer knows."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path

from tournee.billing.pricing.recipients import Recipient, Recipients
from tournee.config import Config
from tournee.config.payers import OwnPayer, add_own
from tournee.errors import ConfigError
from tournee.exchange.sealing.recipient import check_recipient, read_certificate

_CAISSE = re.compile(r"(\d\d)-?(\d{3})(?:-?(\d{4}))?", re.ASCII)
_AMC = re.compile(r"\d{10}", re.ASCII)
_THREE = re.compile(r"\d{3}", re.ASCII)


@dataclass(frozen=True)
class KnownPayer:
    """One that can be billed: its number, its name where one is known, where its files go, whose word it is.

    `own`: the carer added it. `address`: where files go straight to it, by the route in force.
    """

    number: str
    name: str
    recipient: Recipient | None
    own: bool
    added: date | None = None
    address: str = ""
    certificate: Path | None = None

    @property
    def is_caisse(self) -> bool:
        """Whether it is a caisse; else a complementary insurer."""
        return self.recipient is not None


@dataclass(frozen=True)
class NewPayer:
    """What the carer tells of one more; `organisme` and `computing_centre` are of a caisse alone."""

    number: str
    name: str
    organisme: str = ""
    computing_centre: str = ""
    address: str = ""
    certificate: Path | None = None


def known_payers(config: Config) -> tuple[KnownPayer, ...]:
    """The caisses that come with Tournée, then the carer's own payers."""
    told = [
        KnownPayer(OwnPayer("", date.min, row).number, "", row, own=False)
        for row in Recipients.packaged().rows
    ]
    told += [
        KnownPayer(one.number, one.name, one.recipient, True, one.added, one.address, one.certificate)
        for one in config.payers
    ]
    return tuple(told)


def payers_of(config: Config, number: str) -> tuple[KnownPayer, ...]:
    """Those of a number: an AMC's ten digits, or régime, caisse and maybe centre, with hyphens or without."""
    caisse = _CAISSE.fullmatch(number)
    wanted = "-".join(filter(None, caisse.groups())) if caisse else number
    return tuple(
        one for one in known_payers(config) if one.number == wanted or one.number.startswith(f"{wanted}-")
    )


def add_payer(config: Config, new: NewPayer, now: datetime) -> OwnPayer:
    """Write one more beside the configuration, in place of one of hers of the same number.

    ConfigError for a number that is none, a caisse that comes with Tournée or lacks its organisme, an address
    that is none; CertificateError. Nothing is then changed.
    """
    certificate = new.certificate.resolve() if new.certificate is not None else None
    if certificate is not None:
        read = read_certificate(certificate, f"de {new.name}")
        check_recipient(read, now=now, revoked=frozenset(), where=f"« {certificate} »")
    payer = OwnPayer(
        name=new.name,
        added=now.date(),
        recipient=_recipient(new, now.date()),
        amc=new.number if _AMC.fullmatch(new.number) else "",
        address=new.address,
        certificate=certificate,
    )
    _ = payer.insurer  # an address that is none is refused
    add_own(config.path.parent, payer)
    return payer


def _recipient(new: NewPayer, day: date) -> Recipient | None:
    if _AMC.fullmatch(new.number):
        if new.organisme or new.computing_centre:
            raise ConfigError(
                f"{new.number} est un organisme complémentaire : il n’a ni organisme destinataire ni centre "
                "informatique."
            )
        return None
    caisse = _CAISSE.fullmatch(new.number)
    if caisse is None:
        raise ConfigError(
            f"« {new.number} » n’est ni une caisse, ni un organisme complémentaire.",
            cause="une caisse s’écrit 01-671 ou 01-671-0000 (régime, caisse, centre), un organisme "
            "complémentaire a dix chiffres",
        )
    regime, number, centre = caisse[1], caisse[2], caisse[3] or ""
    if Recipients.packaged().find(regime, number, centre, day) is not None:
        raise ConfigError(
            f"La caisse {regime}-{number} est déjà connue de Tournée.", next_step="facturez-la telle quelle"
        )
    for label, value in (
        ("l’organisme destinataire", new.organisme),
        ("le centre informatique", new.computing_centre),
    ):
        if not _THREE.fullmatch(value):
            raise ConfigError(
                f"Caisse {regime}-{number} : {label} n’est pas donné, ou n’a pas trois chiffres.",
                next_step="demandez-le à la caisse",
            )
    return Recipient(regime, number, centre, date.min, None, new.organisme, new.computing_centre)
