"""A visit that waited for a Vitale card that will not come: billed in dégradé, or without a card.

Who the patient is comes from what is told now, else from what this patient's visits before said.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date

from tournee.app.certify import splitter_of
from tournee.app.certifying.last_read import rights_of
from tournee.app.context import Office
from tournee.app.visits.imported import SeenVisit, seen
from tournee.app.visits.names import invoiced_before
from tournee.app.visits.past import JournalPast, visit_facts
from tournee.billing.identity import Amc, Patient
from tournee.billing.judging import judge
from tournee.billing.kept.judged import read_judged, write_judged
from tournee.billing.rules.case import carer_of
from tournee.billing.rules.visit import RuleError
from tournee.billing.visit import AMC_PAYS, BOTH_PAY, Visit
from tournee.errors import BillingError
from tournee.formats import records
from tournee.model.codes import DEGRADED, DRE, NO_CARD
from tournee.store import SheetRow, VisitDraft

_WORDS = 2  # a name and a first name that are one word each
_INSURER, _BOTH = "2A", "30"  # the record of an AMC; one that takes a DRE in either case
_WORKING_AGE = 16  # years: who is insured in his own name was born that long ago


@dataclass(frozen=True)
class ToldIdentity:
    """What the carer says of the patient, off the attestation; "" and None: as it was before. `organisme` is
    régime (2 digits), caisse (3) and centre (4), `amc` who pays the complementary share.
    """

    name: str = ""
    first_name: str = ""
    key: str = ""
    born: date | None = None
    organisme: str = ""
    amc: Amc | None = None


_NOTHING = ToldIdentity()


def bill_degraded(
    office: Office, visit_id: int, reason: str, told: ToldIdentity = _NOTHING, *, no_card: bool = False
) -> SeenVisit:
    """Have a pending visit done without its Vitale card, for this `reason`; gives the visit.

    With `no_card` and nothing told the rights are those of the card as it was last read, NotReadError when it
    never was. BillingError when who the patient is is not known whole, RuleError when the rules refuse it so,
    StoreError when it is billed or set aside.
    """
    row = office.journal.visits.get(visit_id)
    judged = read_judged(row.payload)
    if no_card and told == _NOTHING:
        rights_of(office, judged.visit)
        visit = replace(judged.visit, mode=NO_CARD, reason=reason)
    else:
        visit = _typed(office, judged.visit, told, NO_CARD if no_card else DEGRADED, reason)
    if visit.typed is not None and visit.amc is None and visit.third_party in (AMC_PAYS, BOTH_PAY):
        raise BillingError(
            f"La visite {visit_id} est en tiers payant complémentaire, et la mutuelle n’est connue que de la "
            "carte.",
            next_step="dites le numéro de la mutuelle d’après l’attestation, ou changez le tiers payant dans "
            "le fichier du jour",
            remedy="degrade-amc",
        )
    found = judge(
        visit,
        carer_of(judged.ps_number, judged.profession),
        JournalPast(office.journal, [visit_id]),
        office.nomenclature,
        splitter=splitter_of(office.route),
    )
    if found.breaches:
        raise RuleError(found.breaches, f"visite {visit_id}")
    draft = VisitDraft(write_judged(found.visit), visit_facts(found.visit))
    office.journal.visits.replace(visit_id, draft, f"sans carte Vitale : {reason}")
    return seen(office.journal, office.journal.visits.get(visit_id))


def _typed(office: Office, visit: Visit, told: ToldIdentity, mode: str, reason: str) -> Visit:
    before = identity_before(office, visit)
    patient = _patient(visit, told, before)
    return replace(
        visit,
        typed=patient,
        amc=visit.amc or told.amc or before.amc,
        born=date.fromisoformat(patient.born),
        mode=mode,
        reason=reason,
    )


def _patient(visit: Visit, told: ToldIdentity, before: ToldIdentity) -> Patient:
    identity = ToldIdentity(
        told.name or before.name,
        told.first_name or before.first_name,
        told.key or visit.key or before.key,
        told.born or visit.born or before.born,
        told.organisme or before.organisme,
    )
    lacks = [
        word
        for word, value in (
            ("son nom", identity.name),
            ("son prénom", identity.first_name),
            ("la clé de son numéro", identity.key),
            ("sa date de naissance", identity.born),
            ("son régime, sa caisse et son centre", identity.organisme),
        )
        if not value
    ]
    if lacks or identity.born is None:
        raise BillingError(
            f"Sans la carte, il manque du patient {visit.nir} : {', '.join(lacks)}.",
            next_step="relevez-les sur son attestation",
            remedy="degrade",
        )
    organisme = identity.organisme.replace("-", "").replace(" ", "")
    return Patient(
        nir=visit.nir,
        key=identity.key,
        regime=organisme[:2],
        caisse=organisme[2:5],
        centre=organisme[5:],
        born=f"{identity.born:%Y%m%d}",
        name=identity.name,
        first_name=identity.first_name,
        birth_rank=visit.birth_rank or "1",
    )


def identity_before(office: Office, visit: Visit) -> ToldIdentity:
    """What the last invoice of this patient says: of the holder alone, whose birth its year tells."""
    invoice = invoiced_before(office.journal, visit)
    if invoice is None:
        return ToldIdentity()
    sheets = office.journal.invoices.get(invoice).sheets
    sheet = sheets[0]
    said = records.decode_as("2", sheet.records)
    words = sheet.patient.split()
    name, first_name = words if len(words) == _WORDS else ("", "")
    organisme = f"{said['regime']}{said['caisse']}{said['centre']}"
    born = _born(str(said["naissance"]), visit)
    return ToldIdentity(name, first_name, str(said["cle"]), born, organisme, _amc(sheets))


def _amc(sheets: Sequence[SheetRow]) -> Amc | None:
    """The insurer that a DRE before was for."""
    for sheet in sheets:
        for at in range(0, len(sheet.records), records.RECORD_LENGTH):
            kind, said = records.decode(sheet.records[at : at + records.RECORD_LENGTH])
            if kind == _INSURER and sheet.kind == DRE:
                number, member, routing, host = (
                    str(said[key]).strip() for key in ("numero_amc", "adherent", "routage", "hote")
                )
                return Amc(number, member=member, indicator=_BOTH, routing=routing, host=host)
    return None


def _born(written: str, visit: Visit) -> date | None:
    """A birth date AAMMJJ of an insured person; None for one that is no date of the calendar."""
    try:
        year, month, day = (int(written[at : at + 2]) for at in (0, 2, 4))
        last = visit.day.year - _WORKING_AGE
        return date(last - (last - year) % 100, month, day)
    except ValueError:
        return None
