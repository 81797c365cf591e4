"""The emulated base of electronic prescriptions: what was prescribed, what was done of it, by whom.

Of the client it knows the profile's table alone. What it holds is `ordonnances.json` in its folder, read and
written whole at each request.
"""

from __future__ import annotations

import base64
import json
from datetime import datetime
from pathlib import Path
from typing import Any

from tournee.emulation.services.believed_assertions import believing_cards
from tournee.emulation.services.counterpart import CounterpartSetting, Received, Reply
from tournee.emulation.services.phone_service import JudgeAssertion
from tournee.services.prescriptions import table
from tournee.services.prescriptions.number import with_check

_FILE = "ordonnances.json"
_SHOWN = ("rpps", "nom", "specialite", "jour", "expire", "seances", "lignes")


class _RefusedError(Exception):
    """Carries the code of `table.REFUSALS`."""


class PrescriptionBase:
    """POST /consulter, /realiser and /vue-prescripteur."""

    name, path, suffix, demands_certificate = "ordonnance", "/", "json", False

    def __init__(self, setting: CounterpartSetting, judge: JudgeAssertion) -> None:
        self._clock, self._judge, self._path = setting.clock, judge, setting.folder / _FILE

    def prescribe(self, first: str, order: dict[str, Any]) -> str:
        """Put a prescription in, under the number that these 15 characters begin; gives the number."""
        number, kept = with_check(first), self._kept()
        kept.setdefault(number, {"opposee": False, "realise": {}, **order})
        self._write(kept)
        return number

    def answer(self, asked: Received) -> Reply:
        """One request."""
        does = {
            table.LOOKUP_PATH: self._look_up,
            table.DONE_PATH: self._record,
            table.VIEW_PATH: self._view,
        }.get(asked.path)
        if does is None or asked.method != "POST":
            return _json(404, {})
        try:
            told = json.loads(asked.body)
            return _json(200, does(told, self._asker(told)))
        except _RefusedError as error:
            return _json(403, {"code": str(error)})

    def _asker(self, told: dict[str, Any]) -> str:
        try:
            return self._judge(base64.b64decode(told["assertion"]), self._clock())
        except ValueError as error:
            raise _RefusedError("O06") from error

    def _look_up(self, told: dict[str, Any], _: str) -> dict[str, Any]:
        return _shown(self._found(self._kept(), told["numero"]))

    def _record(self, told: dict[str, Any], carer: str) -> dict[str, Any]:
        kept = self._kept()
        order = self._found(kept, told["numero"])
        reference, sessions = str(told["reference"]), int(told["seances"])
        if reference in order["realise"]:
            raise _RefusedError("O04")
        if sessions < 1 or (order["seances"] and _done(order) + sessions > order["seances"]):
            raise _RefusedError("O03")
        order["realise"][reference] = {
            "par": carer,
            "le": self._clock().isoformat(timespec="seconds"),
            "seances": sessions,
        }
        self._write(kept)
        return _shown(order)

    def _view(self, told: dict[str, Any], asker: str) -> dict[str, Any]:
        """What its prescriber sees of it: nothing where the patient is opposed to that."""
        order = self._kept().get(told["numero"])
        if order is None or order["rpps"] != asker:
            raise _RefusedError("O01")
        return {"realise": [] if order["opposee"] else list(order["realise"].values())}

    def _found(self, kept: dict[str, Any], number: str) -> dict[str, Any]:
        order: dict[str, Any] | None = kept.get(number)
        if order is None:
            raise _RefusedError("O01")
        if f"{self._clock():%Y-%m-%d}" > order["expire"]:
            raise _RefusedError("O02")
        return order

    def _kept(self) -> dict[str, Any]:
        if not self._path.exists():
            return {}
        kept: dict[str, Any] = json.loads(self._path.read_text("utf-8"))
        return kept

    def _write(self, kept: dict[str, Any]) -> None:
        fresh = self._path.with_suffix(".new")
        fresh.write_text(json.dumps(kept, ensure_ascii=False, indent=1), "utf-8")
        fresh.replace(self._path)


def made(setting: CounterpartSetting) -> PrescriptionBase:
    """The base as it stands for who tries: with a nurse's and a physiotherapist's prescription."""
    base = PrescriptionBase(setting, believing_cards(setting.cards))
    for first, order in examples(setting.clock()):
        base.prescribe(first, order)
    return base


def examples(now: datetime) -> list[tuple[str, dict[str, Any]]]:
    """Prescriptions of today's, and what their numbers begin with."""
    day, expires = f"{now:%Y-%m-%d}", f"{now.replace(year=now.year + 1, day=min(now.day, 28)):%Y-%m-%d}"
    who = {"rpps": "10100000412", "nom": "Dr Anne PETIT", "specialite": "01", "jour": day, "expire": expires}
    injections = {"texte": "Injection sous-cutanée, une par jour", "seances": 10, "ald": True}
    sessions = {"texte": "Rééducation du genou, 15 séances", "seances": 15, "ald": False}
    return [
        ("0RD0NNANCE00001", who | {"seances": 10, "lignes": [injections]}),
        ("0RD0NNANCE00002", who | {"seances": 15, "lignes": [sessions]}),
    ]


def numbers(folder: Path) -> list[str]:
    """The numbers of a base that stands, or stood, in a folder."""
    return sorted(json.loads((folder / _FILE).read_text("utf-8")))


def _done(order: dict[str, Any]) -> int:
    return sum(int(one["seances"]) for one in order["realise"].values())


def _shown(order: dict[str, Any]) -> dict[str, Any]:
    return {**{name: order[name] for name in _SHOWN}, "faites": _done(order)}


def _json(status: int, told: dict[str, Any]) -> Reply:
    return Reply(status, "application/json", json.dumps(told, ensure_ascii=False).encode())
