"""What is long, kept in chunks: whole or refused, never a chunk less, more or out of place."""

import pytest

from tournee.errors import StoreError
from tournee.store import MessageDraft
from tournee.store.content import CHUNK, recut

SIZES = [128, CHUNK - 128, CHUNK, CHUNK + 128, 3 * CHUNK, 3 * CHUNK + 128]


@pytest.fixture
def file(journal, make):
    make.invoice(journal)
    make.certified_lot(journal)
    return make.made_file(journal)


@pytest.fixture
def keep(journal, make, file):
    """Keeps a message of so many bytes, each chunk of its own letter; gives its row and bytes."""

    def keeper(size, cut=0):
        raw = b"".join(bytes([65 + rank]) * CHUNK for rank in range(4))[:size]
        given = [raw[at : at + cut] for at in range(0, size, cut)] if cut else raw

        def build(counter):
            draft = make.message()(counter)
            return MessageDraft(draft.subject, draft.compostage, given)

        return journal.messages.get(journal.messages.make(file, "oct", build)), raw

    return keeper


@pytest.mark.parametrize("size", SIZES)
def test_what_is_kept_is_given_back_whole_and_in_chunks(keep, size):
    row, raw = keep(size)
    assert (row.raw, row.content.size) == (raw, size)
    assert [len(chunk) for chunk in row.content][:-1] == [CHUNK] * ((size - 1) // CHUNK)
    assert b"".join(row.content) == b"".join(row.content) == raw


@pytest.mark.parametrize("cut", [1000, CHUNK - 1, CHUNK, CHUNK + 1, 5 * CHUNK])
def test_bytes_given_in_any_chunks_are_kept_alike(keep, cut):
    row, raw = keep(3 * CHUNK + 128, cut)
    assert row.raw == raw


@pytest.mark.parametrize("size", [0, 1, CHUNK, CHUNK + 1, 2 * CHUNK])
def test_chunks_cut_again_are_the_same_bytes_and_none_is_empty_but_of_nothing(size):
    chunks = list(recut(bytes(size)))
    assert b"".join(chunks) == bytes(size)
    assert [len(chunk) for chunk in chunks if not chunk] == ([] if size else [0])


@pytest.mark.parametrize(
    "harm",
    [
        "DELETE FROM sealed_chunk WHERE rank = 3",
        "DELETE FROM sealed_chunk WHERE rank = 2",
        "DELETE FROM sealed_chunk WHERE rank > 0",
        "UPDATE sealed_chunk SET rank = 4 WHERE rank = 3",
        "UPDATE sealed_chunk SET rank = 13 - rank WHERE rank > 10",
        "INSERT INTO sealed_chunk SELECT 9, place, row, 4, sealed FROM sealed_chunk WHERE rank = 3",
        "UPDATE sealed_chunk SET row = 2 WHERE rank > 0",
        "UPDATE sealed_chunk SET sealed = zeroblob(length(sealed)) WHERE rank = 1",
        "UPDATE sealed_chunk SET sealed = (SELECT sealed FROM sealed_chunk WHERE rank = 1) WHERE rank = 0",
    ],
)
def test_a_chunk_less_more_or_out_of_place_is_refused(keep, journal, harm):
    row, _ = keep(3 * CHUNK + 128)
    if "10" in harm:  # two change places
        journal.db.write("UPDATE sealed_chunk SET rank = rank + 10 WHERE rank < 3")
    journal.db.write(harm)
    with pytest.raises(StoreError, match="illisible"):
        bytes(journal.messages.get(row.id).content)


def test_no_chunk_is_readable_on_the_disk(keep, journal, path):
    raw = keep(3 * CHUNK + 128)[1]
    journal.close()
    assert raw[CHUNK : CHUNK + 64] not in path.read_bytes()


def test_what_a_closed_journal_keeps_is_a_clear_error(keep, journal):
    row, _ = keep(128)
    journal.close()
    with pytest.raises(StoreError, match="est fermé"):
        bytes(row.content)


def test_a_message_whose_chunks_fail_half_way_leaves_no_trace(journal, make, file):
    def chunks():
        yield bytes(3 * CHUNK)
        raise StoreError("plus de lots")

    def build(counter):
        draft = make.message()(counter)
        return MessageDraft(draft.subject, draft.compostage, chunks())

    with pytest.raises(StoreError, match="plus de lots"):
        journal.messages.make(file, "oct", build)
    assert journal.messages.find() == ()
    assert journal.db.rows("SELECT id FROM sealed_chunk") == []
