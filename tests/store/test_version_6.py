"""A journal made by the version before (schema 6) is brought forward without loss; the version before opens
none of ours.

`journal_6.db.gz` was made by that version with the fictitious key `journal_6.key`, something in every state,
cut in pieces of 4,096 bytes; `journal_6.json` is all that it said of it then.
"""

import gzip
import json
from datetime import datetime
from enum import Enum
from pathlib import Path

import pytest

from tournee.errors import StoreError
from tournee.model import Effect
from tournee.store import Cipher, Journal, MessageState, SheetState, VisitFacts
from tournee.store.opening import SCHEMA

VECTORS = Path(__file__).parents[1] / "vectors" / "store"
KEY = bytes.fromhex((VECTORS / "journal_6.key").read_text())
NOW = datetime(2026, 3, 3, 9, 0)
KEPT = json.loads((VECTORS / "journal_6.json").read_text("utf-8"))


@pytest.fixture(scope="module")
def old(tmp_path_factory):
    """The old journal's file, still as it was."""
    path = tmp_path_factory.mktemp("old") / "journal.db"
    path.write_bytes(gzip.decompress((VECTORS / "journal_6.db.gz").read_bytes()))
    return path


@pytest.fixture(scope="module")
def journal(old):
    with Journal(old, Cipher(KEY), lambda: NOW, station=0) as opened:
        yield opened


def plain(value):
    if isinstance(value, Enum):
        return value.value
    if isinstance(value, bytes):
        return value.hex()
    return [plain(one) for one in value] if isinstance(value, tuple | list) else value


def told(rows, kept):
    """What rows say of all that the old version said of them: a return's digest is the journal's own since,
    under its key.
    """
    pairs = zip(rows, kept, strict=True)
    return [{name: plain(getattr(row, name)) for name in old if name != "digest"} for row, old in pairs]


@pytest.mark.parametrize(
    "thing, read",
    [
        ("visits", lambda journal: journal.visits.find()),
        ("sheets", lambda journal: journal.invoices.sheets()),
        ("invoices", lambda journal: journal.invoices.get_all(range(1, 13))),
        ("lots", lambda journal: journal.lots.find()),
        ("files", lambda journal: journal.files.find()),
        ("messages", lambda journal: journal.messages.find()),
        ("returns", lambda journal: journal.returns.find()),
        ("history", lambda journal: journal.history.find()),
        ("overview", lambda journal: journal.overview()[::-1]),
        ("increments", lambda journal: journal.opposition.increments()),
    ],
)
def test_everything_that_the_old_journal_said_the_new_one_says(journal, thing, read):
    kept = [{name: value for name, value in one.items() if name != "digest"} for one in KEPT[thing]]
    for one in kept:
        if one.get("subject") == "visit":  # by its number in the journal since, by its rank in the day before
            one["name"] = f"visite {one['subject_id']} du {one['name'].split(' du ')[1]}"
    assert told(read(journal), KEPT[thing]) == kept


def test_effects_and_payments_are_all_there(journal):
    effects = [row for received in range(1, 7) for row in journal.effects.of_return(received)]
    said = [
        {
            "return_id": row.return_id,
            "applied": row.applied,
            "note": row.note,
            "effect": json.loads(row.effect.as_json()),
        }
        for row in effects
    ]
    texts = dict.fromkeys(("reference", "stamp", "digest", "taken_under"), "")
    since = {**texts, "moved": 0, "franchise": 0, "elsewhere": False, "piece": 0}  # what it did not tell then
    assert [{**one, "effect": {**one["effect"], **since}} for one in KEPT["effects"]] == said
    sheets = [sheet["id"] for sheet in KEPT["sheets"]]
    payments = [payment for sheet in sheets for payment in journal.payments.of_sheet(sheet)]
    assert told(payments, KEPT["payments"]) == KEPT["payments"]


def test_what_waits_waits_still_and_the_last_request_is_known(journal):
    views = journal.waiting
    waiting = [*views.lots_without_arl(), *views.files_not_sent(), *views.lots_not_put_right()]
    assert told(waiting, KEPT["waiting"]) == KEPT["waiting"]
    assert told([journal.opposition.last_request()], [KEPT["last_request"]]) == [KEPT["last_request"]]


def test_effects_of_an_old_journal_have_their_code_in_clear(journal):
    rows = journal.db.rows("SELECT outcome, code, share, level FROM effect ORDER BY id")
    kept = [one["effect"] for one in KEPT["effects"]]
    assert [tuple(row.values()) for row in rows] == [
        (one["outcome"], one["code"], one["share"], one["level"]) for one in kept
    ]
    assert {Effect.from_json(json.dumps(one).encode()).outcome.value for one in kept} >= {"paid", "rejected"}


def test_an_old_journal_holds_together_and_lives_on(old, tmp_path):
    path = tmp_path / "journal.db"
    path.write_bytes(gzip.decompress((VECTORS / "journal_6.db.gz").read_bytes()))
    with Journal(path, Cipher(KEY), lambda: NOW, station=0) as journal:
        assert journal.health.check() == ()
        (left,) = journal.messages.find(MessageState.TRANSMITTING)
        assert journal.messages.recover() == (left.id,)  # it has no lease
        (pending,) = [row for row in journal.visits.find() if row.date == "20260302"]
        assert pending.invoice_id is None
        paid = [sheet.invoice for sheet in journal.invoices.sheets(SheetState.PAID)]
        assert paid == ["000000001"]


def test_another_key_brings_nothing_forward(tmp_path):
    path = tmp_path / "journal.db"
    path.write_bytes(gzip.decompress((VECTORS / "journal_6.db.gz").read_bytes()))
    before = path.read_bytes()
    with pytest.raises(StoreError, match="La clé ne correspond pas"):
        Journal(path, Cipher(bytes(32)), lambda: NOW)
    assert path.read_bytes() == before


def test_nothing_older_opens_a_journal_brought_forward(journal, old, tmp_path):
    """What an older version does: its migrations end before."""
    schema = tmp_path / "schema"
    schema.mkdir()
    for script in sorted(SCHEMA.glob("*.sql"))[:6]:
        (schema / script.name).write_bytes(script.read_bytes())
    journal.db.write("PRAGMA wal_checkpoint(TRUNCATE)")
    with pytest.raises(StoreError, match="version plus récente"):
        Journal(old, Cipher(KEY), lambda: NOW, schema=schema)


def test_visits_of_an_old_journal_are_known_once_they_are_asked_for(tmp_path):
    path = tmp_path / "journal.db"
    path.write_bytes(gzip.decompress((VECTORS / "journal_6.db.gz").read_bytes()))
    days = {bytes.fromhex(visit["payload"]): visit["date"] for visit in KEPT["visits"]}

    def facts_of(payload):
        return VisitFacts("2550699999001", days[payload], days[payload], b"facts of " + payload)

    with Journal(path, Cipher(KEY), lambda: NOW, station=0, facts_of=facts_of) as journal:
        rows = journal.known.of_person("2550699999001", "20260101", "20261231")
        assert journal.health.check() == ()
    assert {row.id: (row.state.value, row.invoice_id) for row in rows} == {
        visit["id"]: (visit["state"], visit["invoice_id"]) for visit in KEPT["visits"]
    }
    assert [row.facts for row in rows] == [
        b"facts of " + bytes.fromhex(visit["payload"]) for visit in KEPT["visits"]
    ]
