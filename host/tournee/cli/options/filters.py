"""`--since`, `--ps`, `--state`, `--patient`, `--limit`, `--page`: which rows of a long list are shown."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime
from functools import wraps
from itertools import islice
from typing import TYPE_CHECKING, Any, TypeVar

import click

if TYPE_CHECKING:
    from tournee.store.states import State

_T = TypeVar("_T")
_F = TypeVar("_F", bound=Callable[..., Any])
_DATES = ("%Y-%m-%d", "%d/%m/%Y", "%d/%m/%y")
_NAMES = ("since", "ps", "state", "patient", "limit", "page")
PAGE = 50
"""Rows of a page, where pages are asked for without `--limit`."""


@dataclass(frozen=True)
class Filters:
    """What was asked: rows of days from `since` on, of one `ps`, in one `state`, of one `patient`.

    Empty or None: of any. `limit` is how many rows a page has (0: all of them), `page` which one, from 1.
    """

    since: date | None
    ps: str
    state: State | None
    patient: str
    limit: int
    page: int

    @property
    def narrow(self) -> bool:
        """Whether some rows are left out by what they are."""
        return bool(self.since or self.ps or self.state or self.patient)

    @property
    def since_day(self) -> str:
        """The first day as the journal writes it, AAAAMMJJ; empty when it does not matter."""
        return f"{self.since:%Y%m%d}" if self.since else ""

    @property
    def needed(self) -> int:
        """How many rows tell the page and whether another follows; 0: all."""
        return self.page * self.limit + 1 if self.limit else 0

    def shown(self, rows: Iterable[_T]) -> tuple[list[_T], bool]:
        """The rows of the page, and whether more follow."""
        if not self.limit:
            return list(rows), False
        start = (self.page - 1) * self.limit
        found = list(islice(rows, start, start + self.limit + 1))
        return found[: self.limit], len(found) > self.limit


def filter_options(states: str) -> Callable[[_F], _F]:
    """The options of a list whose rows have these states (a class of `tournee.store`): its command is called
    with `filters` in their place."""
    options = (
        click.option("--since", type=DayOption(), help="À partir de ce jour (JJ/MM/AAAA ou AAAA-MM-JJ)."),
        click.option("--ps", default="", metavar="NUMÉRO", help="D’un seul professionnel."),
        click.option("--state", type=_StateWord(states), help="Dans cet état seulement, dit comme affiché."),
        click.option("--patient", default="", metavar="NOM", help="D’un patient, par une partie de son nom."),
        click.option("--limit", type=click.IntRange(1), metavar="N", help="N lignes à la fois."),
        click.option(
            "--page", type=click.IntRange(1), metavar="P", help="La page P, la plus récente d’abord."
        ),
    )

    def decorate(command: _F) -> _F:
        @wraps(command)
        def run(*args: Any, **given: Any) -> Any:
            since, ps, state, patient, limit, page = (given.pop(name) for name in _NAMES)
            filters = Filters(since, ps, state, patient, limit or (PAGE if page else 0), page or 1)
            return command(*args, filters=filters, **given)

        made: Any = run
        for option in reversed(options):
            made = option(made)
        return made  # type: ignore[no-any-return]

    return decorate


def more_line(filters: Filters) -> str:
    """What is said where rows follow those of the page."""
    return f"Page {filters.page}. La suite : --page {filters.page + 1}"


class DayOption(click.ParamType):  # type: ignore[type-arg]
    """A day, as it is written in French or as computers write it."""

    name = "jour"

    def get_metavar(self, param: click.Parameter, ctx: click.Context) -> str:
        """How the help names it."""
        return "JOUR"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> date:
        """Read a day as it is written in French, or as computers do."""
        for form in _DATES:
            try:
                return datetime.strptime(value, form).date()
            except ValueError:
                continue
        raise click.BadParameter(f"« {value} » n’est pas un jour ; écrivez JJ/MM/AAAA", ctx, param)


class _StateWord(click.ParamType):  # type: ignore[type-arg]
    name = "état"

    def __init__(self, states: str) -> None:
        self._states = states

    def get_metavar(self, param: click.Parameter, ctx: click.Context) -> str:
        """How the help names it."""
        return "ÉTAT"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> State:
        """Find the state of this label, or of this word of the JSON output."""
        for state in self._known():
            if value.casefold() in (state.label.casefold(), state.value):
                return state
        known = ", ".join(state.label for state in self._known())
        raise click.BadParameter(f"« {value} » n’est pas un état ; choisissez parmi : {known}", ctx, param)

    def _known(self) -> Iterator[State]:
        from tournee.store import states

        yield from getattr(states, self._states)
