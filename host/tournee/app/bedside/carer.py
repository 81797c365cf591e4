"""Whose work is shown: the holder of the card in the reader, else the carer whose card was read last. What of
a journal is hers: what is billed under her number, and the care that she gave in another's place.
"""

from __future__ import annotations

from dataclasses import dataclass

from tournee.app.cards import PsOnDuty
from tournee.app.context import Office
from tournee.app.practice.dossiers import KINDS
from tournee.billing.identity import IdentityError, PsIdentity
from tournee.billing.nomenclature.table import Profession
from tournee.billing.zones.card import situations_from_groups
from tournee.formats import zones
from tournee.practice.planning.plan_file import PlanFile
from tournee.store import CardKind


@dataclass(frozen=True)
class CarerShown:
    """A carer by billing number; `name` is "" while her card was never read, `rpps` too. Number "": nobody is
    known yet.
    """

    number: str
    name: str = ""
    profession: Profession = "IF"
    rpps: str = ""

    def has(self, ps: str, substitute: str = "") -> bool:
        """Whether what is billed under `ps`, for care that perhaps a `substitute` (RPPS) gave, is hers. What
        is of no professional is everybody's.
        """
        return not self.number or ps in ("", self.number) or bool(substitute and substitute == self.rpps)


def carer_shown(office: Office, ps: PsOnDuty | None) -> CarerShown:
    """The carer whose round and invoices are shown; number "" in a practice where nobody is known yet."""
    if ps is not None:
        return _carer(ps.identity)
    for card in office.journal.cards.all(CardKind.PS):
        try:
            return _carer(situations_from_groups(zones.decode(card.zone))[0])
        except IdentityError:
            continue
    return CarerShown(office.journal.dossiers.first_ps(KINDS[PlanFile]))


def _carer(identity: PsIdentity) -> CarerShown:
    name = f"{identity.first_name} {identity.name}".title()
    return CarerShown(identity.billing_number, name, identity.ps_type, identity.rpps)
