"""The rules of the nurse's part of the NGAP that look at her acts and their majorations."""

from __future__ import annotations

from collections.abc import Iterator

from tournee.billing.breach import Breach, Remark
from tournee.billing.nomenclature.table import Cotation
from tournee.billing.pricing.items import (
    BSX,
    DEPENDENT,
    MAJORATIONS,
    SINGLE,
    TELE,
    TRAVEL,
    FoundAct,
    decimal,
    is_analgesia,
)
from tournee.billing.pricing.session import FULL
from tournee.billing.rules.case import Case, Finding, Rule
from tournee.billing.rules.nurse_days import DAYS, DEPENDENT_HOME
from tournee.billing.visit import Passage

_FORFAITS = tuple(sorted(BSX))
_SINGLE_MAX = 150  # coefficient of the single act that MAU goes with
_CHILD_UNDER = 7


def unpaid_acts(case: Case) -> Iterator[Finding]:
    """A session's order: what article 11B leaves unpaid is said (rule 11B)."""
    for line in case.lines:
        if line.kind == "act" and line.code == SINGLE and not line.billed:
            yield Remark(
                ("passages", line.passage),
                f"{line.code} {decimal(line.coefficient)} : troisième acte de la séance, non payé et non "
                "inscrit ; un autre passage, ou une dérogation nommée, le paierait",
                "11B",
            )
    for item in case.items:
        if item.code == SINGLE and case.rate_of(item) < FULL and not item.act.weighted:
            yield from _named_would_pay(case, item)


def _named_would_pay(case: Case, item: FoundAct) -> Iterator[Finding]:
    """An act told by its pair alone, of which one reading is paid in full."""
    if item.is_only(is_analgesia):
        yield Remark(
            case.item_path(item),
            f"{item.name} : avant un pansement lourd il est payé plein ; nommer le pansement (« acte = … »)",
            "11B-analgesie",
        )
    if item.act.act or item.act.derogation:
        return
    for name, test in (("prelev", _is_full), ("5bis", _is_5bis)):
        if item.may_be(test) and not item.is_only(test):
            label = next(row.label for row in item.candidates if test(row))
            yield Remark(
                case.item_path(item, "derogation"),
                f'{item.name} : si c’est « {label} », le dire (derogation = "{name}") le paierait plein',
                f"11B-{name}",
            )


def once_a_session(case: Case) -> Iterator[Finding]:
    """An act that an exception pays in full is not there twice in a session (rules 11B-…)."""
    for _, _, items in case.passages():
        for at, item in enumerate(items):
            if not item.is_only(_is_excepted):
                continue
            ids = {row.id for row in item.candidates}
            like = [before for before in items[:at] if {row.id for row in before.candidates} == ids]
            if len(like) >= len(ids):
                yield Breach(
                    case.item_path(item), f"{item.name} : le même acte deux fois dans la séance", "11B"
                )


def _is_excepted(row: Cotation) -> bool:
    return row.session != "" or row.group in ("5bis", "analgesie", "perf_courte", "perf_longue", "postop")


def _is_full(row: Cotation) -> bool:
    return row.session == "full"


def _is_5bis(row: Cotation) -> bool:
    return row.group == "5bis"


def single_act(case: Case) -> Iterator[Finding]:
    """MAU: beside a single AMI of at most 1,5, and nothing that excludes it (rules mau, bsx-nonmau)."""
    for rank, passage, items in case.passages():
        claimed = [item for item in items if item.code == "MAU"]
        acts = [item for item in items if item.code not in MAJORATIONS | TRAVEL]
        why, rule = _no_single(case, passage, items, acts)
        for item in claimed:
            if why:
                yield Breach(case.item_path(item), f"MAU : {why}", rule)
        for item in claimed[1:]:
            yield Breach(case.item_path(item), "MAU : une seule par passage", "mau")
        coordinated = case.visit.palliative and case.home(rank)  # MCI goes first, and excludes it
        if not claimed and not why and not acts[0].act.weighted and not coordinated:
            yield Remark(
                case.item_path(acts[0]), f"{acts[0].name} est seul : la majoration MAU s’ajoute", "mau"
            )


def _no_single(case: Case, passage: Passage, items: list[FoundAct], acts: list[FoundAct]) -> tuple[str, str]:
    codes = {item.code for item in items}
    allowance = passage.travel.allowance if passage.travel else ""
    for code in sorted(codes & {"BSA", "BSB", "BSC", DEPENDENT, DEPENDENT_HOME, "MCI"}) + (
        [DEPENDENT_HOME] if allowance == DEPENDENT_HOME else []
    ):
        return f"ne se facture jamais avec {code} ; en ôter un", "bsx-nonmau"
    if any(one.earlier for one in case.others_with(passage.day, *_FORFAITS)):
        return "ne se facture jamais un jour de forfait BSx", "bsx-nonmau"
    if len(acts) != 1:
        told = ", ".join(item.name for item in acts) or "aucun acte"
        return f"va avec un acte unique, il y a ici {told}", "mau"
    only = acts[0]
    if only.code != SINGLE or only.coefficient > _SINGLE_MAX:
        return f"va avec un AMI de coefficient 1,5 au plus, pas avec {only.name}", "mau"
    if only.act.quantity != 1:
        return "va avec un acte unique", "mau"
    return "", "mau"


def coordination(case: Case) -> Iterator[Finding]:
    """MCI: at home, a heavy dressing or palliative care, one an intervention (rule mci)."""
    for rank, _, items in case.passages():
        claimed = [item for item in items if item.code == "MCI"]
        dressings = [item for item in items if item.may_be(lambda row: row.mci is True)]
        others = [item for item in items if item.code not in MAJORATIONS | TRAVEL]
        for item in claimed[1:]:
            yield Breach(case.item_path(item), "MCI : une seule par intervention", "mci")
        for item in claimed[:1]:
            if any(one.is_only(lambda row: row.mci is False) for one in others):
                yield Breach(case.item_path(item), "MCI : pas avec le bilan d’une plaie (AMI 11)", "mci")
            elif not dressings and not case.visit.palliative:
                yield Breach(
                    case.item_path(item),
                    "MCI : avec un pansement lourd (articles I 3 et II 5 bis), ou pour un patient en soins "
                    "palliatifs (« palliatif = true »)",
                    "mci",
                )
            elif not case.home(rank):
                yield Breach(
                    case.item_path(item),
                    "MCI : au domicile du patient ; dire le déplacement ou le lieu",
                    "mci",
                )
        sure = [item for item in items if item.is_only(lambda row: row.mci is True)]
        if not claimed and case.home(rank) and (sure or (case.visit.palliative and others)):
            yield Remark(("passages", rank), "la majoration de coordination MCI s’ajoute à ce soin", "mci")


def child(case: Case) -> Iterator[Finding]:
    """MIE: a child under seven, one a passage (rule mie); the card is looked at when it is there."""
    born = case.visit.born
    for rank, passage, items in case.passages():
        claimed = [item for item in items if item.code == "MIE"]
        for item in claimed[1:]:
            yield Breach(case.item_path(item), "MIE : une seule par passage", "mie")
        if born is None:
            continue
        age = passage.day.year - born.year - ((passage.day.month, passage.day.day) < (born.month, born.day))
        if claimed and age >= _CHILD_UNDER:
            yield Breach(
                case.item_path(claimed[0]),
                f"MIE : pour les moins de {_CHILD_UNDER} ans, le patient en a {age}",
                "mie",
            )
        elif not claimed and age < _CHILD_UNDER and items:
            yield Remark(("passages", rank), f"enfant de {age} ans : la majoration MIE s’ajoute", "mie")


def infusions(case: Case) -> Iterator[Finding]:
    """Organisation of the watch: neither the day it is set nor the day it is taken out (rule perf-4)."""
    for item in case.items:
        if not item.is_only(_sets_or_ends):
            continue
        for other in case.others_on(item.day):
            if other.earlier and any(
                line.act and case.known_is(line, item.day, _is_organisation) for line in other.lines
            ):
                yield Breach(
                    case.item_path(item),
                    f"{item.name} : l’organisation de la surveillance est ce jour-là dans {other.where}",
                    "perf-4",
                )
    for rank, passage, items in case.passages():
        organised = [item for item in items if item.act.act and item.is_only(_is_organisation)]
        if not organised:
            continue
        place = case.item_path(organised[0])
        sets = [one for one in case.items if one.day == passage.day and one.is_only(_sets_or_ends)]
        if sets:
            yield Breach(
                place, f"{organised[0].name} d’organisation : pas le même jour que {sets[0].name}", "perf-4"
            )
        for other in case.others_on(passage.day):
            if other.earlier and any(case.known_is(line, passage.day, _sets_or_ends) for line in other.lines):
                yield Breach(
                    place,
                    f"{organised[0].name} d’organisation : pose ou retrait dans {other.where}",
                    "perf-4",
                )
        if passage.majoration or any(item.code in MAJORATIONS for item in items):
            yield Breach(place, "organisation de la surveillance : sans majoration", "perf-4")
        alone = all(item.is_only(_is_organisation) for item in items if item.code not in TRAVEL)
        if alone and (passage.travel is not None or any(item.code in TRAVEL for item in items)):
            yield Breach(
                case.travel_path(rank), "organisation de la surveillance : sans déplacement", "perf-4"
            )


def _is_organisation(row: Cotation) -> bool:
    return not row.travel and not row.majoration


def _sets_or_ends(row: Cotation) -> bool:
    return row.group in ("perf_courte", "perf_longue") or (
        row.article in ("II 3", "II 4") and row.coefficient == 500
    )


def followed_up(case: Case) -> Iterator[Finding]:
    """Follow-up after hospital: no night, no Sunday (rule maj-58)."""
    for rank, passage, items in case.passages():
        if passage.majoration and any(
            item.is_only(lambda row: not row.majoration and row.travel) for item in items
        ):
            yield Breach(
                case.passage_path(rank, "majoration"),
                "le suivi après hospitalisation (AMI 5,8) ne se majore ni la nuit ni le dimanche",
                "maj-58",
            )


def medicines(case: Case) -> Iterator[Finding]:
    """Acts of article 10: one a session (rule art10)."""
    for _, _, items in case.passages():
        found = [item for item in items if item.is_only(lambda row: row.article == "I 10")]
        for item in found[1:]:
            yield Breach(
                case.item_path(item),
                f"{item.name} et {found[0].name} : un seul acte de l’article 10 par séance",
                "art10",
            )


def remote_dressing(case: Case) -> Iterator[Finding]:
    """Telecare of a dressing: no dressing that day, one seen before (rule tmi)."""
    for item in case.items:
        if item.code != "TMI":
            if item.is_only(_is_dressing):
                for other in case.others_with(item.day, "TMI"):
                    if other.earlier:
                        yield Breach(
                            case.item_path(item),
                            f"{item.name} : un télésoin de pansement (TMI) est ce jour-là dans {other.where}",
                            "tmi",
                        )
            continue
        for one in case.items:
            if one is not item and one.day == item.day and one.is_only(_is_dressing):
                yield Breach(case.item_path(item), f"TMI : pas le jour d’un pansement ({one.name})", "tmi")
        for other in case.others_on(item.day):
            if other.earlier and any(case.known_is(line, item.day, _is_dressing) for line in other.lines):
                yield Breach(
                    case.item_path(item),
                    f"TMI : pas le jour d’un pansement, il est dans {other.where}",
                    "tmi",
                )


def _is_dressing(row: Cotation) -> bool:
    return row.article in ("I 2", "I 3")


def teleconsultation(case: Case) -> Iterator[Finding]:
    """Accompanied teleconsultation: TLS goes with care, TLL and TLD without (OFF 14.9.5)."""
    for _, _, items in case.passages():
        care = [item for item in items if item.code not in MAJORATIONS | TRAVEL | TELE]
        for item in items:
            if item.code == "TLS" and not care:
                yield Breach(
                    case.item_path(item), "TLS : au décours d’un soin ; seule, c’est TLD ou TLL", "11B-tele"
                )
            if item.code in ("TLD", "TLL") and care:
                yield Breach(
                    case.item_path(item),
                    f"{item.code} : sans soin ; au décours d’un soin, c’est TLS",
                    "11B-tele",
                )


NURSE: tuple[Rule, ...] = (
    *DAYS,
    unpaid_acts,
    once_a_session,
    single_act,
    coordination,
    child,
    infusions,
    followed_up,
    medicines,
    remote_dressing,
    teleconsultation,
)
