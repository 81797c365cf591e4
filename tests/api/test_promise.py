"""What is promised to editors: names, types, and how one of them goes."""

from __future__ import annotations

import dataclasses
import enum
import inspect
import os
import types
import typing
import warnings
from collections.abc import Callable, Collection, Iterator, Mapping
from datetime import date, datetime
from pathlib import Path

import pytest
from editor import Editor

from tournee import api
from tournee.api.stability import deprecated

PUBLIC = {name: getattr(api, name) for name in api.__all__}
FUNCTIONS = {name: one for name, one in PUBLIC.items() if inspect.isfunction(one)}
CLASSES = {name: one for name, one in PUBLIC.items() if inspect.isclass(one)}
VALUES = {name: one for name, one in CLASSES.items() if dataclasses.is_dataclass(one)}
ERRORS = {name: one for name, one in CLASSES.items() if issubclass(one, Exception)}
PLAIN = {str, int, bool, bytes, float, object, None, type(None), date, datetime, os.PathLike}
MADE_OF = {tuple, types.UnionType, typing.Union, Mapping, Collection, Callable, os.PathLike}


def parts(told: typing.Any) -> Iterator[typing.Any]:
    """All the types that a type is made of."""
    if told is Ellipsis or isinstance(told, list):
        for one in told if isinstance(told, list) else ():
            yield from parts(one)
        return
    origin = typing.get_origin(told)
    if origin is None:
        yield told
        return
    assert origin in MADE_OF, told
    for one in typing.get_args(told):
        yield from parts(one)


def strangers(hints: Mapping[str, typing.Any]) -> set[typing.Any]:
    """The types that are neither plain nor the interface's own."""
    found = {one for told in hints.values() for one in parts(told)}
    return {one for one in found if one not in PLAIN and one not in CLASSES.values()}


@pytest.mark.parametrize("name", FUNCTIONS)
def test_functions_speak_of_plain_types_and_their_own(name: str) -> None:
    hints = typing.get_type_hints(FUNCTIONS[name])
    assert hints.keys() == {*inspect.signature(FUNCTIONS[name]).parameters, "return"}
    assert strangers(hints) == set()
    assert FUNCTIONS[name].__doc__


@pytest.mark.parametrize("name", VALUES)
def test_values_are_frozen_told_and_of_plain_types(name: str) -> None:
    kind = VALUES[name]
    assert kind.__dataclass_params__.frozen
    assert kind.__doc__
    assert not kind.__doc__.startswith(f"{name}(")
    assert strangers(typing.get_type_hints(kind)) == set()
    for member, one in vars(kind).items():
        if isinstance(one, property):
            assert one.fget is not None
            assert one.fget.__doc__, member
            assert strangers(typing.get_type_hints(one.fget)) == set()


def test_what_is_neither_function_nor_value_is_known() -> None:
    rest = {
        name
        for name, one in PUBLIC.items()
        if name not in {**FUNCTIONS, **VALUES, **ERRORS} and not _is_enumeration(one)
    }
    assert rest == {"API_VERSION", "MailTransport", "Practice"}
    own = {name for name in vars(api.Practice) if not name.startswith("_")}
    assert own == {"close"}
    assert strangers(typing.get_type_hints(api.MailTransport.__call__)) == set()


def _is_enumeration(one: object) -> bool:
    return inspect.isclass(one) and issubclass(one, enum.StrEnum)


def test_about_a_dozen_functions_are_promised() -> None:
    assert sorted(FUNCTIONS) == [
        "alerts",
        "back_up",
        "certify",
        "close_lots",
        "fetch_returns",
        "hand_over",
        "invoices",
        "make_files",
        "note_delivery",
        "open_practice",
        "price",
        "read_cards",
        "send",
        "send_again",
        "take_return",
        "take_visits",
    ]


def test_every_error_is_told_as_all_of_tournee_s() -> None:
    assert all(issubclass(one, api.TourneeError) for one in ERRORS.values())


def test_the_version_is_semantic() -> None:
    assert [part.isdigit() for part in api.API_VERSION.split(".")] == [True] * 3


def test_types_travel_with_the_package() -> None:
    assert (Path(api.__file__).parents[1] / "py.typed").exists()


def test_a_deprecated_function_warns_its_caller_and_does_what_it_did() -> None:
    @deprecated("1.1", "invoices")
    def old(number: int, *, more: int = 0) -> int:
        """As before."""
        return number + more

    with pytest.warns(DeprecationWarning, match="old is deprecated since 1.1: use invoices") as told:
        assert old(1, more=2) == 3
    assert told[0].filename == __file__
    assert (old.__name__, old.__doc__) == ("old", "As before.")
    assert "since 1.1" in old.__deprecated__  # type: ignore[attr-defined]


def test_nothing_warns_unless_it_is_deprecated(editor: Editor) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("error", DeprecationWarning)
        api.alerts(editor.practice)
