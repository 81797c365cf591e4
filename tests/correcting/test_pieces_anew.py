"""An invoice made anew takes its pieces along; the one it replaces is proved no more (SCOR-9)."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest
from chain import HUGO, Chain, visit
from made_papers import A4, as_jpeg, good_paper

from tournee.app.alerts import alerts
from tournee.app.outbound import close_lots, make_files, send, send_pieces
from tournee.app.pieces.keeping import keep_piece
from tournee.documents.pieces.making import Source
from tournee.emulation.oct import ScenarioRejection
from tournee.exchange.proofs_setting import ProofsSetting

TWO = [{"code": "AMI", "coefficient": 2}]
CLOSED = ScenarioRejection("4102", "DROITS FERMES")
PIECES = {"piece_missing", "piece_refused"}


@pytest.fixture
def proving(chain: Chain) -> Chain:
    chain.office.services = replace(chain.office.services, proofs=ProofsSetting(date(2026, 11, 1)))
    return chain


def prove(chain: Chain, rank: int) -> None:
    one = chain.office.journal.lookup.invoices_of(1)[rank]
    keep_piece(chain.office, [Source(as_jpeg(good_paper(1, A4), 70))], "O", one)


def went(chain: Chain) -> list[tuple[int, bool, str]]:
    """Of each invoice of the visit, by its rank: the piece that left, and what became of it."""
    invoices = chain.office.journal.lookup.invoices_of(1)
    found = chain.office.journal.pieces.of_invoices(invoices)
    return [(invoices.index(one.invoice_id), one.joined, one.state.value) for one in found]


def told(chain: Chain) -> list[str]:
    return [f"{one.kind.value} {one.invoices}" for one in alerts(chain.office) if one.kind.value in PIECES]


def again(chain: Chain) -> None:
    """Bill and send what waits, its pieces beside it."""
    chain.certify()
    with chain._reader() as (reader, ps):
        close_lots(chain.office, reader, ps)
    make_files(chain.office)
    assert [one.error for one in send(chain.office)] == [None, None]
    chain.fetch()


def test_an_invoice_of_a_refused_lot_is_made_anew_with_its_piece(proving: Chain) -> None:
    """SCOR-9: the piece left before its lot was known to be refused, and is taken beside the next one."""
    proving.scenario(refused={HUGO["nir"]: "ACTE INCONNU"})
    proving.bill(visit(HUGO, 1))
    prove(proving, 0)
    send_pieces(proving.office)
    proving.fetch()
    assert went(proving) == [(0, True, "refused")]
    proving.correct("moreau", actes=TWO)
    assert (send_pieces(proving.office), told(proving)) == ([], [])
    proving.scenario(refused={})
    again(proving)
    assert went(proving) == [(0, True, "refused"), (1, True, "accepted")]
    assert told(proving) == []


def test_nothing_is_sent_for_an_invoice_that_another_replaces(proving: Chain) -> None:
    """SCOR-9: payment refused, then put right; the piece that came after goes with the new one alone."""
    proving.scenario(rejected={HUGO["nir"]: CLOSED})
    proving.bill(visit(HUGO, 1))
    proving.fetch()
    assert len(told(proving)) == 1
    proving.correct("moreau", actes=TWO)
    assert told(proving) == []
    prove(proving, 0)
    assert send_pieces(proving.office) == []
    proving.scenario(rejected={})
    again(proving)
    assert went(proving) == [(1, True, "accepted")]
    assert told(proving) == []
