"""The reader reached and set to the time, the professional's card opened, the cards read."""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import dataclass

from tournee.app.context import Clock, Office
from tournee.app.opposition.in_force import read_unless_opposed
from tournee.billing.identity import Patient, PsIdentity
from tournee.billing.zones.card import patients_from_groups, ps_from_groups, serial_from_groups
from tournee.reader import PS_UNLOCKED, Reader, Transport, VitaleCard

AskCode = Callable[[], str]
_log = logging.getLogger(__name__)


@dataclass(frozen=True)
class PsOnDuty:
    """The professional whose card is in the reader: who bills, and the card's certificate (DER)."""

    identity: PsIdentity
    certificate: bytes


@dataclass(frozen=True)
class VitaleInReader:
    """The Vitale card in the reader: its serial number, its patients, the insured person first, and its
    certificate (DER).
    """

    serial: str
    patients: list[Patient]
    certificate: bytes


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
    reader = Reader.open(address, secret=secret, reach=reach)
    try:
        reader.set_date(clock())
        _log.info("reader at hand, its clock set")
    except BaseException:
        reader.close()
        raise
    return reader


def read_ps(reader: Reader) -> PsOnDuty:
    """Read the professional's card."""
    card = reader.read_ps_card()
    return PsOnDuty(ps_from_groups(card.groups), card.certificate)


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
    return VitaleInReader(serial, patients_from_groups(card.groups), card.certificate)


def unlock(reader: Reader, ask_code: AskCode) -> None:
    """Open the professional's card with the code porteur, asked for only when the card is not open yet."""
    if reader.cards().ps != PS_UNLOCKED:
        reader.unlock(ask_code())
        _log.info("professional's card open")
