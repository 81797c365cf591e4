"""The rules that nurses and physiotherapists share: fees, hours, travel, what excludes what."""

from __future__ import annotations

from collections.abc import Iterator

from tournee.billing.breach import Breach, Remark
from tournee.billing.kept.known import KnownLine
from tournee.billing.nomenclature.table import Cotation
from tournee.billing.pricing.items import TRAVEL, FoundAct, decimal, is_road
from tournee.billing.rules.case import Case, Finding, Rule, seen_together
from tournee.billing.rules.hours import majorations, same_passage
from tournee.billing.rules.payers import prevention

QUALIFIERS = {
    "D": "dépassement pour exigence du patient",
    "E": "entente directe",
    "G": "gratuit",
    "N": "non remboursable",
}
FEE_MAX = 9_999_999  # cents, seven columns of record 4


def fees(case: Case) -> Iterator[Finding]:
    """What is asked when it is not the tariff, and why."""
    for item in case.items:
        act = item.act
        if act.qualifier and act.qualifier not in QUALIFIERS:
            known = ", ".join(f"{letter} ({meaning})" for letter, meaning in QUALIFIERS.items())
            yield _fee(item, "qualificatif", f"{act.qualifier!r} n’est pas un qualificatif connu : {known}")
        elif act.fee is None:
            if act.qualifier in ("D", "E"):
                yield _fee(item, "honoraires", f"manque ; le qualificatif {act.qualifier} veut un montant")
        elif not 0 <= act.fee <= FEE_MAX:
            yield _fee(item, "honoraires", "montant hors limites")
        elif act.qualifier == "G" and act.fee:
            yield _fee(item, "honoraires", "le qualificatif G (gratuit) et un montant s’excluent")
        elif not act.qualifier:
            yield _fee(
                item, "qualificatif", "manque ; des honoraires hors tarif se justifient (D, E, G ou N)"
            )


def _fee(item: FoundAct, key: str, text: str) -> Breach:
    return Breach((*item.path, key), text, "honoraires")


def births(case: Case) -> Iterator[Finding]:
    """No care before a birth that is told."""
    for rank, passage, _ in case.passages():
        if case.visit.born is not None and passage.day < case.visit.born:
            yield Breach(
                case.passage_path(rank, "date"),
                f"soin du {passage.day:%d/%m/%Y} avant la naissance ({case.visit.born:%d/%m/%Y})",
                "naissance",
            )


def quantities(case: Case) -> Iterator[Finding]:
    """What is done twice is written twice, where the rules look for it; hours of watch are counted."""
    for item in case.items:
        sessions = item.candidates and case.carer.profession == "MK"  # its own rules look at those
        if item.act.quantity == 1 or item.act.weighted or is_road(item) or sessions:
            continue
        place = case.item_path(item, "quantite")
        counts = [row.limit.count for row in item.candidates if row.limit and row.limit.per == "passage"]
        counts += [row.limit.count for row in item.candidates if row.letter == "AIS" and row.limit]
        if counts and item.act.quantity > max(counts):
            yield Breach(place, f"{item.act.quantity} pour {item.name} : {max(counts)} au plus", "limite")
        elif not counts:
            yield Breach(
                place,
                f"{item.act.quantity} pour {item.name} : l’écrire autant de fois, chacun à sa place",
                "11B" if item.candidates else "limite",
            )


def excluded(case: Case) -> Iterator[Finding]:
    """Acts that exclude one another in a passage, as their rows say (`not_with`)."""
    for _, _, items in case.passages():
        for at, item in enumerate(items):
            for other in items[:at]:
                if excludes(item, other) or excludes(other, item):
                    yield Breach(
                        case.item_path(item),
                        f"{item.name} et {other.name} ne se facturent pas dans le même passage",
                        exclusion_rule(item, other),
                    )


def excludes(item: FoundAct, other: FoundAct) -> bool:
    """Whether whatever the first is forbids the second."""
    return item.is_only(lambda row: any(_is_named(other, name) for name in row.not_with))


def _is_named(item: FoundAct, name: str) -> bool:
    kind, _, value = name.partition(":")
    if value:
        tests = {
            "article": lambda row: row.article == value,
            "group": lambda row: row.group == value,
            "id": lambda row: row.id == value,
        }
        return item.is_only(tests[kind])
    letter, _, coefficient = name.partition(" ")
    return _letter(item.code) == letter and item.coefficient == int(coefficient)


def _letter(code: str) -> str:
    return "AMI" if code == "AMX" else code


_EXCLUSIONS = (
    ("tmi", lambda row: row.letter == "TMI"),
    ("sondage", lambda row: row.article == "I 6"),
    ("perf-5", lambda row: row.article in ("II 3", "II 4")),
    ("11B-postop", lambda row: row.group == "postop"),
    ("mk-suppl", lambda row: row.supplement),
)


def exclusion_rule(item: FoundAct, other: FoundAct) -> str:
    """The rule that two acts break together."""
    for rule, test in _EXCLUSIONS:
        if item.is_only(test) or other.is_only(test):
            return rule
    return "cumul"


def once_a_day(case: Case) -> Iterator[Finding]:
    """Acts that are billed once a day for a patient, whoever bills them, in this visit or in another."""
    for at, item in enumerate(case.items):
        if not item.is_only(lambda row: row.once_a_day):
            continue
        for before in case.items[:at]:
            if before.day == item.day and _same_act(before, item):
                yield _again(case, item, "cette visite")
        for other in case.others_on(item.day):
            if other.earlier and any(_is_again(case, line, item) for line in other.lines):
                yield _again(case, item, other.where)


def _same_act(one: FoundAct, other: FoundAct) -> bool:
    """Whether two acts are one for what is done once a day: the same pair, or long infusions both."""
    if (_letter(one.code), one.coefficient) == (_letter(other.code), other.coefficient):
        return True
    return one.is_only(_is_long_infusion) and other.is_only(_is_long_infusion)


def _is_again(case: Case, line: KnownLine, item: FoundAct) -> bool:
    if (_letter(line.code), line.coefficient) == (_letter(item.code), item.coefficient):
        return True
    return item.is_only(_is_long_infusion) and case.known_is(line, item.day, _is_long_infusion)


def _is_long_infusion(row: Cotation) -> bool:
    return row.group == "perf_longue"


def _again(case: Case, item: FoundAct, where: str) -> Breach:
    rule = {"PLL": "mk-pll", "AMI": "perf-jour", "AMX": "perf-jour"}.get(item.code, "limite")
    return Breach(
        case.item_path(item),
        f"{item.name} : une fois par jour et par patient, c’est déjà dans {where}",
        rule,
    )


def travel_once(case: Case) -> Iterator[Finding]:
    """One allowance a passage, of a code that exists; none where the act forbids it."""
    for rank, passage, items in case.passages():
        codes = [item.code for item in items if item.code in TRAVEL and not item.code.startswith("IK")]
        if passage.travel is not None and passage.travel.allowance:
            code = case.table.code_of(case.carer.profession, passage.travel.allowance, passage.day)
            priced = case.table.amount(case.carer.profession, code, passage.day, case.carer.zone)
            if code not in TRAVEL or priced is None:
                yield Breach(
                    (*case.travel_path(rank), "indemnite"),
                    f"{code} n’est pas une indemnité de déplacement de la profession "
                    f"{case.carer.profession} au {passage.day:%d/%m/%Y}",
                    "nomenclature",
                )
            codes.append(code)
        elif passage.travel is not None and not codes:
            yield Remark(
                (*case.travel_path(rank), "indemnite"),
                "des kilomètres sans indemnité de déplacement : elle s’ajoute à eux",
                travel_rule(case),
            )
        if len(codes) > 1:
            yield Breach(
                case.travel_path(rank),
                f"{' et '.join(codes)} : une seule indemnité de déplacement par passage",
                travel_rule(case),
            )
        if passage.travel is not None and passage.place in ("office", "remote"):
            yield Breach(
                case.travel_path(rank),
                "un déplacement, et un passage qui n’est pas au domicile",
                travel_rule(case),
            )


def travel_rule(case: Case) -> str:
    """The rule of the profession's travel allowance."""
    return "ifd" if case.carer.profession == "IF" else "mk-ifs"


def institution(case: Case) -> Iterator[Finding]:
    """One travel for the patients seen in one go in an establishment (rule ehpad)."""
    for rank, passage, _ in case.passages():
        if passage.travel is None or passage.place != "institution" or not passage.shared:
            continue
        for other in seen_together(case, rank):
            if (
                other.earlier
                and other.place == "institution"
                and any(line.code in TRAVEL for line in other.lines)
            ):
                yield Breach(
                    case.travel_path(rank),
                    f"établissement « {passage.shared} » : un seul déplacement pour plusieurs patients, "
                    f"il est dans {other.where}",
                    "ehpad",
                )
                break


def unsure(case: Case) -> Iterator[Finding]:
    """Prices that are announced, or worked out by us: they say so."""
    told: set[str] = set()
    for line in case.lines:
        if line.unsure and line.billed and line.row not in told:
            told.add(line.row)
            why = "tarif annoncé, à confirmer" if line.announced else "tarif déduit, à vérifier"
            name = f"{line.code} {decimal(line.coefficient)}" if line.kind == "act" else line.code
            yield Remark(("passages", line.passage), f"{name} : {why}", "tarif")


SHARED: tuple[Rule, ...] = (
    fees,
    births,
    quantities,
    same_passage,
    majorations,
    excluded,
    once_a_day,
    travel_once,
    institution,
    unsure,
    prevention,
)
