"""Whose visits the card in the reader may certify: its holder's, and those of whom its holder replaces.

A replacement is told by the day file, for its visits, by the configuration or by a contract that is kept.
The card's own RPPS number must be the one told, and each day of the visit one of its sessions.
"""

from __future__ import annotations

from dataclasses import replace

from tournee.app.context import Office
from tournee.app.replacements.contracts import replacements_told
from tournee.billing.identity import PsIdentity, Substitute
from tournee.billing.kept.judged import read_judged
from tournee.billing.replacement import Replacement
from tournee.billing.visit import JudgedVisit
from tournee.errors import BillingError
from tournee.store import SheetRow


class OtherCarerError(BillingError):
    """The card in the reader is not that of who made the visit."""


def is_for(office: Office, ps: PsIdentity, visit: JudgedVisit) -> bool:
    """Whether a visit concerns this card's holder: it is billed under her number, or she replaces there."""
    told = visit.visit.replacement
    if visit.ps_number == ps.billing_number:
        return True
    return told.rpps == ps.rpps if told is not None else bool(_configured(office, ps, visit.ps_number))


def identity_for(office: Office, ps: PsIdentity, visit: JudgedVisit) -> PsIdentity:
    """Who bills a visit with this card: its holder, or whom she replaces, with her as the substitute.

    OtherCarerError when someone else made the visit, or made it on a day when she replaces nobody; it names
    both. Of a visit that is none of hers, the identity is the card's.
    """
    told = visit.visit.replacement
    if told is None:
        if visit.ps_number == ps.billing_number:
            return ps
        known = _configured(office, ps, visit.ps_number)
        if not known:
            return ps
        told = next((one for one in known if _holds(one, visit)), known[0])
    if told.rpps != ps.rpps:
        raise OtherCarerError(
            f"La visite du {visit.visit.day:%d/%m/%Y} a été faite par {told.name}, qui remplace "
            f"{told.replaced_name}.",
            cause=f"la carte insérée est celle de {ps.first_name} {ps.name}",
            next_step=f"insérez la carte CPS de {told.name}",
        )
    if not _holds(told, visit):
        raise OtherCarerError(
            f"Le {visit.visit.day:%d/%m/%Y}, {told.name} ne remplace pas {told.replaced_name}.",
            cause=f"le remplacement va {' ; '.join(map(str, told.sessions))}",
            next_step="corrigez les dates du remplacement si elles sont fausses ; sinon, la visite est pour "
            f"la carte de {told.replaced_name}",
        )
    if ps.billing_number == told.replaced:
        raise OtherCarerError(
            f"{told.name} et la personne remplacée ont le même numéro, {told.replaced}.",
            cause="le numéro de facturation du remplacement est celui de la carte insérée",
            next_step="corrigez le numéro de la personne remplacée",
        )
    return replace(
        ps,
        billing_number=told.replaced,
        substitute=Substitute(ps.billing_number, ps.rpps, ps.name, ps.first_name),
    )


def replaced_name(office: Office, sheet: SheetRow) -> str:
    """The name of the PS in whose place a sheet's substitute cared."""
    for one in replacements_told(office):
        if (one.replaced, one.rpps) == (sheet.ps, sheet.substitute):
            return one.replaced_name
    visit = office.journal.invoices.get(sheet.invoice_id).visit_id
    told = read_judged(office.journal.visits.get(visit).payload).visit.replacement
    return told.replaced_name if told is not None else ""


def _configured(office: Office, ps: PsIdentity, replaced: str) -> list[Replacement]:
    return [one for one in replacements_told(office) if (one.replaced, one.rpps) == (replaced, ps.rpps)]


def _holds(one: Replacement, visit: JudgedVisit) -> bool:
    return all(one.holds(passage.day) for passage in visit.visit.passages)
