"""What is said anew of a visit, in the day file's own keys, put into what it said before.

A table inside (prescription, patient…) is put right key by key; what named another person, prescriber or
insurer goes with its name. Nothing is judged here: the day file's reader does it.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from copy import deepcopy
from dataclasses import dataclass, field
from datetime import date, time
from decimal import Decimal
from typing import Any

from tournee.billing.dayfile.day import DAY, VISIT, read_document
from tournee.billing.dayfile.passages import ACTS, PASSAGE, TRAVEL
from tournee.billing.numbers import NIR_LENGTH
from tournee.billing.visit import Person
from tournee.errors import BillingError
from tournee.tables.table import Table as Reading

_OF_THE_PERSON = (
    *("cle", "nom", "naissance", "rang_naissance", "amc", "accord", "accident", "maternite", "exoneration"),
    *("regime_local", "ald", "palliatif", "bilan", "sortie"),
)
"""Keys that speak of the patient: another one has others."""

_PATIENT = "patient"
_IDENTITY = ("nom", "prenom", "regime", "caisse", "centre", "rang", "qualite", "ald", "c2s", "ame")
_OF_A_PASSAGE = ("date", "heure", "lieu", "foyer", "majoration", "appel", "urgence", TRAVEL, ACTS)
_BY_HAND, _BY_CARD = (
    ("dégradé", "degrade"),
    ("sécurisé", "securise", "visite", "désynchronisé", "desynchronise"),
)
_WHOLE = ("maternite", "accident", "ceam")
_SHOWN = 120
_COEFFICIENT = re.compile(r"[0-9]{1,4}(?:[.,][0-9]{1,2})?")
_ACT = re.compile(r"([A-Za-z]{2,4}) ?(\d{1,4}(?:[.,]\d{1,2})?)?(?: ?[x×] ?(\d{1,3}))?")

Table = dict[str, Any]


@dataclass(frozen=True)
class Edit:
    """What is said anew: a table of what a visit says, or a day file of that one visit, which says all of it;
    keys that it no longer says (`without`); of which `passage`, from 1, 0: the only one. `person`: the keys
    that say another patient whom the journal knows.
    """

    told: Mapping[str, Any]
    without: tuple[str, ...] = ()
    passage: int = 0
    person: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Merged:
    """A visit's table as it is now said, its day (AAAA-MM-JJ), and the keys that went with another person."""

    table: Table
    day: str
    gone: tuple[str, ...] = ()


def act_as_said(text: str) -> Table:
    """An act as one says it: a letter, its coefficient, how often (`AMI 1,5 x 2`); else its name."""
    found = _ACT.fullmatch(" ".join(text.split()))
    if found is None:
        return {"acte": text}
    act: Table = {"code": found[1].upper()}
    if found[2]:
        act["coefficient"] = coefficient_as_said(found[2])
    if found[3]:
        act["quantite"] = int(found[3])
    return act


def coefficient_as_said(text: str) -> float:
    """A coefficient (`1`, `1,5`); BillingError for what is none."""
    if not _COEFFICIENT.fullmatch(text):
        raise BillingError(f"« {text[:20]} » n’est pas un coefficient.", next_step="écrivez par exemple 1,5")
    value = float(text.replace(",", "."))
    return int(value) if value.is_integer() else value


def read_edit(data: bytes, name: str) -> Table:
    """The values of what is said anew (JSON when its name ends in `.json`, else TOML). BillingError."""
    return read_document(data, name).values


def merge(before: Table, day: date, change: Edit) -> Merged:
    """Put what is said anew into a visit's table. BillingError where it is not said which passage it is of,
    and for a day file of several visits.
    """
    told: Table = _plain(change.told)
    for key, value in change.person.items():
        if key != _PATIENT:
            told.setdefault(key, value)
        elif _PATIENT in before:  # by hand: who it is goes with the number
            told[_PATIENT] = {**value, **_told_table(told, _PATIENT)}
    head = told.pop(DAY, {})
    new_day = head.get("date", f"{day}") if isinstance(head, dict) else f"{day}"
    if VISIT in told:
        visits = told.pop(VISIT)
        if told or not isinstance(visits, list) or len(visits) != 1 or not isinstance(visits[0], dict):
            raise BillingError(
                "Un fichier qui dit toute la visite n’en dit qu’une.",
                next_step="gardez sa seule table [[visite]], ou les seules clés qui changent.",
            )
        return Merged(_without(visits[0], change.without), new_day)
    table, gone = _for_another(deepcopy(before), told)
    _route_mode(table, told)
    if "date" in told:
        said = told.pop("date")
        if change.passage or _count(table) > 1:
            told["date"] = said
        elif all("date" not in act for act in table.get(ACTS, ())):
            new_day = said
        else:
            _date_acts(table, said)
    ours = {key: told.pop(key) for key in _OF_A_PASSAGE if key in told} if PASSAGE not in told else {}
    if PASSAGE in told:
        table = {key: value for key, value in table.items() if key not in (PASSAGE, *_OF_A_PASSAGE)}
    for key, value in told.items():
        _put(table, key, value)
    if ours:
        _put_in_passage(table, ours, change.passage)
    return Merged(_without(table, change.without), new_day, gone)


def differences(before: Table, after: Table, days: tuple[str, str]) -> tuple[str, ...]:
    """What was changed, a line each, in French."""
    lines = [f"date : {days[0]} → {days[1]}"] if days[0] != days[1] else []
    for key in dict.fromkeys([*before, *after]):
        old, new = before.get(key), after.get(key)
        if old != new:
            lines.append(f"{key} : {_shown(old)} → {_shown(new)}")
    return tuple(lines)


def _shown(value: Any) -> str:
    """A value as it is read in a line."""
    if value is None:
        return "rien"
    if isinstance(value, bool):
        return "oui" if value else "non"
    if isinstance(value, list):
        return _short(" + ".join(map(_shown, value)))
    if not isinstance(value, dict):
        return _short(str(value).replace(".", ",") if isinstance(value, float) else str(value))
    if "code" in value or "acte" in value:
        named = [_shown(value[key]) for key in ("code", "coefficient", "acte") if key in value]
        rest = [
            f"{key} {_shown(one)}" for key, one in value.items() if key not in ("code", "coefficient", "acte")
        ]
        return _short(" ".join(named) + (f" ({', '.join(rest)})" if rest else ""))
    return _short(", ".join(f"{key} {_shown(one)}" for key, one in value.items()))


def _short(text: str) -> str:
    return text if len(text) <= _SHOWN else f"{text[: _SHOWN - 1]}…"


def _plain(value: Any) -> Any:
    """A value of a document as JSON has it."""
    if isinstance(value, Mapping):
        return {key: _plain(one) for key, one in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(one) for one in value]
    if isinstance(value, Decimal):
        return int(value) if value.is_finite() and value == value.to_integral_value() else _decimal(value)
    if isinstance(value, time):
        return f"{value:%H:%M}"
    return value.isoformat() if isinstance(value, date) else value


def _decimal(value: Decimal) -> float | str:
    """A decimal that JSON writes back the same; else its text, which the reader refuses at its place."""
    same = value.is_finite() and Decimal(json.dumps(float(value))) == value
    return float(value) if same else str(value)


def _for_another(table: Table, told: Table) -> tuple[Table, tuple[str, ...]]:
    """Without what spoke of the patient, when another one is told; and which keys that were."""
    old, new = person_of(table), person_of({**table, **told})
    if old.same(new):
        return table, ()
    same_family = old.nir == new.nir
    kept = ("cle", "amc", "regime_local", "naissance", "rang_naissance") if same_family else ()
    gone = [key for key in _OF_THE_PERSON if key in table and key not in kept]
    for key in gone:
        del table[key]
    if isinstance(table.get(_PATIENT), dict):
        lost = [key for key in _IDENTITY if key in table[_PATIENT]]
        gone += [f"patient.{key}" for key in lost if key not in _told_table(told, _PATIENT)]
        for key in lost:
            del table[_PATIENT][key]
    quiet = ("cle", "nom", "naissance", "rang_naissance")
    return table, tuple(key for key in gone if key not in told and key not in quiet)


def person_of(table: Table) -> Person:
    """Whom a table is for, as far as it reads."""
    nir = str(table.get("nir") or "").replace(" ", "").upper()[:NIR_LENGTH]
    quiet = Reading(table, lambda at, text: None)
    return Person(nir, quiet.day("naissance"), str(table.get("rang_naissance") or ""))


def _route_mode(table: Table, told: Table) -> None:
    """A securing mode stands with the patient typed by hand, or with the visit when its card is meant."""
    mode = str(told.get("mode") or "").casefold()
    by_hand = _PATIENT in told or mode in _BY_HAND or (_PATIENT in table and mode not in _BY_CARD)
    if "mode" in told and not by_hand:
        table.pop(_PATIENT, None)
        table.pop("motif", None)
        return
    if by_hand:
        hand = {key: told.pop(key) for key in ("mode", "motif") if key in told}
        if hand:
            told[_PATIENT] = {**hand, **_told_table(told, _PATIENT)}
            for key in ("mode", "motif"):
                table.pop(key, None)


def _told_table(told: Table, key: str) -> Table:
    value = told.get(key)
    return value if isinstance(value, dict) else {}


def _put(table: Table, key: str, value: Any) -> None:
    """Say a key anew; null takes it away."""
    before = table.get(key)
    if value is None:
        table.pop(key, None)
    elif isinstance(value, dict) and isinstance(before, dict) and key not in _WHOLE:
        base = dict(before)
        if key == "prescription" and {"prescripteur", "rpps"} & value.keys():
            base.pop("prescripteur", None)
            base.pop("rpps", None)
        if key == "amc" and value.get("numero", base.get("numero")) != base.get("numero"):
            base = {}
        if key == "accord" and "demande" in value:
            base = {}
        for inner, one in value.items():
            _put(base, inner, one)
        table[key] = base
    else:
        table[key] = value


def _count(table: Table) -> int:
    return len(table[PASSAGE]) + (ACTS in table) if PASSAGE in table else 1


def _date_acts(table: Table, day: Any) -> None:
    table[ACTS] = [{**act, "date": day} for act in table[ACTS]]


def _put_in_passage(table: Table, ours: Table, rank: int) -> None:
    """Say keys of a passage anew: of the visit's only one, or of the one of this rank."""
    passages = table.get(PASSAGE)
    if not passages:
        if rank > 1:
            raise _no_passage(rank, 1)
        days = {act.get("date") for act in table.get(ACTS, ())} - {None}
        acts = ours.get(ACTS)
        if len(days) == 1 and isinstance(acts, list):  # of another day than the visit's, as they were
            (day,) = days
            ours[ACTS] = [{"date": day, **act} if isinstance(act, dict) else act for act in acts]
        for key, value in ours.items():
            _put(table, key, value)
        return
    if not rank:
        told = " ; ".join(f"{at} : {_passage_told(one)}" for at, one in enumerate(passages, 1))
        raise BillingError(
            f"Cette visite a {len(passages)} passages, et il n’est pas dit lequel change ({told}).",
            next_step="dites le rang du passage, ou dites-les tous.",
            remedy="say-passage",
        )
    if not 1 <= rank <= len(passages):
        raise _no_passage(rank, len(passages))
    for key, value in ours.items():
        _put(passages[rank - 1], key, value)


def _passage_told(passage: Table) -> str:
    told = (passage.get("date"), passage.get("heure"), _shown(passage.get(ACTS)))
    return ", ".join(str(one) for one in told if one)


def _no_passage(rank: int, count: int) -> BillingError:
    return BillingError(f"Il n’y a pas de passage {rank} : cette visite en a {count}.")


def _without(table: Table, keys: tuple[str, ...]) -> Table:
    """Without these keys; `prescription.rpps` is one of a table inside, `deplacement` of every passage."""
    for key in keys:
        if not any(_taken(one, key) for one in (table, *_passages(table))):
            raise BillingError(
                f"La visite ne dit pas « {key} » : il n’y a rien à ôter.",
                next_step="affichez-la : les noms des clés y sont.",
            )
    return table


def _passages(table: Table) -> Iterator[Table]:
    found = table.get(PASSAGE)
    yield from (one for one in found if isinstance(one, dict)) if isinstance(found, list) else ()


def _taken(table: Table, key: str) -> bool:
    head, _, rest = key.partition(".")
    if not rest:
        return table.pop(head, None) is not None
    inner = table.get(head)
    return isinstance(inner, dict) and inner.pop(rest, None) is not None
