"""What an act asks for and goes with, in the carer's words; the reserve of a price not confirmed."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from tournee.billing.nomenclature.rows import Certainty, Coming, Cotation, Price, Profession, Rate
from tournee.billing.nomenclature.table import Nomenclature, coefficient_told

ANNOUNCED = "tarif annoncé, à confirmer"
INFERRED = "tarif annoncé, à confirmer ; valeur déduite par nous"

_CERTAIN: dict[Certainty, str] = {
    "official": "texte officiel",
    "two sources": "deux sources",
    "one source": "une seule source",
    "inferred": "déduit par nous",
}
_WITH_FORFAIT = {
    "full": "AMX plein",
    "half": "AMX à moitié",
    "included": "compris",
    "forbidden": "jamais",
}
_GROUPS = {
    "5bis": "les actes de l’article 5 bis, pleins",
    "postop": "les actes d’après opération, pleins",
    "perf_courte": "une perfusion longue, pleines",
    "perf_longue": "une perfusion courte surveillée, pleines",
    "analgesie": "le pansement de la même séance, pleins",
}
_TRAVEL = {
    "always": "IFS",
    "35 days": "IFS jusqu’au 35e jour après la sortie (opéré, traumatisé), sinon IFD",
    "never": "IFD",
    "IFV": "IFV",
}


def reserve(row: Price | Cotation | Rate | Coming) -> str:
    """What is said beside a price that nobody was seen confirming; empty for one that is sure enough."""
    if row.certainty == "inferred":
        return INFERRED
    return ANNOUNCED if isinstance(row, Coming) or row.announced else ""


def certainty_told(certainty: Certainty) -> str:
    """How sure a row is, in French."""
    return _CERTAIN[certainty]


def limits(item: Cotation | Rate) -> list[str]:
    """How often, after which agreement, on which order."""
    found = [item.limit_text] if item.limit_text else []
    if isinstance(item, Cotation):
        found += _act_limits(item)
    if not item.prescription:
        found.append("sans ordonnance")
    return found


def _act_limits(act: Cotation) -> Iterator[str]:
    if act.once_a_day:
        yield "une fois par jour"
    if act.agreement == "always":
        yield "accord préalable toujours"
    elif act.agreement == "first month":
        yield "accord préalable après le premier mois"
    elif act.agreement == 0:
        yield "accord préalable avant la première séance"
    elif act.agreement is not None:
        yield f"accord préalable dès la {int(act.agreement) + 1}e séance"
    if act.isolated:
        yield "seulement sans rééducation en cours ni prescrite"
    if act.at_sessions:
        yield f"à faire {act.at_sessions}"
    if not act.majoration:
        yield "sans majoration de nuit ni de jour férié"
    if not act.travel:
        yield "sans déplacement"


def goes_with(act: Cotation) -> list[str]:
    """What an act adds up with."""
    found = []
    if act.session == "full":
        found.append("tout autre acte, plein")
    if act.session == "home":
        found.append("tout autre acte à domicile, plein")
    if act.group in _GROUPS:
        found.append(_GROUPS[act.group])
    if act.supplement:
        found.append("une séance, en supplément, plein")
    if act.beside_session:
        found.append("la séance du même jour")
    if act.mci:
        found.append("MCI à domicile")
    return found


def beside_forfait(act: Cotation) -> str:
    """How an act is paid on a day with BSA, BSB or BSC; empty where the question does not arise."""
    return f"au BSI : {_WITH_FORFAIT[act.bsi]}" if act.bsi else ""


def travel_told(act: Cotation) -> str:
    """Which travel code an act takes; empty where it has no choice."""
    return f"déplacement : {_TRAVEL[act.specific_travel]}" if act.specific_travel else ""


def not_with(act: Cotation, table: Nomenclature, day: date) -> list[str]:
    """What an act may not stand with."""
    found = [_excluded(name, act.profession, table, day) for name in act.not_with]
    if act.group == "art10":
        found.append("un autre acte de l’article 10, dans la même séance")
    return found


def _excluded(name: str, profession: Profession, table: Nomenclature, day: date) -> str:
    kind, _, told = name.partition(":")
    if not told:
        letter, coefficient = name.split(" ")
        return f"{letter} {coefficient_told(int(coefficient))}"
    if kind == "article":
        return f"les actes de l’article {told}"
    if kind == "group":
        labels = [one.label for one in table.rows.acts if one.group == told and one.holds(day)]
        return labels[0].partition(",")[0].lower() + " et actes du même groupe" if labels else told
    act = table.named(profession, told, day)
    return act.label if act else told
