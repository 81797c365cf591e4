"""One visit of the day file, from its tables to the values that are billed."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date

from tournee.billing.breach import Path
from tournee.billing.dayfile.ceam import CARD, read_ceam, refuse_beside
from tournee.billing.dayfile.passages import Placed, passages_of, read_passages
from tournee.billing.dayfile.payers import (
    ORIGINS,
    read_accident,
    read_agreement,
    read_entitlement,
    read_third_party,
)
from tournee.billing.dayfile.people import read_attestation, read_nir, read_typed_patient
from tournee.billing.numbers import BILLING_DIGITS, RPPS_DIGITS, billing_number_fault, rpps_fault
from tournee.billing.replacement import Replacement
from tournee.billing.visit import (
    MATERNITY,
    SICKNESS,
    WORK_ACCIDENT,
    Prescription,
    Visit,
)
from tournee.model.codes import DESYNCHRONISED, KINDS, NO_CARD, SECURED, VISIT
from tournee.tables.table import Table

NATURES = {
    "maladie": SICKNESS,
    "maternité": MATERNITY,
    "accident du travail": WORK_ACCIDENT,
}
CARD_MODES = {"sécurisé": SECURED, "visite": VISIT, "désynchronisé": DESYNCHRONISED, "sans carte": NO_CARD}
NOT_SHOWN = "carte non présentée"
_PASSAGES = "passages"
_COUNT_MAX = 999
_NAME_MAX, _REFERENCE_MAX = 60, 80


@dataclass(frozen=True)
class DraftVisit:
    """A visit read without mistake, where its passages were written, and what its editor calls it, if he
    does.
    """

    visit: Visit
    placed: tuple[Placed, ...]
    reference: str = ""

    def place_of(self, path: Path) -> Path:
        """Where in its table stands what the rules call by `path`."""
        if len(path) > 1 and path[0] == _PASSAGES:
            return self.placed[int(path[1])].place_of(path[2:])
        return path


def read_visit(
    table: Table, day: date, mistakes: Callable[[], int], replacement: Replacement | None = None
) -> DraftVisit | None:
    """Read a `[[visite]]`; None when something in it is wrong, which is then noted at its place.

    `mistakes` tells how many are noted so far, `replacement` who cares in the place of whom.
    """
    before = mistakes()
    hand, european = table.table("patient"), table.table(CARD)
    nir, key = read_nir(table, required=european is None, key_required=hand is not None)
    born = table.day("naissance")
    birth_rank = table.digits("rang_naissance", 1)
    typed = None
    mode = table.choice("mode", CARD_MODES, default=SECURED)
    reason = (table.text("motif") or NOT_SHOWN) if mode == NO_CARD else ""
    entitlement = read_entitlement(table, hand)
    if european is not None:
        refuse_beside(table)
    elif hand is not None:
        if table.has("mode"):
            table.fault("mode", "se dit dans [visite.patient] quand le patient est saisi à la main")
        mode, reason, typed = read_typed_patient(hand, table, nir, key, born, birth_rank)
    reference = table.text("reference", longest=_REFERENCE_MAX)
    placed = tuple(read_passages(table, day))
    days = [one.passage.day for one in placed] or [day]
    ceam = read_ceam(european, [one for one in days if one > date.min]) if european is not None else None
    visit = Visit(
        day=day,
        nir=nir,
        key=key,
        passages=passages_of(placed),
        prescription=_prescription(table.table("prescription")),
        agreement=read_agreement(table.table("accord")),
        born=ceam.born if ceam is not None else born,
        birth_rank=birth_rank,
        typed=typed,
        amc=read_attestation(table.table("amc")),
        mode=mode,
        reason=reason,
        third_party=read_third_party(table, hand),
        complementary_third_party=table.flag("tiers_payant_complementaire", False),
        documents=table.words("documents", KINDS),
        contract99=table.choice("contrat", {"99": True}, default=False),
        nature=table.choice("nature", NATURES, default=SICKNESS),
        accident=read_accident(table.table("accident")),
        exempt=table.flag("ald", True),
        entitlement=entitlement,
        ceam=ceam,
        palliative=table.flag("palliatif", False),
        assessed=table.day("bilan"),
        discharged=table.day("sortie"),
        direct=table.flag("acces_direct", False),
        group=table.whole("groupe", 0),
        name=table.text("nom", longest=_NAME_MAX),
        replacement=replacement,
    )
    table.finish()
    return DraftVisit(visit, placed, reference) if mistakes() == before else None


def _prescription(table: Table | None) -> Prescription | None:
    if table is None:
        return None
    day = table.day("date", required=True)
    prescriber = table.digits("prescripteur", BILLING_DIGITS)
    rpps = table.digits("rpps", RPPS_DIGITS)
    speciality = table.digits("specialite", 2) or "01"
    counts = {key: table.whole(key, 0) for key in ("seances", "faites", "duree_mois")}
    for key, count in counts.items():
        if count < 0 or count > _COUNT_MAX:
            table.fault(key, f"de 0 à {_COUNT_MAX}")
    flags = [table.flag(key, False) for key in ("domicile", "nuit", "quotidien", "renouvellement")]
    origin = table.choice("origine", ORIGINS, default="")
    if prescriber and (fault := billing_number_fault(prescriber)):
        table.fault("prescripteur", fault)
    if rpps and (fault := rpps_fault(rpps)):
        table.fault("rpps", fault)
    if not (table.has("prescripteur") or table.has("rpps")):
        table.fault(
            "prescripteur", "manque ; le numéro de facturation du prescripteur, son RPPS, ou les deux"
        )
    table.finish()
    home, night, daily, renewal = flags
    if day is None:
        return None
    return Prescription(
        day,
        prescriber,
        rpps,
        speciality,
        sessions=counts["seances"],
        done=counts["faites"],
        months=counts["duree_mois"],
        home=home,
        night=night,
        daily=daily,
        renewal=renewal,
        origin=origin,
    )
