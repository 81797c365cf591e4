"""Acts that may be added to a visit: those of the patient's prescriptions, those she bills most, a search."""

from __future__ import annotations

from dataclasses import dataclass

from tournee.app.bedside.care_visit import CareVisit
from tournee.app.bedside.changing import acts_of_passage, passages
from tournee.app.context import Office
from tournee.app.practice.day.favourites import favourite_acts
from tournee.app.practice.dossiers import of_patient
from tournee.billing.identity import zone_of
from tournee.billing.nomenclature.rows import Coming, Cotation
from tournee.billing.nomenclature.search import Found, prices, search
from tournee.billing.nomenclature.table import Nomenclature
from tournee.billing.pricing.items import decimal
from tournee.practice.planning.plan_file import PlanFile

_FOUND_MAX, _USUAL_MAX = 12, 6
_EXTRAS = frozenset({"F", "N", "MAU"})  # proposed by the visit itself


@dataclass(frozen=True)
class AddableAct:
    """An act with what it is worth, in cents; `name` and `code` are what the day file says of it.

    `prescription`: it asks for one; `doubt`: what its price is not sure of.
    """

    label: str
    written: str
    cents: int
    name: str = ""
    code: str = ""
    prescription: bool = False
    doubt: str = ""
    note: str = ""


@dataclass(frozen=True)
class AddableActs:
    """`planned` are on the patient's plans and not in this visit, `usual` what this carer bills most; `found`
    what the search found, which shows the others no more.
    """

    planned: tuple[AddableAct, ...]
    usual: tuple[AddableAct, ...]
    found: tuple[AddableAct, ...]


def addable_acts(office: Office, care: CareVisit, text: str) -> AddableActs:
    """What may be added to a visit; `text`: words or a piece of a code."""
    table = office.nomenclature.over(care.day, care.day)
    there = {
        str(act.get("acte") or act.get("code"))
        for passage in range(len(passages(care.told)))
        for act in acts_of_passage(care.told, passage)
    }
    planned: dict[str, AddableAct] = {}
    if care.patient is not None:
        for plan in of_patient(office, PlanFile, care.patient.id):
            for slot in plan.told.slots:
                for act in slot.told.get("actes", ()):
                    name = str(act.get("acte") or act.get("code"))
                    if name not in there and name not in _EXTRAS:
                        planned |= {one.label: one for one in _named(table, care, name, plan.told.words)}
    if text.strip():
        found = search(table, text, care.profession, care.day)
        shown = tuple(one for item in found if (one := _addable(table, care, item)))
        return AddableActs((), (), shown[:_FOUND_MAX])
    favourites = favourite_acts(
        office, care.ps, care.profession, patient=care.patient, limit=_USUAL_MAX + len(planned)
    )
    usual: dict[str, AddableAct] = {}
    for favourite in favourites:
        if str(favourite.act or favourite.code) in there:
            continue
        for one in _named(table, care, favourite.act or favourite.written, ""):
            if one.label not in planned:
                usual[one.label] = one
    return AddableActs(tuple(planned.values()), tuple(usual.values())[:_USUAL_MAX], ())


def _named(table: Nomenclature, care: CareVisit, name: str, note: str) -> list[AddableAct]:
    for item in search(table, name, care.profession, care.day)[:1]:
        one = _addable(table, care, item, note)
        return [one] if one else []
    return []


def _addable(table: Nomenclature, care: CareVisit, found: Found, note: str = "") -> AddableAct | None:
    item = found.item
    if isinstance(item, Coming) or found.code in _EXTRAS:
        return None
    price = prices(table, item, care.day)[zone_of(care.ps)]
    if price is None:
        return None
    if isinstance(item, Cotation):
        written = f"{item.letter} {decimal(item.coefficient)}"
        return AddableAct(
            item.label,
            written,
            price.cents,
            name=item.id,
            prescription=price.prescription,
            doubt="tarif annoncé, à confirmer" if price.announced else "",
            note=note,
        )
    return AddableAct(item.label or item.code, item.code, price.cents, code=item.code, note=note)
