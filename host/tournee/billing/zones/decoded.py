"""The groups of an invoice as an editor's software tells them: looked up by place, every mistake at its own.

A field left empty is worked out by billing; a field that is told must be what billing finds.
"""

from collections.abc import Iterable, Sequence
from datetime import date, datetime

from tournee.errors import BillingError
from tournee.formats.zones import Group, field_names

_DATED = ("date", "naissance")
_DAY = len("AAAAMMJJ")


class GroupError(BillingError):
    """Groups that make no invoice; `group` is the number at fault, `absent` when it is not there."""

    def __init__(self, group: int, message: str, *, absent: bool = False, unused: bool = False) -> None:
        super().__init__(message, next_step="corrigez la zone puis recommencez ; rien n’a été signé.")
        self.group = group
        self.absent = absent
        self.unused = unused


class NotOnCardError(GroupError):
    """The patient that the groups tell is not on the Vitale card."""


class Told:
    """The groups of a zone, by number and occurrence."""

    def __init__(self, groups: Iterable[Group], *, known: Sequence[int]) -> None:
        """GroupError for a group beyond `known`: what is not carried is never passed over in silence."""
        self._groups: dict[int, list[Group]] = {}
        for group in groups:
            if group.id not in known:
                raise GroupError(group.id, f"Le groupe {group.id} n’est pas porté par open-1.", unused=True)
            self._groups.setdefault(group.id, []).append(group)

    def all(self, group_id: int) -> list[Group]:
        """Every occurrence of a group."""
        return self._groups.get(group_id, [])

    def one(self, group_id: int) -> Group | None:
        """The group, None when it is not there; GroupError when it comes twice."""
        found = self.all(group_id)
        if len(found) > 1:
            raise GroupError(group_id, f"Le groupe {group_id} est {len(found)} fois dans la zone.")
        return found[0] if found else None

    def need(self, group_id: int) -> Group:
        """The group, which must be there once."""
        found = self.one(group_id)
        if found is None:
            raise GroupError(group_id, f"Le groupe {group_id} manque.", absent=True)
        return found

    def require(self, computed: Iterable[Group]) -> None:
        """Every field that was told must be what billing has found."""
        ranks: dict[int, int] = {}
        for group in computed:
            rank = ranks[group.id] = ranks.get(group.id, -1) + 1
            found = self.all(group.id)
            if len(found) > rank:
                _require_same(found[rank], group, rank + 1)
        for group_id, found in self._groups.items():
            if group_id in ranks and len(found) != ranks[group_id] + 1:
                raise GroupError(
                    group_id, f"Groupe {group_id} : {len(found)} fois, {ranks[group_id] + 1} attendue(s)."
                )


def number(group: Group, field: str, default: int | None = None) -> int:
    """A field that is a whole number; GroupError when it is none, or empty without a default."""
    told = group.field(field)
    if not told and default is not None:
        return default
    if not (told.isascii() and told.isdigit()):
        raise wrong(group, field, "un nombre entier est attendu")
    return int(told)


def day(group: Group, field: str) -> date:
    """A field that is a date, AAAAMMJJ with or without hours and minutes; GroupError."""
    told = group.field(field)
    try:
        if not (told.isascii() and told.isdigit()) or len(told) not in (_DAY, _DAY + 4):
            raise ValueError
        return datetime.strptime(told[:_DAY], "%Y%m%d").date()
    except ValueError:
        raise wrong(group, field, "une date AAAAMMJJ est attendue") from None


def minute(group: Group, field: str) -> int | None:
    """The minute of the day of a field AAAAMMJJHHMM, None where the day alone is told; GroupError."""
    hours = group.field(field)[_DAY:]
    if not hours:
        return None
    if not (hours.isascii() and hours.isdigit() and hours[:2] < "24" and hours[2:] < "60"):
        raise wrong(group, field, "une heure HHMM est attendue après la date")
    return int(hours[:2]) * 60 + int(hours[2:])


def wrong(group: Group, field: str, why: str) -> GroupError:
    """What is wrong with a field, at its place."""
    return GroupError(group.id, f"{_place(group, field)} « {group.field(field)} » : {why}.")


def _require_same(told: Group, computed: Group, occurrence: int) -> None:
    for field in field_names(told.id):
        said, found = told.field(field), computed.field(field)
        if said and not _same(field, said, found):
            where = _place(told, field, occurrence)
            raise GroupError(told.id, f"{where} : la zone dit « {said} », le calcul donne « {found} ».")


def _same(field: str, said: str, found: str) -> bool:
    if field in _DATED:
        return said[:_DAY] == found[:_DAY]
    if said.isascii() and said.isdigit() and found.isascii() and found.isdigit():
        return int(said) == int(found)
    return said == found


def _place(group: Group, field: str, occurrence: int = 1) -> str:
    rank = field_names(group.id).index(field) + 1
    return f"Groupe {group.id} n° {occurrence}, champ {rank} ({field})"
