"""What goes wrong, as `tournee.api` says it: raised, or told of one thing among others that went well."""

from __future__ import annotations

from dataclasses import dataclass

from tournee.billing.breach import place_of, told
from tournee.billing.dayfile.day import Mistake
from tournee.errors import (
    AccountsError,
    BillingError,
    ConfigError,
    ExchangeError,
    OppositionError,
    ReaderError,
    ReturnsError,
    ServiceError,
    StoreError,
    TourneeError,
)

_TOLD_MAX = 20
_LAYERS: dict[type[TourneeError], str] = {
    ConfigError: "configuration",
    ReaderError: "reader",
    BillingError: "billing",
    ExchangeError: "exchange",
    ReturnsError: "returns",
    StoreError: "store",
    OppositionError: "opposition",
    AccountsError: "accounts",
    ServiceError: "service",
}


@dataclass(frozen=True)
class Problem:
    """An error that stopped one thing and not the next: `layer` tells which class of error it would be
    (configuration, reader, billing, exchange, returns, store, opposition, accounts, service), `message`,
    `cause` and `next_step` are French, `remedy` a word for programs, "" where there is none.
    """

    layer: str
    message: str
    cause: str = ""
    next_step: str = ""
    remedy: str = ""


def problem_of(error: TourneeError) -> Problem:
    """The same, told."""
    layer = next((name for kind, name in _LAYERS.items() if isinstance(error, kind)), "")
    return Problem(layer, error.message, error.cause, error.next_step, error.remedy)


@dataclass(frozen=True)
class VisitMistake:
    """What is wrong in visits that were told, or should be known of them: where (`path`: keys of the mapping,
    ranks from 0; `where`: the same for people), what, in French, by which rule.
    """

    path: tuple[str | int, ...]
    where: str
    text: str
    rule: str

    def __str__(self) -> str:
        return f"{self.where} : {self.text}{told(self.rule)}"


def mistake_of(path: tuple[str | int, ...], text: str, rule: str) -> VisitMistake:
    """One, with its path written for people."""
    return VisitMistake(path, place_of(path) if path else "ces visites", text, rule)


def mistakes_of(found: tuple[Mistake, ...]) -> tuple[VisitMistake, ...]:
    """Those of a day file's judge."""
    return tuple(mistake_of(one.path, one.text, one.rule) for one in found)


class VisitsRefusedError(BillingError):
    """The mapping tells no day that could be read; `mistakes` holds all that is wrong. Nothing was taken."""

    def __init__(self, mistakes: tuple[VisitMistake, ...]) -> None:
        shown = [f"- {one}" for one in mistakes[:_TOLD_MAX]]
        if len(mistakes) > _TOLD_MAX:
            shown.append(f"- et {len(mistakes) - _TOLD_MAX} de plus")
        count = f"{len(mistakes)} erreur{'s' if len(mistakes) > 1 else ''}"
        super().__init__(
            "\n".join((f"Ces visites ne se lisent pas : {count}, rien n’est pris.", *shown)),
            next_step="corrigez ce qui est transmis, puis recommencez",
        )
        self.mistakes = mistakes


class PracticeClosedError(StoreError):
    """The practice was closed; nothing can be asked of it any more."""


class CallError(StoreError):
    """A function was called from within a callable that it, or another of its lane, is waiting for."""


class CursorError(StoreError):
    """A cursor is none that this question gave."""


class KeyNeededError(StoreError):
    """The journal's key is not the one, or the journal that it is for is not there."""
