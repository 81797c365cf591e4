"""A refused lot put right with the real reader, and taken by the emulated OCT the second time."""

from __future__ import annotations

from dataclasses import replace

import pytest
from days import CODE
from life import office_of
from surroundings import Surroundings
from test_sending import make_one_file

from tournee.app.alerts import alerts
from tournee.app.cards import read_ps, read_vitale, unlock
from tournee.app.certify import certify_visit, pending_visits
from tournee.app.context import Office
from tournee.app.inbound import fetch
from tournee.app.outbound import close_lots, make_files, send
from tournee.app.remaking import remake_lot
from tournee.errors import StoreError
from tournee.model import Effect, Outcome, Target
from tournee.reader import Reader
from tournee.store import LotState, MessageDraft, SheetState

STAMP = "2026111619300099999"
REFUSED = Effect(Target.LOT, Outcome.REFUSED, code="0102", label="CERTIFICAT DU LOT")


def refuse(office: Office, *effects: Effect) -> None:
    """The file left, and these are the words of a first OCT that nobody else knows of."""
    journal = office.journal
    draft = MessageDraft(f"SV140700/0/{STAMP}/00001", STAMP, b"gone")
    journal.messages.make(1, office.route.name, lambda counter: replace(draft, **stamped(counter)))
    journal.messages.transmitting(1)
    journal.messages.sent(1)
    received = journal.returns.take(b"ARL", "oct 1")
    assert received is not None
    journal.returns.settle(received, "ARL", "ARL", effects)


def stamped(counter: int) -> dict[str, str]:
    stamp = f"{STAMP[:14]}{counter:05}"
    return {"compostage": stamp, "subject": f"SV140700/0/{stamp}/00001"}


def test_a_refused_lot_goes_again_and_is_taken(surroundings: Surroundings) -> None:
    """OCT-RET-2: every sheet is signed once, the new lots anew; what the ARL blames gets a new invoice."""
    with office_of(surroundings.journal, surroundings.world.route()) as office:
        make_one_file(office, surroundings)
        lots = office.journal.lots.find()
        sheets = [[office.journal.invoices.sheet(one).invoice for one in lot.sheet_ids] for lot in lots]
        assert sheets == [["000000001"], ["000000002"], ["000000001"]]
        refuse(
            office,
            *(replace(REFUSED, lot=lots[at].number) for at in (0, 2)),
            replace(REFUSED, lot=lots[1].number, code="0103", invoice="000000002"),
        )
        assert len(alerts(office)) == 3
        signatures = surroundings.signatures()
        assert remake_lot(office, "1").as_they_are == ("000000001",)
        assert remake_lot(office, "2").anew == ("000000002",)
        assert remake_lot(office, "003").as_they_are == ("000000001",)
        assert alerts(office) == []
        with Reader.open(surroundings.board.link_url) as reader:
            ps = read_ps(reader)
            unlock(reader, lambda: CODE)
            vitale = read_vitale(office, reader)
            for row, visit in pending_visits(office, ps):
                certify_visit(office, reader, ps, vitale, row, visit)
            close_lots(office, reader, ps)
        assert surroundings.signatures() == {**signatures, "ps": signatures["ps"] + 1 + 3}
        make_files(office)
        send(office)
        fetch(office)
        links = [(lot.number, lot.remakes, lot.remade_in) for lot in office.journal.lots.find()]
        assert {number: (old, new) for number, old, new in links if old or new} == {
            "001": ((), ("004",)),
            "003": ((), ("006",)),
            "004": (("001",), ()),
            "006": (("003",), ()),
        }
        assert {lot.state for lot in office.journal.lots.find()[3:]} == {LotState.ACKNOWLEDGED}
        rows = [row for row in office.journal.overview()[::-1] if row.counts]
        assert [(row.number, row.replaces) for row in rows] == [("000000001", ""), ("000000003", "000000002")]
        assert not {SheetState.REFUSED, SheetState.SENT} & {state for row in rows for state in row.states}


def test_an_invoice_at_fault_that_nobody_names_is_asked_for(surroundings: Surroundings) -> None:
    with office_of(surroundings.journal, surroundings.world.route()) as office:
        make_one_file(office, surroundings)
        refuse(office, replace(REFUSED, lot="002", code="0103"))
        with pytest.raises(StoreError, match="que l’ARL ne nomme pas"):
            remake_lot(office, "2")
        with pytest.raises(StoreError, match="Aucun lot 003 n’est refusé"):
            remake_lot(office, "3")
        assert remake_lot(office, "2", all_invoices=True).anew == ("000000002",)
