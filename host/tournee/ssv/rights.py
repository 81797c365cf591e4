"""The rights of a Vitale card as they stand on a day (SSV_LireDroitsVitale, DateConsultation)."""

from collections.abc import Iterable, Sequence
from datetime import datetime

from tournee.billing.zones.card import HOLDER, INSURED, TEST_PS_CARDS, TEST_VITALE
from tournee.formats.zones import Group
from tournee.ssv.codes import SsvError

FAMILY_SERVICE, BENEFICIARY, RIGHTS, COVERAGE = 102, 104, 105, 106
MUTUAL, MUTUAL_RIGHTS, AMC, COMMON = 107, 108, 109, 111
NO_DATE = "0" * 12
_DATED = (FAMILY_SERVICE, RIGHTS, COVERAGE, MUTUAL_RIGHTS, AMC)
_MINUTES, _DAY = 12, 8


def read_date(text: str) -> str:
    """A date AAAAMMJJHHMM, or AAAAMMJJ, as a day AAAAMMJJ; empty for none (`""`, zeros). SsvError."""
    if text in ("", NO_DATE, NO_DATE[:_DAY]):
        return ""
    form = {_MINUTES: "%Y%m%d%H%M", _DAY: "%Y%m%d"}.get(len(text), "")
    try:
        if not form or not (text.isascii() and text.isdigit()):
            raise ValueError
        datetime.strptime(text, form)
    except ValueError:
        raise SsvError("PARAMETRE", f"Date « {text} » : AAAAMMJJHHMM est attendu.") from None
    return text[:_DAY]


def rights_on(groups: Sequence[Group], day: str) -> list[Group]:
    """The groups of a card without the rights that are not in force on a day (AAAAMMJJ; empty: all of them).

    Left out: periods of 102, 105, 106, 108 and 109 that do not hold that day; a 107 whose periods are all
    out. A beneficiary without any open AMO period keeps those of the card: closed is not unknown.
    """
    if not day:
        return list(groups)
    kept: list[Group] = []
    for person in _people(groups):
        open_rights = [group for group in person if group.id == RIGHTS and _holds(group, day)]
        mutual = [group for group in person if group.id == MUTUAL_RIGHTS]
        mutual_over = bool(mutual) and not any(_holds(group, day) for group in mutual)
        for group in person:
            if group.id == RIGHTS and not open_rights:
                kept.append(group)
            elif group.id == MUTUAL and mutual_over:
                continue
            elif group.id not in _DATED or _holds(group, day):
                kept.append(group)
    return kept


def require_same_nature(ps_card: Iterable[Group], vitale: Iterable[Group]) -> None:
    """Refuse, with an SsvError (F026), a test card beside a real one."""
    test_ps = any(group.id == HOLDER and group.field("type_carte") in TEST_PS_CARDS for group in ps_card)
    test_vitale = any(group.id == INSURED and group.field("type_carte") == TEST_VITALE for group in vitale)
    if test_ps != test_vitale:
        raise SsvError(
            "TEST_ET_REEL",
            "L'une des deux cartes est une carte de test, l'autre non.",
            next_step="utilisez deux cartes de même nature",
        )


def _people(groups: Iterable[Group]) -> list[list[Group]]:
    """What comes before the first beneficiary, then each beneficiary's groups (domain 1.2)."""
    people: list[list[Group]] = [[]]
    for group in groups:
        if group.id == BENEFICIARY:
            people.append([])
        people[-1].append(group)
    return people


def _holds(group: Group, day: str) -> bool:
    start, end = group.field("debut")[:_DAY], group.field("fin")[:_DAY]
    none = NO_DATE[:_DAY]
    return (start in ("", none) or start <= day) and (end in ("", none) or day <= end)
