"""What the emulated service of rights knows of a person: the test card's groups, changed as a table says."""

from __future__ import annotations

import tomllib
from functools import cache
from importlib.resources import files
from typing import Any

from tournee.emulation.cards.content import card_content, card_names
from tournee.formats import zones
from tournee.formats.zones import Group

_INSURED, _SERVICE, _ACCIDENTS, _BENEFICIARY = 101, 102, 103, 104
_DAY = 8
_FIELDS = {_INSURED: "insured", _BENEFICIARY: "beneficiary"}


class AskedPerson:
    """Whose rights are asked: the insured's NIR and the beneficiary's birth, as a request says them."""

    def __init__(self, registration: str, born: str, rank: str) -> None:
        self.nir, self.born, self.rank = registration[:13], born, rank


def answer_to(person: AskedPerson) -> tuple[str, bytes]:
    """A code, and for R00 the zone of this one beneficiary."""
    told = _told().get(person.nir, {})
    if "answer" in told:
        return told["answer"], b""
    groups = _groups(person)
    if "zone" in told and told["born"] == person.born:
        groups = [zones.make(*row) for row in told["zone"]]
    if not groups:
        return "R01", b""
    if told.get("born") == person.born:
        groups = _changed(groups, told)
    return "R00", zones.encode(groups)


def updated_zone(zone: bytes) -> bytes:
    """The zone of a whole card, its people's rights as they are known here."""
    groups = zones.decode(zone)
    told = _told().get(groups[0].field("nir"), {})
    cut = next(at for at, group in enumerate(groups) if group.id == _BENEFICIARY)
    people: list[list[Group]] = []
    for group in groups[cut:]:
        if group.id == _BENEFICIARY:
            people.append([])
        people[-1].append(group)
    insured = {"insured": told["insured"]} if "insured" in told else {}
    new = _changed(groups[:cut], insured)
    for person in people:
        is_told = person[0].field("naissance")[:_DAY] == told.get("born")
        new += _changed(person, told) if is_told else person
    return zones.encode(new)


def serials_of(person: AskedPerson) -> frozenset[str]:
    """The serial numbers of the cards of this insured person."""
    return frozenset(
        group.field("serie").strip()
        for zone in _zones()
        for group in zone
        if group.id == _INSURED and group.field("nir") == person.nir
    )


@cache
def _told() -> dict[str, dict[str, Any]]:
    return tomllib.loads(files("tournee.emulation.services").joinpath("rights.toml").read_text("utf-8"))


@cache
def _zones() -> tuple[tuple[Group, ...], ...]:
    return tuple(tuple(zones.decode(card_content(name).zone)) for name in card_names("vitale"))


def _groups(person: AskedPerson) -> list[Group]:
    """The groups of one beneficiary, with those of the insured person."""
    for zone in _zones():
        if zone[0].field("nir") != person.nir:
            continue
        found = [group for group in zone if group.id in (_INSURED, _SERVICE, _ACCIDENTS)]
        is_theirs = False
        for group in zone:
            if group.id == _BENEFICIARY:
                born, rank = group.field("naissance")[:_DAY], group.field("rang") or "1"
                is_theirs = (born, rank) == (person.born, person.rank)
            if is_theirs and group.id not in (_INSURED, _SERVICE, _ACCIDENTS):
                found.append(group)
        if any(group.id == _BENEFICIARY for group in found):
            return found
    return []


def _changed(groups: list[Group], told: dict[str, Any]) -> list[Group]:
    new = [zones.make(*row) for row in told.get("groups", ())]
    away = {group.id for group in new} | set(told.get("without", ()))
    changed = []
    for group in groups:
        if group.id in _FIELDS and _FIELDS[group.id] in told:
            changed.append(_with_fields(group, told[_FIELDS[group.id]]))
        elif group.id not in away:
            changed.append(group)
    return changed + new


def _with_fields(group: Group, fields: dict[str, str]) -> Group:
    names = zones.field_names(group.id)
    return zones.make(
        group.id, *(fields.get(name, value) for name, value in zip(names, _values(group), strict=False))
    )


def _values(group: Group) -> list[str]:
    return [group.field(name) for name in zones.field_names(group.id)]
