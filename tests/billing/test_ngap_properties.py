"""What holds for every day made of real acts, whatever the files that tell it (`tournee visit price`)."""

from __future__ import annotations

import tempfile
from collections import Counter
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from hypothesis import Phase, given, settings
from hypothesis import strategies as st
from ngap_examples import DAY, carer_day, write_day
from visit_price import refusals, rules, visit_price, visits

from tournee.billing.rules.catalogue import CATALOGUE

PEOPLE = ["yvonne", "robert", "lucien", "hugo"]
HOURS = ["06:30", "08:15", "09:40", "12:05", "15:30", "18:20", "20:45", "23:10"]
BILLED = settings(max_examples=40, derandomize=True, phases=[Phase.generate])  # bounded: none is shrunk

AMI = [
    *(
        {"code": "AMI", "coefficient": coefficient}
        for coefficient in (1, 1.2, 1.5, 2, 2.02, 2.4, 2.8, 3, 3.9)
    ),
    *({"code": "AMI", "coefficient": coefficient} for coefficient in (4, 4.1, 5, 5.8, 9, 11, 14)),
    {"acte": "prise de sang"},
    {"acte": "injection d’insuline"},
    {"acte": "surveillance du diabétique sous insuline, séance"},
    {"acte": "pansement lourd : escarre profonde"},
    {"acte": "retrait de sonde urinaire"},
    {"code": "AMI", "coefficient": 1, "derogation": "5bis"},
]
NURSE = [
    *AMI,
    *({"code": code} for code in ("BSA", "BSB", "MAU", "MCI", "MIE", "TLS")),
    {"code": "DI", "coefficient": 1.2},
    {"code": "AMX", "acte": "prise de sang"},
    {"code": "AMX", "acte": "injection d’insuline"},
    {"code": "AMX", "coefficient": 2.02},
]
SESSIONS = [
    ("RAM", 8.11),
    ("RAM", 8.09),
    ("VIM", 8.11),
    ("TER", 9.79),
    ("NMI", 9),
    ("NMI", 11.01),
    ("ARL", 8),
]
SESSIONS += [("ARL", 8.49), ("ARL", 10), ("RAV", 8), ("RPE", 8.5), ("PLL", 12), ("RPB", 8), ("RSC", 8.09)]
SUPPLEMENTS = [("RAV", 1), ("AMK", 2.5), ("AMK", 3.5), ("AMK", 10.7), ("AMK", 10.8), ("AMK", 8.5)]
PHYSIOTHERAPIST = [{"code": letter, "coefficient": number} for letter, number in SESSIONS + SUPPLEMENTS]


@dataclass(frozen=True)
class Cares:
    """What one carer may note."""

    carer: str
    acts: list[dict[str, Any]]
    travels: list[str]


CARES = [
    Cares("nurse", NURSE, ["IFA", "IFI"]),
    Cares("nurse 974", NURSE, ["IFA", "IFI"]),
    Cares("physiotherapist", PHYSIOTHERAPIST, ["IFD", "IFS"]),
]


@st.composite
def travels(draw: st.DrawFn, cares: Cares) -> dict[str, Any]:
    travel: dict[str, Any] = {"indemnite": draw(st.sampled_from(cares.travels))}
    if draw(st.booleans()):
        travel["kilometres"] = draw(st.sampled_from([3, 12, 41, 180, 310]))
        travel["terrain"] = draw(st.sampled_from(["plaine", "montagne", "pied"]))
    return travel


@st.composite
def passages(draw: st.DrawFn, cares: Cares, hours: list[str]) -> dict[str, Any]:
    """What was done at an hour that no other passage of the day has."""
    passage: dict[str, Any] = {
        "heure": hours.pop(),
        "actes": draw(st.lists(st.sampled_from(cares.acts), min_size=1, max_size=3)),
    }
    if draw(st.booleans()):
        passage["deplacement"] = draw(travels(cares))
    if draw(st.integers(0, 5)) == 0:
        passage["majoration"] = "N"
    if draw(st.integers(0, 2)) == 0:
        passage["foyer"] = "rue des Lilas"
    return passage


@st.composite
def days(draw: st.DrawFn) -> tuple[Cares, list[dict[str, Any]]]:
    """A carer, and up to four visits of a day."""
    cares = draw(st.sampled_from(CARES))
    hours = draw(st.permutations(HOURS)).copy()
    told = []
    for _ in range(draw(st.integers(1, 4))):
        visit: dict[str, Any] = {
            "who": draw(st.sampled_from(PEOPLE)),
            "prescription": {"date": date(2026, 11, draw(st.sampled_from([2, 5]))), "domicile": True},
        }
        if draw(st.booleans()):
            visit["bilan"] = date(2026, 3, 2)
        if draw(st.booleans()):
            visit |= draw(passages(cares, hours))
        else:
            visit["passage"] = [draw(passages(cares, hours)) for _ in range(draw(st.integers(1, 2)))]
        told.append(visit)
    return cares, told


Files = list[tuple[str, list[int]]]  # the format of each file, and which visits it tells, in its order


@st.composite
def files_of(draw: st.DrawFn, count: int) -> Files:
    """A way to tell that many visits in files."""
    order = draw(st.permutations(range(count)))
    cuts = sorted(draw(st.sets(st.integers(1, count - 1)))) if count > 1 else []
    bounds = zip([0, *cuts], [*cuts, count], strict=True)
    return [(draw(st.sampled_from(["toml", "json"])), order[first:last]) for first, last in bounds]


def cents(visit: dict[str, Any]) -> Any:
    """Every cent of a visit, in an order of its own."""
    keys = ("date", "time", "code", "coefficient", "rate", "km", "band", "cents")
    shares = [visit[key] for key in ("total_cents", "amo_cents", "amc_cents", "patient_cents")]
    return sorted(tuple(str(line[key]) for key in keys) for line in visit["lines"]), shares


def answer(cares: Cares, told: list[dict[str, Any]], files: Files) -> tuple[dict[str, Any], list[Any]]:
    """The command's answer for a day told in these files, and the cents of each visit."""
    with tempfile.TemporaryDirectory() as folder:
        paths = []
        for number, (suffix, chosen) in enumerate(files):
            paths.append(Path(folder) / f"{number}.{suffix}")
            write_day(paths[-1], carer_day(cares.carer, DAY, *(told[index] for index in chosen)))
        status, answer = visit_price(*paths)
    assert status == (5 if refusals(answer) else 0)
    found = dict(
        zip((index for _, chosen in files for index in chosen), map(cents, visits(answer)), strict=True)
    )
    return answer, [found[index] for index in range(len(told))]


def said(answer: dict[str, Any]) -> Counter[tuple[str, str]]:
    """How often each rule refuses and remarks; a price that is not sure lowers no total."""
    told = [
        (kind, one["rule"])
        for visit in visits(answer)
        for kind in ("refusals", "remarks")
        for one in visit[kind]
    ]
    return Counter((kind, rule) for kind, rule in told if rule != "tarif")


def as_one(count: int) -> Files:
    return [("toml", list(range(count)))]


@BILLED
@given(days(), st.data())
def test_files_order_and_format_change_no_cent_and_no_verdict(
    day: tuple[Cares, list[dict[str, Any]]], data: st.DataObject
) -> None:
    cares, told = day
    expected, cents_expected = answer(cares, told, as_one(len(told)))
    found, cents_found = answer(cares, told, data.draw(files_of(len(told))))
    assert cents_found == cents_expected
    assert rules(refusals(found)) == rules(refusals(expected))


@BILLED
@given(days(), st.data())
def test_an_act_more_lowers_no_total_unless_a_rule_says_so(
    day: tuple[Cares, list[dict[str, Any]]], data: st.DataObject
) -> None:
    cares, told = day
    before, _ = answer(cares, told, as_one(len(told)))
    passage = data.draw(st.sampled_from(told))
    passage = data.draw(st.sampled_from(passage["passage"])) if "passage" in passage else passage
    passage["actes"] = [*passage["actes"], data.draw(st.sampled_from(cares.acts))]
    after, _ = answer(cares, told, as_one(len(told)))
    if after["total_cents"] < before["total_cents"]:
        assert said(after) - said(before)


@BILLED
@given(days())
def test_every_refusal_and_remark_names_a_rule(day: tuple[Cares, list[dict[str, Any]]]) -> None:
    cares, told = day
    found, _ = answer(cares, told, as_one(len(told)))
    named = rules(refusals(found)) | {rule for visit in visits(found) for rule in rules(visit["remarks"])}
    assert named <= set(CATALOGUE)
