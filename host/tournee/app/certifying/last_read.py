"""Cards as they were last read: rights of a patient whose card is not there, and who the carer is.

Kept whenever one is read, encrypted in the journal.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime
from typing import Protocol

from tournee.app.cards import PsOnDuty, VitaleInReader
from tournee.app.context import Office
from tournee.app.opposition.in_force import refuse_opposed
from tournee.billing.identity import IdentityError, Patient, PsIdentity
from tournee.billing.invoice import choose_patient
from tournee.billing.visit import JudgedVisit, Visit
from tournee.billing.zones.card import patients_from_groups, serial_from_groups, situations_from_groups
from tournee.errors import BillingError
from tournee.formats import zones
from tournee.store import CardKind

_DAY = "%Y%m%d"


class NotReadError(BillingError):
    """A card that is not there was never read on this machine."""

    remedy = "degrade"


class Cared(Protocol):
    """What has a PS who bills, and perhaps a substitute who cared."""

    @property
    def ps(self) -> str:
        """The billing number."""

    @property
    def substitute(self) -> str:
        """The RPPS number of who cared, "" when the PS did."""


@dataclass(frozen=True)
class KnownRights:
    """A patient as the card said when it was last read, on `day`."""

    patient: Patient
    day: date


def keep_cards(office: Office, ps: PsOnDuty | None, vitale: VitaleInReader | None) -> None:
    """Keep what the cards in the reader said today."""
    today, cards = f"{office.clock():{_DAY}}", office.journal.cards
    if ps is not None and ps.zone:
        cards.keep(CardKind.PS, ps.identity.rpps, today, ps.zone)
    if vitale is not None and vitale.zone and vitale.patients:
        cards.keep(CardKind.VITALE, vitale.patients[0].nir, today, vitale.zone)


def rights_of(office: Office, visit: Visit) -> KnownRights:
    """The patient of a visit by the card as it was last read.

    NotReadError when it never was, IdentityError when it bears no such person, OpposedCardError.
    """
    card = office.journal.cards.find(CardKind.VITALE, visit.nir)
    if card is None:
        raise NotReadError(
            f"La carte Vitale du NIR {visit.nir} n’a jamais été lue ici : pas de facture sans elle.",
            cause="sans carte, les droits sont ceux de sa dernière lecture, et il n’y en a pas",
            next_step="insérez la carte, ou facturez en mode dégradé d’après l’attestation",
        )
    groups = zones.decode(card.zone)
    refuse_opposed(office, serial_from_groups(groups))
    return KnownRights(
        choose_patient(patients_from_groups(groups), visit), datetime.strptime(card.day, _DAY).date()
    )


def is_known(office: Office, nir: str) -> bool:
    """Whether the card of this insured person was ever read."""
    return office.journal.cards.find(CardKind.VITALE, nir) is not None


def carer_named(office: Office, number: str, rpps: str = "") -> str:
    """A carer's name by her card as it was last read, of that RPPS number or else of that billing number; by
    the configuration's replacement; else the number itself.
    """
    for one in _situations_read(office):
        if one.rpps == rpps if rpps else one.billing_number == number:
            return f"{one.first_name} {one.name}".title()
    for told in office.replacements:
        if rpps and told.rpps == rpps:
            return told.name
        if not rpps and told.replaced == number:
            return told.replaced_name
    return rpps or number


def carers_of(office: Office, rows: Iterable[Cared]) -> dict[str, str]:
    """The names, as far as they are known, of both carers of each invoice that a substitute made, by billing
    and RPPS number.
    """
    both = {(row.ps, row.substitute) for row in rows if row.substitute}
    names = {number: carer_named(office, number) for number, _ in both}
    names |= {rpps: carer_named(office, "", rpps) for _, rpps in both}
    return {number: name for number, name in names.items() if name != number}


def carer_last_read(office: Office, visit: JudgedVisit) -> PsIdentity:
    """The card of who made a visit, as it was last read: the one that its replacement names, or that of the
    configuration on its day, else the one that bears its number, in that situation. NotReadError when no such
    card was.
    """
    told = visit.visit.replacement or next(
        (
            one
            for one in office.replacements
            if one.replaced == visit.ps_number and one.holds(visit.visit.day)
        ),
        None,
    )
    for one in _situations_read(office):
        if one.rpps == told.rpps if told is not None else one.billing_number == visit.ps_number:
            return one
    whose = told.name if told is not None else f"du numéro {visit.ps_number}"
    raise NotReadError(
        f"La carte CPS {'de ' if told is not None else ''}{whose} n’a jamais été lue ici.",
        cause="la facture nomme qui soigne, et c’est cette carte qui le dit",
        next_step="insérez-la une fois et recommencez ; le code porteur n’est pas demandé",
        remedy="insert-ps",
    )


def _situations_read(office: Office) -> Iterator[PsIdentity]:
    """Every situation of the PS cards read here, those read last first."""
    for card in office.journal.cards.all(CardKind.PS):
        try:
            yield from situations_from_groups(zones.decode(card.zone))
        except IdentityError:
            continue
