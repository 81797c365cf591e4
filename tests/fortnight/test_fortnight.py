"""At the end of the fortnight nothing was billed twice, no number came twice, and every cent is somewhere."""

from __future__ import annotations

from collections import Counter, defaultdict

import pytest
from ledger import Ledger
from story import Lived

TYPED = 84_000
"""Bytes that both carers type in the fortnight at most, day files, commands and codes together: some 200
visits and 370 commands. It only ever becomes less.
"""


@pytest.fixture(scope="module")
def ledger(fortnight: Lived) -> Ledger:
    return Ledger(fortnight.stage.directory)


def test_everything_went_as_the_story_has_it(fortnight: Lived) -> None:
    assert "\n".join(fortnight.wrong) == ""


def test_no_stamp_and_no_file_name_leaves_twice(ledger: Ledger) -> None:
    assert [stamp for stamp, times in Counter(file.stamp for file in ledger.files).items() if times > 1] == []
    contents = defaultdict(set)
    for file in ledger.files:
        contents[file.ps, file.name].add(file.content)
    assert {name for name, found in contents.items() if len(found) > 1} == set()


def test_no_lot_number_of_a_day_is_given_twice(ledger: Ledger) -> None:
    where = defaultdict(set)
    for file in ledger.files:
        for lot in file.lots:
            where[file.ps, *lot].add(file.name)
    assert {lot for lot, files in where.items() if len(files) > 1} == set()


def test_an_invoice_number_stands_for_the_same_care_wherever_it_is_met(ledger: Ledger) -> None:
    bodies = defaultdict(set)
    for one in ledger.invoices:
        bodies[one.ps, one.number, one.kind].add(one.body)
    assert {number for number, found in bodies.items() if len(found) > 1} == set()


def test_every_sheet_is_signed_and_sealed_as_its_mode_wants(ledger: Ledger) -> None:
    signatures = {"01": 4, "02": 8, "03": 8, "04": 8, "05": 4}
    assert {one.number for one in ledger.invoices if one.sevens != signatures[one.mode]} == set()


def test_no_care_is_taken_twice_by_the_insurers(fortnight: Lived, ledger: Ledger) -> None:
    given = Counter((nir, f"{day:%y%m%d}") for nir, day, _ in fortnight.given)
    live: Counter[tuple[str, str]] = Counter()
    for number, sheets in ledger.taken.items():
        if number not in ledger.refused and number[1] not in given_back(fortnight):
            live.update({(sheets[0].nir, day) for day in {act.date for act in sheets[0].acts}})
    assert {care: (times, given[care]) for care, times in live.items() if times > given[care]} == {}


def test_no_insurer_pays_more_than_was_asked(ledger: Ledger) -> None:
    over = {}
    for number, paid in ledger.paid.items():
        asked = max(one.asked for one in ledger.taken[number])
        if paid > asked:
            over[number] = (paid, asked)
    assert over == {}


def test_every_cent_asked_is_paid_or_named_to_the_carer(fortnight: Lived, ledger: Ledger) -> None:
    named = named_by_the_tablets(fortnight)
    lost = {}
    for number, sheets in ledger.taken.items():
        asked = max(one.asked for one in sheets)
        if asked != ledger.paid.get(number, 0) and number not in named:
            lost[number] = (asked, ledger.paid.get(number, 0))
    assert lost == {}


def test_the_tablets_say_what_the_returns_paid(fortnight: Lived, ledger: Ledger) -> None:
    told: dict[tuple[str, str], int] = defaultdict(int)
    for row in rows(fortnight):
        told[row["ps"], row["number"]] += row["paid"]
    assert {number: paid for number, paid in told.items() if paid} == {
        number: paid for number, paid in ledger.paid.items() if paid and number in told
    }


def test_the_register_of_the_oct_knows_the_same_files(fortnight: Lived, ledger: Ledger) -> None:
    stamps = defaultdict(set)
    for file in ledger.files:
        stamps[file.ps.zfill(14), file.name].add(file.stamp)
    known = fortnight.stage.world.oct.known_files
    assert {name: stamp for name, stamp in known.items() if stamp not in stamps[name]} == {}
    assert {(file, ps) for (ps, file) in known} == {
        (one.file, one.ps.zfill(14)) for one in ledger.acknowledged if one.taken
    }


def test_the_register_of_the_oct_took_the_same_invoices(fortnight: Lived, ledger: Ledger) -> None:
    taken = {
        (ps.zfill(14), number, one.kind) for (ps, number), found in ledger.taken.items() for one in found
    }
    assert fortnight.stage.world.oct.known_invoices == taken


def test_what_is_typed_is_measured(fortnight: Lived) -> None:
    assert fortnight.stage.bytes_typed <= TYPED


def given_back(lived: Lived) -> set[str]:
    """Invoices that the insurer cancelled by word of mouth: what it had paid was given back."""
    cancelled = [done.line for done in lived.stage.typed if done.line.startswith("invoice cancelled ")]
    return {line.split()[2] for line in cancelled if "--rendu" in line}


def rows(lived: Lived) -> list[dict[str, object]]:
    """Every invoice of every tablet that is still there."""
    at_hand = [name for name, tablet in lived.stage.tablets.items() if not tablet.lost]
    return [row for name in at_hand for row in lived.stage.look(name, "status --all")["invoices"]]


OPEN = (
    "sent",
    "acknowledged",
    "in_lot",
    "certified",
    "refused",
    "payment_refused",
    "partly_paid",
    "written_off",
)


def named_by_the_tablets(lived: Lived) -> set[tuple[str, str]]:
    """The invoices that a tablet shows as waiting, refused or written off, or that an alert names."""
    found = {(row["ps"], row["number"]) for row in rows(lived) if row["state"] in OPEN}
    for name, tablet in lived.stage.tablets.items():
        if not tablet.lost:
            for alert in lived.stage.look(name, "alerts")["alerts"]:
                found |= {(alert["ps"], number) for number in alert["invoices"]}
                words = alert["about"].replace(",", " ").split()
                found |= {(alert["ps"], word) for word in words if word.isdigit() and len(word) == 9}
    return found
