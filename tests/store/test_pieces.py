"""Files and messages kept in pieces: whole or refused, never a piece less, more or out of place."""

import pytest

from tournee.errors import StoreError
from tournee.store import FileDraft
from tournee.store.content import PIECE, recut

SIZES = [128, PIECE - 128, PIECE, PIECE + 128, 3 * PIECE, 3 * PIECE + 128]


@pytest.fixture
def keep(journal, make):
    """Keeps a file of so many bytes in the journal, each piece of its own letter; gives its row and bytes."""

    def keeper(size, cut=0):
        make.invoice(journal)
        make.certified_lot(journal)
        head = make.file()(1).clear[:128]
        clear = (head + b"".join(bytes([65 + rank]) * PIECE for rank in range(4)))[:size]
        given = [clear[at : at + cut] for at in range(0, size, cut)] if cut else clear
        lots = [lot.id for lot in journal.lots()]
        file = journal.make_file(make.ps, lots, lambda number: FileDraft(given, 1, "oct"))
        return journal.file(file), clear

    return keeper


@pytest.mark.parametrize("size", SIZES)
def test_what_is_kept_is_given_back_whole_and_in_pieces(keep, size):
    row, clear = keep(size)
    assert (row.clear, row.content.size) == (clear, size)
    assert [len(piece) for piece in row.content][:-1] == [PIECE] * ((size - 1) // PIECE)
    assert b"".join(row.content) == b"".join(row.content) == clear


@pytest.mark.parametrize("cut", [1000, PIECE - 1, PIECE, PIECE + 1, 5 * PIECE])
def test_bytes_given_in_any_pieces_are_kept_alike(keep, cut):
    row, clear = keep(3 * PIECE + 128, cut)
    assert row.clear == clear


@pytest.mark.parametrize("size", [0, 1, PIECE, PIECE + 1, 2 * PIECE])
def test_pieces_cut_again_are_the_same_bytes_and_none_is_empty_but_of_nothing(size):
    pieces = list(recut(bytes(size)))
    assert b"".join(pieces) == bytes(size)
    assert [len(piece) for piece in pieces if not piece] == ([] if size else [0])


@pytest.mark.parametrize(
    "harm",
    [
        "DELETE FROM piece WHERE rank = 3",
        "DELETE FROM piece WHERE rank = 2",
        "DELETE FROM piece",
        "UPDATE piece SET rank = 4 WHERE rank = 3",
        "UPDATE piece SET rank = 13 - rank WHERE rank > 10",
        "INSERT INTO piece SELECT place, row, 4, sealed FROM piece WHERE rank = 3",
        "UPDATE piece SET row = 2",
        "UPDATE piece SET sealed = zeroblob(length(sealed)) WHERE rank = 1",
        "UPDATE file SET clear_sealed = (SELECT sealed FROM piece WHERE rank = 1)",
    ],
)
def test_a_piece_less_more_or_out_of_place_is_refused(keep, journal, harm):
    row, _ = keep(3 * PIECE + 128)
    if "10" in harm:  # two change places
        journal._db.execute("UPDATE piece SET rank = rank + 10 WHERE rank < 3")
    journal._db.execute(harm)
    with pytest.raises(StoreError, match="illisible"):
        bytes(journal.file(row.id).content)


def test_no_piece_is_readable_on_the_disk(keep, journal, path):
    clear = keep(3 * PIECE + 128)[1]
    journal.close()
    assert clear[PIECE : PIECE + 64] not in path.read_bytes()


def test_what_a_closed_journal_keeps_is_a_clear_error(keep, journal):
    row, _ = keep(128)
    journal.close()
    with pytest.raises(StoreError, match="est fermé"):
        bytes(row.content)


def test_a_file_whose_pieces_fail_half_way_leaves_no_trace(journal, make):
    make.invoice(journal)
    make.certified_lot(journal)

    def pieces():
        yield make.file()(1).clear[:128] + bytes(3 * PIECE)
        raise StoreError("plus de lots")

    with pytest.raises(StoreError, match="plus de lots"):
        journal.make_file(make.ps, [1], lambda number: FileDraft(pieces(), 1, "oct"))
    assert journal.files() == ()
    assert journal._rows("SELECT 1 FROM piece") == []
