"""What a visit that is planned may have beside its acts: Sunday, holiday, night, a sole act's majoration.

Nothing decides here what is allowed: each is tried, and kept when the rules let it through and it pays more.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from tournee.app.bedside.care_visit import CareVisit, JudgedCare, judged_care
from tournee.app.bedside.changing import MAU, Told, acts_of_passage, passages, with_majoration, with_mau
from tournee.app.context import Office

_LETTERS = ("F", "N")


@dataclass(frozen=True)
class Extra:
    """A majoration that a passage has or may have: `code` is F, N or MAU; what it pays in cents."""

    passage: int
    code: str
    on: bool
    cents: int


def proposed(office: Office, care: CareVisit) -> tuple[JudgedCare, tuple[Extra, ...]]:
    """A visit with all that its day and hour propose, judged, and the extras of each of its passages.

    One that is in the journal has what she left in it; what else it may have is there to be chosen.
    """
    judged = judged_care(office, care)
    if judged.mistakes or (care.thing is not None and not care.is_open):
        return judged, _there(care)
    extras: list[Extra] = []
    for passage in range(len(passages(care.told))):
        for code in (*_LETTERS, MAU):
            if _has(care.told, passage, code):
                without = _judged(office, care, _with(care.told, passage, code, on=False))
                extras.append(Extra(passage, code, True, max(judged.cents - without.cents, 0)))
                continue
            tried = _judged(office, care, _with(care.told, passage, code, on=True))
            if tried.mistakes or tried.cents <= judged.cents:
                continue
            taken = care.thing is None and not _asks_more(judged, tried)
            extras.append(Extra(passage, code, taken, tried.cents - judged.cents))
            if taken:
                care, judged = tried.care, tried
    return judged, tuple(extras)


def _judged(office: Office, care: CareVisit, told: Told) -> JudgedCare:
    return judged_care(office, replace(care, told=told), anew=True)


def _asks_more(before: JudgedCare, after: JudgedCare) -> bool:
    """Whether a majoration brings a remark along: it has to be justified, so she decides."""
    known = {one.text for one in before.remarks}
    return any(one.text not in known for one in after.remarks)


def _there(care: CareVisit) -> tuple[Extra, ...]:
    return tuple(
        Extra(passage, code, True, 0)
        for passage in range(len(passages(care.told)))
        for code in (*_LETTERS, MAU)
        if _has(care.told, passage, code)
    )


def _has(told: Told, passage: int, code: str) -> bool:
    if code == MAU:
        return any(act.get("code") == MAU for act in acts_of_passage(told, passage))
    return code in str(passages(told)[passage].get("majoration") or told.get("majoration") or "")


def _with(told: Told, passage: int, code: str, *, on: bool) -> Told:
    if code == MAU:
        return with_mau(told, passage, on=on)
    return with_majoration(told, passage, code, on=on)
