"""Every scripted fault of a card ends in its code within its bounded wait, and leaves the slot usable."""

from pathlib import Path

import pytest
import reader_sheets as sheets
from reader_bench import Bench

from sesam import codes
from tournee.emulation.cards import Fault, VirtualCard, load_card
from tournee.emulation.cards.applications.cps import ATR_CPS3
from tournee.emulation.cards.line.style import Style

VECTORS = Path(__file__).parents[1] / "vectors" / "reader" / "card_faults.txt"
ROWS = [
    [part.strip() for part in line.split("|")]
    for line in VECTORS.read_text().splitlines()
    if line.strip() and not line.startswith("#")
]
NAMES = {"ps": "infirmiere", "ps4": "infirmiere-cps4", "vitale": "moreau"}
OTHERS = {"ps": "kine", "ps4": "kine", "vitale": "lambert"}  # what the card is swapped for
ISSUERS = {"ps": b"756000121", "ps4": b"136000411"}


def outcome(bench, slot, ps, request):
    """What the reader says: a status, 0 when it did as asked; each request from the first it needs."""
    if request == "zone":
        return refused(bench, "READ_VITALE" if slot == "vitale" else "READ_PS_CARD", part=0, offset=0)
    if request == "unlock":
        return refused(bench, "UNLOCK", code=b"1234")
    status = refused(bench, "CERTIFY", what=1, kind=1, mode=3)
    if not status:
        invoice = sheets.invoice(1).replace(sheets.ISSUER.encode(), ISSUERS[ps])
        status = refused(bench, "RECORDS", first=0, data=invoice)
        if request == "swap":
            bench.slots[slot == "vitale"].insert(load_card(OTHERS[slot]))
        status = status or refused(bench, "SIGN", invoices=1, total=sheets.FEE)
    return status


def refused(bench, name, **values):
    answer = bench.answer(name, **values)
    return answer.values.get("status", 0)


def test_table_holds_more_than_forty_faults_of_each_protocol():
    assert sum(slot == "ps4" for _, slot, _, _, _ in ROWS) >= 40
    assert sum(slot != "ps4" for _, slot, _, _, _ in ROWS) >= 40


@pytest.mark.parametrize(
    ("fault", "slot", "request_", "code", "wait_ms"), ROWS, ids=[f"{row[1]} {row[0]}" for row in ROWS]
)
def test_fault_ends_in_its_code_in_time_and_the_slot_goes_on(fault, slot, request_, code, wait_ms):
    ps = "ps4" if slot == "ps4" else "ps"
    bench = Bench(load_card(NAMES[ps]), load_card(NAMES["vitale"]))
    card_slot = bench.slots[slot == "vitale"]
    if request_ in ("invoice", "swap"):
        bench.ask("UNLOCK", code=b"1234")
    if fault != "-":
        card_slot.card.fail(Fault.from_text(fault))
    before = bench.clock()
    status = outcome(bench, slot, ps, request_)
    assert f"{status:04X}" == f"{getattr(codes, code):04X}"
    assert bench.clock() - before <= int(wait_ms)

    again = "invoice" if request_ == "swap" else request_
    if code != "CARD_REMOVED" and "lasting" not in fault:
        bench.ask("UNLOCK", code=b"1234")
        assert outcome(bench, slot, ps, again) == 0
    card_slot.insert(load_card(NAMES[slot]))
    bench.ask("UNLOCK", code=b"1234")
    assert outcome(bench, slot, ps, again) == 0


def test_card_that_asks_for_time_at_every_command_has_150_s_for_all_of_one_request():
    card = load_card("infirmiere")
    style = Style(nulls=15, null_ms=1000, chunk=32)  # each command in time, and far more of them
    slow = VirtualCard(card.name, ATR_CPS3, card.application, style=style)
    bench = Bench(slow, "moreau")
    assert refused(bench, "READ_PS_CARD", part=1, offset=0) == codes.CARD_SILENT
    assert bench.clock() == 150_000
    bench.slots[0].insert(load_card("infirmiere"))
    assert refused(bench, "READ_PS_CARD", part=1, offset=0) == 0
