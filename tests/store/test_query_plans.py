"""What is asked for something uses an index: no question that names what it looks for reads a whole table.

Plans do not hang on how much a journal holds, so that an empty one tells them.
"""

import pytest

from tournee.store import LotState, MessageState, ReturnState, SheetState, VisitState

ASKED = {
    "invoices of a state": lambda journal: journal.overview(states=[SheetState.REFUSED], limit=20),
    "invoices of a professional": lambda journal: journal.overview(ps="756000014", limit=20),
    "invoices since": lambda journal: journal.overview(since="20260301", with_open=True, limit=20),
    "sheets of a state": lambda journal: journal.invoices.sheets(SheetState.CERTIFIED, "756000014"),
    "visits of a state": lambda journal: journal.visits.find(VisitState.PENDING, newest_first=True, limit=20),
    "visits since": lambda journal: journal.visits.find(since="20260301", newest_first=True, limit=20),
    "visits of a professional": lambda journal: journal.visits.find(ps="756000014", limit=20),
    "lots of a state": lambda journal: journal.lots.find(LotState.MADE, "756000014"),
    "messages of a state": lambda journal: journal.messages.find(MessageState.UNCERTAIN),
    "messages to recover": lambda journal: journal.messages.recover(),
    "returns of a state": lambda journal: journal.returns.find(ReturnState.QUARANTINED, newest_first=True),
    "effects without a match": lambda journal: journal.effects.unmatched(),
    "lots without their ARL": lambda journal: journal.waiting.lots_without_arl(),
    "files not sent": lambda journal: journal.waiting.files_not_sent(),
    "lots refused": lambda journal: journal.waiting.lots_not_put_right(),
    "visits of a person": lambda journal: journal.known.of_person("2550699999001", "20250301", "20260301"),
    "visits of a carer's day": lambda journal: journal.known.of_carer("756000014", "20260301", "20260301"),
    "a visit by its reference": lambda journal: journal.known.by_reference("756000014", "reference"),
    "visits by their content": lambda journal: journal.known.by_content("756000014", b"content"),
    "a file paid already": lambda journal: journal.waiting.paid_already(1),
}
WHOLE = ("SCAN", "history_subject (subject=?)")  # a table, or all that ever happened to one kind of thing
ALREADY_FEW = ("effect_unmatched",)  # an index that holds nothing but what is meant


@pytest.mark.parametrize("asked", ASKED)
def test_what_is_looked_for_is_found_by_an_index(journal, asked):
    queries = []
    journal.db._connection.set_trace_callback(queries.append)
    ASKED[asked](journal)
    journal.db._connection.set_trace_callback(None)
    selects = [query for query in queries if query.startswith(("SELECT", "WITH"))]
    assert selects
    steps = [
        str(row["detail"]) for query in selects for row in journal.db.rows(f"EXPLAIN QUERY PLAN {query}")
    ]
    assert [
        step
        for step in steps
        if any(word in step for word in WHOLE) and not any(index in step for index in ALREADY_FEW)
    ] == []
