"""Every scripted fault of a card ends in its code within its bounded wait, and leaves the slot usable."""

from pathlib import Path

import pytest
import reader_sheets as sheets
from reader_bench import Bench

from sesam import codes
from tournee.emulation.cards import Fault, load_card

VECTORS = Path(__file__).parents[1] / "vectors" / "reader" / "card_faults.txt"
ROWS = [
    [part.strip() for part in line.split("|")]
    for line in VECTORS.read_text().splitlines()
    if line.strip() and not line.startswith("#")
]
NAMES = {"ps": "infirmiere", "vitale": "moreau"}


def outcome(bench, slot, request):
    """What the reader says: a status, 0 when it did as asked; each request from the first it needs."""
    if request == "zone":
        return refused(bench, "READ_PS_CARD" if slot == "ps" else "READ_VITALE", part=0, offset=0)
    if request == "unlock":
        return refused(bench, "UNLOCK", code=b"1234")
    status = refused(bench, "CERTIFY", what=1, kind=1, mode=3)
    if not status:
        invoice = sheets.invoice(1)
        status = refused(bench, "RECORDS", first=0, data=invoice)
        status = status or refused(bench, "SIGN", invoices=1, total=sheets.FEE)
    return status


def refused(bench, name, **values):
    answer = bench.answer(name, **values)
    return answer.values.get("status", 0)


@pytest.mark.parametrize(("fault", "slot", "request_", "code", "wait_ms"), ROWS)
def test_fault_ends_in_its_code_in_time_and_the_slot_goes_on(fault, slot, request_, code, wait_ms):
    cards = {name: load_card(NAMES[name]) for name in NAMES}
    bench = Bench(cards["ps"], cards["vitale"])
    if request_ == "invoice":
        bench.ask("UNLOCK", code=b"1234")
    cards[slot].fail(Fault.from_text(fault))
    before = bench.clock()
    status = outcome(bench, slot, request_)
    assert f"{status:04X}" == f"{getattr(codes, code):04X}"
    assert bench.clock() - before <= int(wait_ms)

    if code == "CARD_REMOVED":
        bench.slots[list(NAMES).index(slot)].insert(cards[slot])
    bench.ask("UNLOCK", code=b"1234")
    assert outcome(bench, slot, request_) == 0
