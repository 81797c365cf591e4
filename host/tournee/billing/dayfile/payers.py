"""Who pays for a visit of the day file, as the carer says it: exemptions, attestations, prior agreement."""

from __future__ import annotations

from tournee.billing.entitlement import Entitlement, maternity_around
from tournee.billing.identity import Period
from tournee.billing.visit import (
    AMC_PAYS,
    AMO_PAYS,
    BOTH_PAY,
    DIRECT,
    HOSPITAL,
    NO_THIRD_PARTY,
    OWN,
    TOWN,
    Accident,
    Agreement,
    Answer,
)
from tournee.tables.table import Table

AME, C2S = "ame", "c2s"  # keys of `[visite.patient]`

ORIGINS = {"ville": TOWN, "établissement": HOSPITAL, "infirmier": OWN, "accès direct": DIRECT}
THIRD_PARTY = {"non": NO_THIRD_PARTY, "amo": AMO_PAYS, "amc": AMC_PAYS, "total": BOTH_PAY}
_ANSWERS: dict[str, Answer] = {"accordé": "given", "refusé": "refused", "silence": ""}
_NUMBER_MAX = 14
_ACCIDENT_DIGITS = (8, 9)


def read_entitlement(visit: Table, hand: Table | None) -> Entitlement:
    """What a `[[visite]]` and its `[visite.patient]` say of who pays, beside what a card shows."""
    return Entitlement(
        exemption=visit.text("exoneration", longest=1),
        local_scheme=visit.flag("regime_local", False),
        maternity=_maternity(visit.table("maternite")),
        state_aid=_attested(hand.table(AME)) if hand is not None else None,
    )


def read_third_party(visit: Table, hand: Table | None) -> int:
    """Who is asked directly: as it is said, else what AME and a typed C2S give a right to."""
    default = NO_THIRD_PARTY
    if hand is not None and hand.values.get(AME) is not None:
        default = AMO_PAYS
    elif hand is not None and hand.values.get(C2S) is True:
        default = BOTH_PAY
    told: int = visit.choice("tiers_payant", THIRD_PARTY, default=default)
    return told


def read_agreement(table: Table | None) -> Agreement | None:
    """The prior agreement (DAP); nothing said of an answer is silence."""
    if table is None:
        return None
    asked = table.day("demande", required=True)
    answer = table.choice("reponse", _ANSWERS, default=_ANSWERS["silence"])
    answered = table.day("le")
    number = table.text("numero", longest=_NUMBER_MAX)
    if asked and answered and answered < asked:
        table.fault("le", "une réponse avant la demande")
    if bool(answer) != bool(answered):
        table.fault("le" if answer else "reponse", "manque ; une réponse et son jour vont ensemble")
    table.finish()
    return Agreement(asked, answer, answered, number) if asked else None


def read_accident(table: Table | None) -> Accident | None:
    """A work accident, by its number or its day."""
    if table is None:
        return None
    number = table.text("numero", longest=_ACCIDENT_DIGITS[1])
    if number and not (number.isascii() and number.isdigit() and len(number) in _ACCIDENT_DIGITS):
        table.fault("numero", "8 ou 9 chiffres entre guillemets sont attendus")
    accident = Accident(number, table.day("date"))
    if not (table.has("numero") or table.has("date")):
        table.fault("date", "manque, ou le numéro")
    table.finish()
    return accident


def _maternity(table: Table | None) -> Period | None:
    if table is None:
        return None
    birth, start, end = (table.day(key) for key in ("accouchement", "debut", "fin"))
    told = table.has("debut") or table.has("fin")
    if table.has("accouchement") == told:
        table.fault("accouchement", "la date de l’accouchement, prévue ou réelle, ou debut et fin")
    elif told and not (table.has("debut") and table.has("fin")):
        table.fault("fin" if table.has("debut") else "debut", "manque ; debut et fin vont ensemble")
    if start and end and end < start:
        table.fault("fin", "avant le début")
    table.finish()
    if birth is not None:
        return maternity_around(birth)
    return Period(f"{start:%Y%m%d}", f"{end:%Y%m%d}") if start and end else None


def _attested(table: Table | None) -> Period | None:
    if table is None:
        return None
    start, end = table.day("debut", required=True), table.day("fin", required=True)
    if start and end and end < start:
        table.fault("fin", "avant le début")
    table.finish()
    return Period(f"{start:%Y%m%d}", f"{end:%Y%m%d}") if start and end else None
