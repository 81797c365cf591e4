"""The rules that nurses and physiotherapists share: fees, hours, travel, what excludes what."""

from __future__ import annotations

from collections.abc import Iterator

from tournee.billing.breach import Breach, Remark
from tournee.billing.calendar import is_rest_day, is_saturday
from tournee.billing.kept.known import KnownLine
from tournee.billing.nomenclature.table import Cotation
from tournee.billing.pricing.items import TRAVEL, FoundAct, decimal
from tournee.billing.pricing.visit_lines import NIGHT, SUNDAY
from tournee.billing.rules.case import Case, Finding, Rule, seen_together
from tournee.billing.rules.payers import prevention

QUALIFIERS = {
    "D": "dépassement pour exigence du patient",
    "E": "entente directe",
    "G": "gratuit",
    "N": "non remboursable",
}
FEE_MAX = 9_999_999  # cents, seven columns of record 4

_MAJORATIONS = {NIGHT: "nuit", SUNDAY: "dimanche ou jour férié"}
_NIGHT_FROM, _NIGHT_TO = 20 * 60, 8 * 60  # minutes of the day, rules nuit and mk-majo
_CALL_FROM, _CALL_TO = 19 * 60, 7 * 60
_SATURDAY_FROM = 8 * 60


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


def same_passage(case: Case) -> Iterator[Finding]:
    """One passage is one visit's: two at one hour would each take what is once a passage."""
    for rank, passage in enumerate(case.visit.passages):
        place = case.passage_path(rank, "heure")
        if passage.minute is None:
            yield from _without_hour(case, rank)
            continue
        for other in case.others_on(passage.day):
            if other.earlier and other.minute == passage.minute and other.ps == case.carer.number:
                yield Breach(
                    place,
                    f"{other.where} est déjà pour ce patient le {passage.day:%d/%m/%Y} à cette heure : "
                    "mettre ses actes ensemble, ou corriger l’heure",
                    "passage",
                )
        for before in case.visit.passages[:rank]:
            if (before.day, before.minute) == (passage.day, passage.minute):
                yield Breach(place, "deux passages à la même heure : mettre leurs actes ensemble", "passage")


def _without_hour(case: Case, rank: int) -> Iterator[Finding]:
    """Two visits of a day without hours: they are counted as two passages, which is said."""
    passage = case.visit.passages[rank]
    for other in case.others_on(passage.day):
        if other.earlier and other.minute is None and other.ps == case.carer.number:
            yield Remark(
                case.passage_path(rank, "heure"),
                f"{other.where} est du même jour pour ce patient, sans heure : ce sont deux passages ; dire "
                "leurs heures",
                "passage",
            )
            return


def majorations(case: Case) -> Iterator[Finding]:
    """Night, Sunday and holidays: at its hour, on its day, one a passage (rules nuit, maj-une, maj-samedi,
    mk-majo); forgotten ones are said.
    """
    for rank, passage, items in case.passages():
        place = case.passage_path(rank, "majoration")
        said = passage.majoration
        night = passage.minute is not None and not _NIGHT_TO <= passage.minute < _NIGHT_FROM
        rest = is_rest_day(passage.day, case.carer.department)
        if not said:
            justified = night and _may_be_night(case, rank)
            if (justified or rest) and items:
                when = "de nuit" if justified else "d’un dimanche ou jour férié"
                yield Remark(
                    place,
                    f"passage {when} sans majoration : la demander si le soin le justifie",
                    "nuit" if justified and case.carer.profession == "IF" else _one_rule(case),
                )
            continue
        if said == NIGHT + SUNDAY:
            yield Breach(
                place, "nuit et dimanche : une seule majoration par passage, en ôter une", _one_rule(case)
            )
        elif said not in _MAJORATIONS:
            known = ", ".join(f"{letter} ({meaning})" for letter, meaning in _MAJORATIONS.items())
            yield Breach(place, f"{said!r} n’est pas un complément connu : {known}")
        elif said == NIGHT:
            yield from _night(case, rank, night)
        elif not rest:
            yield from _not_a_sunday(case, rank)


def _one_rule(case: Case) -> str:
    """The rule of a profession's majorations."""
    return "maj-une" if case.carer.profession == "IF" else "mk-majo"


def _may_be_night(case: Case, rank: int) -> bool:
    """Whether the call or the prescription says that the night is asked for."""
    passage, prescription = case.visit.passages[rank], case.visit.prescription
    called = passage.called is not None and not _CALL_TO < passage.called < _CALL_FROM
    return called or passage.urgent or (prescription is not None and prescription.night)


def _night(case: Case, rank: int, night: bool) -> Iterator[Finding]:
    passage, rule = case.visit.passages[rank], "nuit" if case.carer.profession == "IF" else "mk-majo"
    place = case.passage_path(rank, "majoration")
    if passage.minute is None:
        yield Remark(place, "nuit sans heure : comptée entre 20 h et 23 h ou entre 5 h et 8 h", rule)
    elif not night:
        yield Breach(place, f"{_clock(passage.minute)} n’est pas de nuit (20 h à 8 h)", rule)
    prescribed = case.visit.prescription is not None and case.visit.prescription.night
    if passage.called is not None:
        if _CALL_TO < passage.called < _CALL_FROM and not prescribed:
            yield Breach(
                place,
                f"appel à {_clock(passage.called)} : la nuit se majore si l’appel vient entre 19 h et 7 h, "
                "ou si l’ordonnance exige la nuit",
                rule,
            )
    elif not prescribed and not passage.urgent:
        yield Remark(
            place,
            "nuit : à justifier par un appel entre 19 h et 7 h (« appel »), ou par l’ordonnance "
            "(« nuit = true »)",
            rule,
        )


def _not_a_sunday(case: Case, rank: int) -> Iterator[Finding]:
    passage = case.visit.passages[rank]
    place, day = case.passage_path(rank, "majoration"), passage.day
    if not is_saturday(day):
        where = f" (département {case.carer.department})" if case.carer.department else ""
        yield Breach(
            place, f"le {day:%d/%m/%Y} n’est ni un dimanche ni un jour férié{where}", _one_rule(case)
        )
    elif case.carer.profession == "MK":
        yield Breach(place, "le samedi ne se majore que pour un infirmier", "mk-majo")
    elif not passage.urgent:
        yield Breach(
            place,
            "un samedi ne se majore que pour un appel d’urgence : le dire par « urgence = true »",
            "maj-samedi",
        )
    elif passage.minute is not None and passage.minute < _SATURDAY_FROM:
        yield Breach(place, "le samedi ne se majore qu’à partir de 8 h", "maj-samedi")


def _clock(minute: int) -> str:
    return f"{minute // 60} h {minute % 60:02d}"


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
    same_passage,
    majorations,
    excluded,
    once_a_day,
    travel_once,
    institution,
    unsure,
    prevention,
)
