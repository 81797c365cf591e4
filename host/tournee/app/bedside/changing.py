"""What a touch changes in a visit as the day file tells it: nothing is written, the table given is kept."""

from __future__ import annotations

import copy
from collections.abc import Callable, Mapping
from typing import Any

from tournee.billing.dayfile.passages import ACTS, PASSAGE, TRAVEL
from tournee.errors import BillingError

Told = Mapping[str, Any]

MAU = "MAU"
"""The majoration of a sole act, which the day file has among the acts."""

_QUANTITY_MAX = 10
_KILOMETRES_MAX = 300


def passages(told: Told) -> list[dict[str, Any]]:
    """The passages of a visit: itself where it has one."""
    several = told.get(PASSAGE)
    return list(several) if several else [dict(told)]


def acts_of_passage(told: Told, passage: int = 0) -> list[dict[str, Any]]:
    """The acts of one passage, from 0."""
    return list(_at(dict(told), passage).get(ACTS, []))


def with_quantity(told: Told, passage: int, act: int, quantity: int) -> dict[str, Any]:
    """So many times this act of a passage, 0: no more. BillingError for the last act, and beyond 10."""
    if not 0 <= quantity <= _QUANTITY_MAX:
        raise BillingError(f"Un acte se fait de 1 à {_QUANTITY_MAX} fois dans une visite.")

    def change(one: dict[str, Any]) -> None:
        acts = one.get(ACTS, [])
        if not 0 <= act < len(acts):
            raise BillingError("Cet acte n’est plus dans la visite.", next_step="rouvrez la visite")
        if quantity:
            acts[act] = {**acts[act], "quantite": quantity}
            if quantity == 1:
                del acts[act]["quantite"]
        else:
            del acts[act]
        _drop_mau(acts)

    changed = _changed(told, passage, change)
    if not any(acts_of_passage(changed, rank) for rank in range(len(passages(changed)))):
        raise BillingError(
            "C’est le dernier acte de cette visite.",
            next_step="ajoutez d’abord l’acte qui convient ; pour ne rien facturer, passez la visite",
        )
    return changed


def with_act(told: Told, passage: int, act: Told) -> dict[str, Any]:
    """One more act in a passage; one that is there is done once more. MAU leaves with a second act."""

    def change(one: dict[str, Any]) -> None:
        acts = one.setdefault(ACTS, [])
        same = next((rank for rank, known in enumerate(acts) if _bare(known) == _bare(act)), None)
        if same is None:
            acts.append(dict(act))
        else:
            acts[same] = {**acts[same], "quantite": min(acts[same].get("quantite", 1) + 1, _QUANTITY_MAX)}
        _drop_mau(acts)

    return _changed(told, passage, change)


def with_mau(told: Told, passage: int, *, on: bool) -> dict[str, Any]:
    """With the majoration of a sole act, or without."""

    def change(one: dict[str, Any]) -> None:
        acts = [act for act in one.get(ACTS, []) if act.get("code") != MAU]
        one[ACTS] = [*acts, {"code": MAU}] if on else acts

    return _changed(told, passage, change)


def with_majoration(told: Told, passage: int, letter: str, *, on: bool) -> dict[str, Any]:
    """With the majoration of the night (N) or of Sundays and holidays (F), or without."""

    def change(one: dict[str, Any]) -> None:
        one["majoration"] = letter if on else ""
        if not on:
            del one["majoration"]

    return _changed(told, passage, change)


def with_kilometres(told: Told, passage: int, kilometres: int) -> dict[str, Any]:
    """So many kilometres, there and back."""
    if not 0 <= kilometres <= _KILOMETRES_MAX:
        raise BillingError(f"Un déplacement a de 0 à {_KILOMETRES_MAX} kilomètres.")

    def change(one: dict[str, Any]) -> None:
        travel = {**one.get(TRAVEL, {}), "kilometres": kilometres}
        if not kilometres:
            del travel["kilometres"]
        one[TRAVEL] = travel
        if not travel:
            del one[TRAVEL]

    return _changed(told, passage, change)


def with_third_party(told: Told, word: str) -> dict[str, Any]:
    """Who pays directly: `non`, `amo`, `amc` or `total`."""
    return {**told, "tiers_payant": word}


def with_insurer(told: Told, insurer: Told | None) -> dict[str, Any]:
    """With this mutuelle as the attestation says it, or with what the card says."""
    changed = copy.deepcopy(dict(told))
    changed.pop("amc", None)
    return changed if insurer is None else {**changed, "amc": dict(insurer)}


def _changed(told: Told, passage: int, change: Callable[[dict[str, Any]], None]) -> dict[str, Any]:
    whole = copy.deepcopy(dict(told))
    change(_at(whole, passage))
    return whole


def _at(whole: dict[str, Any], passage: int) -> dict[str, Any]:
    several = whole.get(PASSAGE)
    if not several:
        return whole
    if not 0 <= passage < len(several):
        raise BillingError("Ce passage n’est plus dans la visite.", next_step="rouvrez la visite")
    found: dict[str, Any] = several[passage]
    return found


def _bare(act: Told) -> dict[str, Any]:
    return {key: value for key, value in act.items() if key != "quantite"}


def _drop_mau(acts: list[dict[str, Any]]) -> None:
    """A sole act's majoration goes with the second act."""
    others = sum(act.get("quantite", 1) for act in acts if act.get("code") != MAU)
    if others != 1:
        acts[:] = [act for act in acts if act.get("code") != MAU]
