"""Digests are under the journal's key: who has the file alone cannot try what they may be of."""

from __future__ import annotations

import gzip
import hashlib
import json
from pathlib import Path

import pytest
from journal_maker import NOW, Maker

from tournee.model import Effect, Outcome, Target
from tournee.store import Cipher, Journal

VECTORS = Path(__file__).parents[1] / "vectors" / "store"
KEY = bytes.fromhex((VECTORS / "journal_6.key").read_text())


def traces(content: bytes) -> list[bytes]:
    """What a file would hold that keeps a plain digest of this content, whole or its start."""
    told = []
    for digest in (
        hashlib.sha256(content).digest(),
        hashlib.md5(content).digest(),
        hashlib.sha1(content).digest(),
    ):
        start = digest[:8]
        told += [start, start.hex().encode(), start.hex().upper().encode()]
    return told


def found_in(path: Path, *contents: bytes) -> list[bytes]:
    data = b"".join(one.read_bytes() for one in path.parent.iterdir() if one.name.startswith(path.name))
    return [trace for content in contents for trace in traces(content) if trace in data]


def test_no_digest_of_what_the_journal_keeps_is_in_its_file(path: Path, make: Maker) -> None:
    day, raw, content, body = b"a day", b"a return", b"its content", b"its body"
    with Journal(path, Cipher(KEY), lambda: NOW, station=0) as journal:
        told = hashlib.sha256(day).hexdigest()
        assert journal.visits.add_day(told, make.ps, "20260302", [b"visit"])
        assert journal.visits.add_day(told, make.ps, "20260302", [b"visit"]) == 1
        make.invoice(journal, "FSE", "DRE")
        file = make.sent_file(journal)
        received = journal.returns.take(raw, "imap")
        assert received is not None
        journal.returns.settle(received, "RSP", "", [], content, body=body)
        lots = [bytes(journal.lots.get(lot).body) for lot in (1, 2)]
        whole = bytes(journal.files.get(file).clear)
    assert found_in(path, day, raw, content, body, *lots, whole) == []


@pytest.fixture
def old(tmp_path: Path) -> Path:
    path = tmp_path / "journal.db"
    path.write_bytes(gzip.decompress((VECTORS / "journal_6.db.gz").read_bytes()))
    return path


def test_a_journal_of_before_is_put_under_its_key_when_it_is_brought_forward(old: Path) -> None:
    kept = json.loads((VECTORS / "journal_6.json").read_text("utf-8"))
    raws = [bytes.fromhex(one["raw"]) for one in kept["returns"]]
    contents = [bytes.fromhex(one["content"]) for one in kept["returns"] if one["content"]]
    clear = [bytes.fromhex(one["clear"]) for one in kept["files"]]
    bodies = [bytes.fromhex(one["body"]) for one in kept["lots"]]
    assert found_in(old, *raws)
    with Journal(old, Cipher(KEY), lambda: NOW, station=0) as journal:
        assert [journal.returns.take(raw, "again") for raw in raws] == [None] * len(raws)
        again = journal.returns.take(b"another letter", "again")
        assert again is not None
        effect = Effect(Target.FILE, Outcome.ACCEPTED, file="000001")
        settled = journal.returns.settle(again, "ARL", "", [effect], contents[0])
        assert settled.effects == ()
        assert [bytes(one.clear) for one in journal.files.find()] == clear
        assert [bytes(one.body) for one in journal.lots.find()] == bodies
        assert journal.health.check() == ()
        assert journal.health.look_wholly() == ()
    assert found_in(old, *raws, *contents, *clear, *bodies) == []


def test_a_digest_under_another_key_is_another(path: Path, tmp_path: Path, make: Maker) -> None:
    kept = []
    for number, key in enumerate((KEY, bytes(32))):
        with Journal(tmp_path / f"{number}.db", Cipher(key), lambda: NOW) as journal:
            make.day(journal)
            kept.append(journal.db.rows("SELECT digest FROM day")[0]["digest"])
    assert len(set(kept)) == 2
