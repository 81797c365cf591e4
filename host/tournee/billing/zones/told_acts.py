"""The acts that groups 1610 tell, as the passages of a visit."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import date

from tournee.billing.pricing.items import MAJORATIONS, TRAVEL
from tournee.billing.visit import Act, Passage, Place
from tournee.billing.zones.decoded import day, minute, number
from tournee.formats.zones import Group


def passages_of(groups: Sequence[Group], *, urgent: bool = False, place: Place = "") -> tuple[Passage, ...]:
    """The acts of one day and hour, cut where what is billed once a passage comes again; all `urgent`, and
    at the same `place`, as groups tell of an invoice.
    """
    told: dict[tuple[date, int | None], list[Group]] = {}
    for group in groups:
        told.setdefault((day(group, "date"), minute(group, "date")), []).append(group)
    made = (_passage(*when, part) for when, acts in told.items() for part in _cut(acts))
    return tuple(replace(one, urgent=urgent, place=place) for one in made)


def _passage(when: date, at: int | None, groups: Sequence[Group]) -> Passage:
    complements = [group.field("complement") for group in groups if group.field("complement")]
    majoration = complements[-1] if complements else ""
    return Passage(when, at, acts=tuple(map(_act, groups)), majoration=majoration)


def _cut(acts: list[Group]) -> Iterator[list[Group]]:
    """Where an allowance, MAU, MCI, MIE, or a complement comes again, a passage has begun: at the last care
    that followed travel or majorations, else there.
    """
    start = begun = 0
    for at, group in enumerate(acts):
        if at and _is_care(group) and not _is_care(acts[at - 1]):
            begun = at
        if any(_once(group) & _once(before) for before in acts[start:at]):
            cut = begun if begun > start else at
            yield acts[start:cut]
            start = cut
    yield acts[start:]


def _is_care(group: Group) -> bool:
    return group.field("acte") not in MAJORATIONS | TRAVEL


def _once(group: Group) -> set[str]:
    """What of a group is billed once a passage."""
    code = {group.field("acte")} & (MAJORATIONS | TRAVEL) - {"IK", "IKM", "IKS"}
    return code | ({"complement"} if group.field("complement") else set())


def _act(group: Group) -> Act:
    code = group.field("acte")
    coefficient = number(group, "coefficient") if group.field("coefficient") else None
    qualifier = group.field("qualificatif")
    return Act(
        code=code,
        coefficient=coefficient,
        quantity=number(group, "quantite", 1),
        fee=number(group, "honoraires") if qualifier and group.field("honoraires") else None,
        qualifier=qualifier,
        exemption=group.field("exoneration"),
        weighted=True,
    )
