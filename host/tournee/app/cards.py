"""The reader reached and set to the time, the professional's card opened, the cards read."""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from tournee.app.context import Clock, Office
from tournee.app.opposition.in_force import read_unless_opposed
from tournee.billing.identity import IdentityError, Patient, PsIdentity
from tournee.billing.zones.card import patients_from_groups, serial_from_groups, situations_from_groups
from tournee.reader import PS_UNLOCKED, Reader, Transport, VitaleCard
from tournee.store import CardKind

AskCode = Callable[[], str]
AskSituation = Callable[[Sequence[PsIdentity]], int]
"""Told the situations of a card, answers the n° logique of one."""

_log = logging.getLogger(__name__)


@dataclass(frozen=True)
class PsOnDuty:
    """The professional whose card is in the reader: who bills, the card's certificate (DER) and zone."""

    identity: PsIdentity
    certificate: bytes
    zone: bytes = field(default=b"", repr=False)


@dataclass(frozen=True)
class VitaleInReader:
    """The Vitale card in the reader: its serial number, its patients, the insured person first, its
    certificate (DER) and zone.

    A patient's phone that was read stands in its place: it has no serial number, `seals` gives the seal of
    its service over a SHA-256, until `ends`, and the certificate is that of this seal.
    """

    serial: str
    patients: list[Patient]
    certificate: bytes
    zone: bytes = field(default=b"", repr=False)
    seals: Callable[[bytes], bytes] | None = None
    ends: datetime | None = None

    @property
    def is_phone(self) -> bool:
        """Whether it is no card, but a patient's phone."""
        return self.seals is not None


def open_reader(
    address: str | Callable[[], Transport],
    clock: Clock,
    secret: bytes | None = None,
    reach: Callable[[bool], None] = lambda there: None,
) -> Reader:
    """Connect to the reader at `address` (a URL, or what opens its stream) and set its clock: it refuses acts
    dated after its day.

    With its `secret`, over the protected channel alone. `reach` is told False while it is out of reach and
    being looked for, True once it is back. ReaderError.
    """
    return set_to_time(Reader.open(address, secret=secret, reach=reach), clock)


def set_to_time(reader: Reader, clock: Clock) -> Reader:
    """Set the clock of a reader that is connected; one that refuses is let go. ReaderError."""
    try:
        reader.set_date(clock())
        _log.info("reader at hand, its clock set")
    except BaseException:
        reader.close()
        raise
    return reader


class SituationError(IdentityError):
    """A card has several situations of exercise, and which is meant was not told; or it has not that one."""

    remedy = "situation"


def read_ps(reader: Reader, situation: int | None = None, ask: AskSituation | None = None) -> PsOnDuty:
    """Read the professional's card, in the situation of that n° logique, or in its only one.

    Of several, `ask` is told them and answers the n° logique; without it, SituationError names them.
    """
    card = reader.read_ps_card()
    known = situations_from_groups(card.groups)
    if situation is None and len(known) > 1 and ask is not None:
        situation = ask(known)
    meant = [one for one in known if situation in (None, one.situation)]
    if len(meant) != 1:
        whose = f"La carte de {known[0].first_name} {known[0].name}"
        listed = " ; ".join(
            f"n° {one.situation}, {one.billing_number} {one.structure}".strip() for one in known
        )
        raise SituationError(
            f"{whose} porte plusieurs situations : laquelle facture ?"
            if situation is None
            else f"{whose} ne porte pas de situation n° {situation}.",
            cause=f"elle porte : {listed}",
            next_step="dites la situation par son numéro",
        )
    return PsOnDuty(meant[0], card.certificate, card.zone)


def read_vitale(office: Office, reader: Reader) -> VitaleInReader:
    """Read the patient's card. OpposedCardError when it is on the opposition list in force (OCT-LOI-2)."""
    card = read_unless_opposed(office, reader)
    return _kept(office, card)


def certificate_now(office: Office, reader: Reader, vitale: VitaleInReader) -> bytes:
    """The certificate that the card holds now, where the one of another day may be out of date; another card
    has come when its serial number is another: then the certificate is what it was. ReaderError.
    """
    card = reader.read_vitale()
    if serial_from_groups(card.groups) != vitale.serial:
        return vitale.certificate
    _log.info("the card's certificate is read again")
    return _kept(office, card).certificate


def _kept(office: Office, card: VitaleCard) -> VitaleInReader:
    serial, kept = serial_from_groups(card.groups), office.certificates
    if kept is not None and kept.find(serial) != card.certificate:
        kept.keep(serial, card.certificate)
    people = patients_from_groups(card.groups)
    if people and card.zone:  # whoever's it is: its rights may end, it may have been updated since
        office.journal.cards.keep(CardKind.VITALE, people[0].nir, f"{office.clock():%Y%m%d}", card.zone)
    return VitaleInReader(serial, people, card.certificate, card.zone)


def unlock(reader: Reader, ask_code: AskCode) -> None:
    """Open the professional's card with the code porteur, asked for only when the card is not open yet."""
    if reader.cards().ps != PS_UNLOCKED:
        reader.unlock(ask_code())
        _log.info("professional's card open")
