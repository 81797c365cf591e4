"""What the compulsory insurer pays of an act, and why: rate, exemption, nature; read from `coverage.toml`."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from functools import cache
from typing import Any

from tournee.billing.identity import ALWAYS, Amc, Coverage, Patient, Period
from tournee.billing.pricing.line import PricedLine
from tournee.billing.visit import MATERNITY, WORK_ACCIDENT, Visit
from tournee.tables.document import packaged

PREVENTION = "90"  # nature d’assurance


@dataclass(frozen=True)
class Cover:
    """Rate in percent, justification d'exonération, nature d'assurance."""

    rate: int
    exemption: str  # 1 character
    insurance: str  # 2 digits


def covered(
    patient: Patient, visit: Visit, lines: Iterable[PricedLine]
) -> Iterator[tuple[PricedLine, date, Cover]]:
    """Each line with its day and its cover. Travel and majorations are covered as the acts of their passage,
    where the carer says the same of all of these.
    """
    told = list(lines)
    said: dict[int, set[str]] = {}
    for line in told:
        if line.kind == "act":
            said.setdefault(line.passage, set()).add(line.exemption)
    for line in told:
        day, among = visit.passages[line.passage].day, said.get(line.passage, set())
        exemption = line.exemption
        if line.kind != "act" and not exemption and len(among) == 1:
            (exemption,) = among
        yield line, day, cover_of(patient, visit, day, exemption)


def cover_of(patient: Patient, visit: Visit, day: date, exemption: str = "") -> Cover:
    """The AMO cover of an act of a visit, on the act's day; `exemption` is what the carer says of it alone.

    AME stands alone; then the nature that the carer says (work accident, maternity) or the card's maternity
    that day; then what the carer says of the act; then the best of what exempts: what she says of the visit,
    an ALD that the care has to do with, the card's situations of that day; else the plain rate. The régime
    local raises what is below its own, and names the nature.
    """
    covers, told, when = _covers(), visit.entitlement, f"{day:%Y%m%d}"
    if told.state_aid is not None:
        return Cover(**covers["state_aid"])
    periods = [one for one in patient.coverage if one.period.holds(when)]
    rows = [covers["situation"].get(one.situation, {}) for one in periods]
    nature = visit.nature
    expecting = told.maternity is not None and told.maternity.holds(when)
    if nature != WORK_ACCIDENT and (expecting or any("maternity" in row for row in rows)):
        nature = MATERNITY
    if nature in covers["insurance"]:
        row = covers["insurance"][nature]
        return Cover(row["rate"], row["exemption"], nature)
    if exemption in covers["exemption"]:
        best = _exempted(covers, exemption)
    else:
        best = max(_exempting(covers, visit, periods), key=lambda one: one.rate)
    local = covers["local"]
    if not (told.local_scheme or any("local" in row for row in rows)) or best.insurance == PREVENTION:
        return best
    if best.rate < local["rate"]:
        return Cover(local["rate"], covers["base"]["exemption"], local["insurance"])
    return Cover(best.rate, best.exemption, local["insurance"])


def common_cover(covers: list[Cover]) -> Cover:
    """What an invoice tells of its acts: the nature d'assurance that they have in common, whatever prevention
    is beside it ("" when they have none: `payer_breaches` refuses those), the justification d'exonération
    that all have, else none; the least rate.
    """
    natures = {one.insurance for one in covers}
    if natures != {PREVENTION}:
        natures.discard(PREVENTION)
    exemptions = {one.exemption for one in covers}
    return Cover(
        min(one.rate for one in covers),
        exemptions.pop() if len(exemptions) == 1 else _covers()["base"]["exemption"],
        natures.pop() if len(natures) == 1 else "",
    )


def reason_of(cover: Cover) -> str:
    """Why a cover is not the plain one, in French, with its rate; "" for the plain one."""
    covers = _covers()
    natures = {**covers["insurance"], covers["local"]["insurance"]: covers["local"]}
    exemptions = {**covers["exemption"], covers["ald"]["exemption"]: covers["ald"]}
    labels = [
        rows[code]["label"]
        for rows, code in ((exemptions, cover.exemption), (natures, cover.insurance))
        if code in rows
    ]
    return f"{cover.rate} %, {', '.join(labels)}" if labels else ""


def c2s_of_the_caisse(period: Period = ALWAYS) -> Amc:
    """The complémentaire santé solidaire that the caisse itself manages: it settles both shares."""
    return Amc(_covers()["c2s"]["amc"], management="single", period=period, c2s=True)


def exempting_codes() -> dict[str, str]:
    """The justifications d'exonération that a carer may say, with what each one is, in French."""
    return {code: row["label"] for code, row in _covers()["exemption"].items()}


@cache
def _covers() -> dict[str, Any]:
    return packaged("tournee.billing", "coverage")


def _exempting(covers: dict[str, Any], visit: Visit, periods: list[Coverage]) -> Iterator[Cover]:
    if visit.entitlement.exemption in covers["exemption"]:
        yield _exempted(covers, visit.entitlement.exemption)
    for one in periods:
        row = covers["situation"].get(one.situation, {})
        if "exemption" in row:
            yield _exempted(covers, row["exemption"])
        if visit.exempt and one.ald in covers["ald"]["exempting"]:
            yield Cover(covers["ald"]["rate"], covers["ald"]["exemption"], covers["ald"]["insurance"])
    yield Cover(**covers["base"])


def _exempted(covers: dict[str, Any], code: str) -> Cover:
    row = covers["exemption"][code]
    return Cover(row["rate"], code, row["insurance"])
