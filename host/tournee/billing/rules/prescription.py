"""What was prescribed, when, for how long and how many times (rule ordonnance); direct access.

Where the text is silent, the readings chosen stand here and nowhere else:
- a prescription holds to the day of the same number, 12 months later or as many as it says;
- a physiotherapist's series that was begun in that time goes on after it, while sessions are left;
- a session is a passage that bills an act of the prescription; assessments of a physiotherapist are none;
- direct access is a physiotherapist's, for eight sessions a year.
"""

from __future__ import annotations

from collections.abc import Iterator

from tournee.billing.breach import Breach, Remark
from tournee.billing.kept.known import Known
from tournee.billing.nomenclature.table import Cotation
from tournee.billing.pricing.items import MAJORATIONS, SINGLE, TELE, TRAVEL, FoundAct
from tournee.billing.pricing.visit_lines import NIGHT, SUNDAY
from tournee.billing.rules.case import HERE, YEAR, Case, Finding, Rule, months_before
from tournee.billing.rules.physiotherapist.agreements import agreement_told
from tournee.billing.rules.physiotherapist.series import is_session, session_lines, told_when

_RULE = "ordonnance"
_NO_SESSION = TRAVEL | MAJORATIONS | TELE | {NIGHT, SUNDAY, "DI"}
_DIRECT_SESSIONS = 8
_HEALED_MONTHS = 3
_DRESSINGS = frozenset({"I 2", "I 3"})
_ASK = "l’accord préalable se demande"
_INTERMEDIATE = 120  # coefficient of the assessments (DI) that follow the first


def prescribed(case: Case) -> Iterator[Finding]:
    """There is a prescription where the act needs one, or the access is direct."""
    if case.visit.prescription is not None:
        return
    needing = [item for item in case.items if _needs_one(item)]
    if not needing:
        return
    if case.visit.direct and case.carer.profession == "MK":
        yield from _direct(case)
    elif case.visit.direct:
        yield Breach(
            ("acces_direct",),
            f"{needing[0].name} demande une ordonnance ; l’accès direct est celui du kinésithérapeute",
            _RULE,
        )
    else:
        access = ", ou « acces_direct = true »" if case.carer.profession == "MK" else ""
        yield Breach(("prescription",), f"manque ; {needing[0].name} demande une ordonnance{access}", _RULE)


def _needs_one(item: FoundAct) -> bool:
    if item.candidates:
        return item.is_only(lambda row: row.prescription)
    return item.price.prescription and item.code not in MAJORATIONS | TRAVEL


def _direct(case: Case) -> Iterator[Finding]:
    yield Remark(
        ("acces_direct",),
        f"accès direct : {_DIRECT_SESSIONS} séances au plus, là où la loi le permet (déduit, à vérifier)",
        _RULE,
    )
    known = [one for one in case.of_prescription if session_lines(case, one)]
    count = len(known)
    for rank, _, items in case.passages():
        if not any(item.is_only(is_session) for item in items):
            continue
        count += 1
        if count > _DIRECT_SESSIONS:
            yield Breach(
                ("passages", rank),
                f"accès direct : {_DIRECT_SESSIONS} séances au plus, c’est la {count}e{_last_of(known)}",
                _RULE,
            )


def _last_of(known: list[Known]) -> str:
    return f" ; la dernière est dans {told_when(known[-1])}" if known else ""


def age(case: Case) -> Iterator[Finding]:
    """A prescription is of the last twelve months, or of those that it says."""
    prescription = case.visit.prescription
    if prescription is None:
        return
    months = prescription.months or YEAR
    until = months_before(prescription.day, -months)
    for rank, passage, items in case.passages():
        if not any(_needs_one(item) for item in items):
            continue
        if passage.day > until:
            text = (
                f"l’ordonnance du {prescription.day:%d/%m/%Y} vaut {months} mois, jusqu’au {until:%d/%m/%Y} "
                ": en demander une autre"
            )
            if _begun(case, until):
                yield Remark(
                    ("prescription", "date"),
                    f"{text} si la série, commencée à temps, n’est plus celle qu’elle prescrit",
                    _RULE,
                )
            else:
                yield Breach(case.passage_path(rank, "date"), text, _RULE)
            continue
        yield from _younger(case, rank, items)


def _begun(case: Case, until: object) -> bool:
    """Whether a physiotherapist's series of sessions was begun in time and goes on."""
    prescription = case.visit.prescription
    if case.carer.profession != "MK" or prescription is None:
        return False
    if prescription.months or not prescription.sessions:
        return False
    known = [one.day for one in [*case.own, *case.of_prescription] if session_lines(case, one)]
    return prescription.done > 0 or any(day <= until for day in known)  # type: ignore[operator]


def _younger(case: Case, rank: int, items: list[FoundAct]) -> Iterator[Finding]:
    """Care whose prescription is to be younger than it says."""
    prescription, day = case.visit.prescription, case.visit.passages[rank].day
    assert prescription is not None  # looked at by age()
    for item in items:
        assessed = item.code == "DI" and item.coefficient == _INTERMEDIATE
        if assessed and day > months_before(prescription.day, -YEAR):
            yield Breach(
                case.item_path(item),
                f"{item.name} : l’ordonnance d’un bilan suivant a moins d’un an, celle-ci est du "
                f"{prescription.day:%d/%m/%Y}",
                _RULE,
            )
        healing = months_before(prescription.day, -_HEALED_MONTHS)
        if item.is_only(_is_dressing) and not prescription.months and day > healing:
            yield Remark(
                case.item_path(item),
                f"{item.name} : une ordonnance « jusqu’à cicatrisation » vaut {_HEALED_MONTHS} mois, jusqu’"
                f"au {healing:%d/%m/%Y} pour celle-ci",
                _RULE,
            )


def _is_dressing(row: Cotation) -> bool:
    return row.article in _DRESSINGS


def sessions_left(case: Case) -> Iterator[Finding]:
    """No more sessions than prescribed, over everything that is known; the last one is said."""
    prescription = case.visit.prescription
    if prescription is None or not prescription.sessions:
        return
    known = [one for one in case.of_prescription if _is_counted(case, one)]
    count = prescription.done + len(known)
    for rank, one in enumerate(case.own):
        if not _is_counted(case, one):
            continue
        count += 1
        if count > prescription.sessions:
            elsewhere = f", dont {prescription.done} ailleurs" if prescription.done else ""
            yield Breach(
                case.passage_path(rank, "date"),
                f"l’ordonnance du {prescription.day:%d/%m/%Y} porte {prescription.sessions} séances, c’est "
                f"la {count}e{elsewhere}{_last_of(known)} ; en demander une autre",
                _RULE,
            )
    if count == prescription.sessions and any(_is_counted(case, one) for one in case.own):
        yield Remark(
            ("prescription", "seances"),
            f"dernière des {prescription.sessions} séances de l’ordonnance du {prescription.day:%d/%m/%Y}",
            _RULE,
        )


def _is_counted(case: Case, one: Known) -> bool:
    if case.carer.profession == "MK":
        return bool(session_lines(case, one))
    return any(line.code not in _NO_SESSION for line in one.lines)


def agreed(case: Case) -> Iterator[Finding]:
    """Acts of a nurse that need a prior agreement: always, or after a first month (rule accord)."""
    seen: set[tuple[str, int]] = set()
    for item in case.items:
        if item.is_only(lambda row: row.agreement == "always"):
            if not case.own[item.passage].agreed:
                yield Breach(
                    case.item_path(item), f"{item.name} : {_ASK}, toujours ; {agreement_told(case)}", "accord"
                )
        elif item.is_only(lambda row: row.agreement == "first month"):
            if item.code == SINGLE and (item.code, item.coefficient) not in seen:
                yield from _after_a_month(case, item)
            seen.add((item.code, item.coefficient))


def _after_a_month(case: Case, item: FoundAct) -> Iterator[Finding]:
    known = [one for one in [*case.own, *case.of_prescription] if _bills(one, item)]
    others = [one.day for one in known if one.where != HERE]
    month = months_before(min(one.day for one in known), -1)
    for one in known:
        if one.agreed or one.day <= month:
            continue
        if one.where != HERE and one.day > months_before(min(others), -1):
            continue  # it was so before this visit
        which = f"le {one.day:%d/%m/%Y}" if one.where == HERE else f"pour {told_when(one)}"
        yield Breach(
            case.item_path(item),
            f"{item.name} : {_ASK} après le premier mois, terminé le {month:%d/%m/%Y} ; il manque {which} ; "
            f"{agreement_told(case)}",
            "accord",
        )


def _bills(one: Known, item: FoundAct) -> bool:
    return any((line.code, line.coefficient) == (item.code, item.coefficient) for line in one.lines)


PRESCRIPTION: tuple[Rule, ...] = (prescribed, age, sessions_left, agreed)
