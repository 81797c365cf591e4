"""A sealed stream: what a second reader opens, and every way in which it may be something else."""

from __future__ import annotations

import random
from collections.abc import Callable
from functools import partial
from pathlib import Path

import pytest
from by_hand import FAST, head_of, seal, unseal
from hypothesis import given
from hypothesis import strategies as st

from tournee.app.backup import BackupError
from tournee.app.backup.sealed_stream import HEAD_SIZE, SealedHead, SealingWriter, opened

PHRASE = "phrase de passe d’un cabinet"
CHUNK, SEALED = 4096, 4096 + 16
FAST_HEAD = partial(SealedHead, **FAST)
VECTORS = Path(__file__).parents[1] / "vectors" / "backup"


@pytest.fixture
def sealed(tmp_path: Path) -> Callable[[bytes], Path]:
    """Writes bytes into a file."""

    def write(data: bytes) -> Path:
        path = tmp_path / "sealed"
        path.write_bytes(data)
        return path

    return write


@pytest.fixture(scope="module")
def content() -> bytes:
    """Three chunks and a bit."""
    return random.Random(13).randbytes(3 * CHUNK + 100)


@pytest.fixture(scope="module")
def good(content: bytes) -> bytes:
    return seal(content, PHRASE.encode(), bytes(range(16)), **FAST)


def read(path: Path, phrase: str = PHRASE) -> bytes:
    with path.open("rb") as file:
        return b"".join(opened(file, phrase))


def refused(path: Path, phrase: str = PHRASE) -> str:
    with pytest.raises(BackupError) as error:
        read(path, phrase)
    assert "Traceback" not in str(error.value)
    return error.value.message


def flipped(data: bytes, at: int, bits: int = 1) -> bytes:
    return data[:at] + bytes((data[at] ^ bits,)) + data[at + 1 :]


@pytest.mark.parametrize("size", [0, 1, CHUNK - 1, CHUNK, CHUNK + 1, 3 * CHUNK, 3 * CHUNK + 100])
def test_what_is_written_is_opened_by_the_second_reader_and_the_reverse(tmp_path: Path, size: int) -> None:
    told = random.Random(size).randbytes(size)
    path = tmp_path / "written"
    with path.open("wb") as file:
        writer = SealingWriter(file, PHRASE, size, FAST_HEAD)
        for at in range(0, size, 1000):
            writer.write(told[at : at + 1000])
        writer.end()
    assert unseal(path.read_bytes(), PHRASE.encode()) == told
    path.write_bytes(seal(told, PHRASE.encode(), **FAST))
    assert read(path) == told


@pytest.mark.parametrize("vector", sorted(VECTORS.glob("*.hex")), ids=lambda path: path.stem)
def test_the_vector_is_opened_by_both_readers(vector: Path, sealed: Callable[[bytes], Path]) -> None:
    lines = dict(
        line.split(": ", 1) for line in vector.read_text().splitlines() if line and not line.startswith("#")
    )
    data, told = bytes.fromhex(lines["sealed"]), bytes.fromhex(lines["content"])
    assert unseal(data, lines["passphrase"].encode()) == told
    assert read(sealed(data), lines["passphrase"]) == told


def test_every_byte_of_the_head_is_authenticated(good: bytes, sealed: Callable[[bytes], Path]) -> None:
    for at in range(HEAD_SIZE):
        refused(sealed(flipped(good, at)))


@pytest.mark.parametrize("first", [HEAD_SIZE, HEAD_SIZE + 3 * SEALED], ids=["first chunk", "last chunk"])
def test_every_byte_of_the_chunk_is_authenticated(
    good: bytes, sealed: Callable[[bytes], Path], first: int
) -> None:
    for at in range(first, min(first + SEALED, len(good))):
        assert refused(sealed(flipped(good, at, 0x80))) == "Cette sauvegarde est abîmée ou a été modifiée."


def test_cut_at_every_bound_it_is_called_incomplete(good: bytes, sealed: Callable[[bytes], Path]) -> None:
    bounds = [*range(1, HEAD_SIZE + 1), *range(HEAD_SIZE, len(good), SEALED)]
    for at in {*bounds, *(one - 1 for one in bounds[1:]), *(one + 1 for one in bounds), len(good) - 1}:
        assert "incomplète" in refused(sealed(good[:at])), at


@given(cut=st.data())
def test_cut_anywhere_it_is_called_incomplete(cut: st.DataObject, tmp_path_factory, good: bytes) -> None:
    path = tmp_path_factory.mktemp("cut") / "sealed"
    path.write_bytes(good[: cut.draw(st.integers(1, len(good) - 1))])
    assert "incomplète" in refused(path)


@pytest.mark.parametrize("more", [1, 16, SEALED, 100_000])
def test_what_stands_behind_its_end_is_told(good: bytes, sealed: Callable[[bytes], Path], more: int) -> None:
    assert "de trop" in refused(sealed(good + bytes(more)))


def test_chunks_in_another_order_are_noticed(good: bytes, sealed: Callable[[bytes], Path]) -> None:
    head, one, two, rest = (
        good[:HEAD_SIZE],
        good[HEAD_SIZE : HEAD_SIZE + SEALED],
        good[HEAD_SIZE + SEALED : HEAD_SIZE + 2 * SEALED],
        good[HEAD_SIZE + 2 * SEALED :],
    )
    for mixed in (head + two + one + rest, head + one + one + rest, head + two + two + rest):
        assert "abîmée" in refused(sealed(mixed))


def test_a_chunk_or_a_head_of_another_backup_is_noticed(
    content: bytes, good: bytes, sealed: Callable[[bytes], Path]
) -> None:
    other = seal(content, PHRASE.encode(), b"another salt____", **FAST)
    assert len(other) == len(good)
    for at in range(HEAD_SIZE, len(good), SEALED):
        assert "abîmée" in refused(sealed(good[:at] + other[at : at + SEALED] + good[at + SEALED :]))
    assert "abîmée" in refused(sealed(good[:HEAD_SIZE] + other[HEAD_SIZE:]))


@pytest.mark.parametrize("phrase", ["", "autre", PHRASE + " ", PHRASE.upper(), "é" * 1000])
def test_a_wrong_passphrase_is_told_in_the_same_words(good: bytes, sealed, phrase: str) -> None:
    assert refused(sealed(good), phrase) == "La phrase de passe n’ouvre pas cette sauvegarde."


def test_a_passphrase_typed_with_combining_accents_is_the_same(sealed: Callable[[bytes], Path]) -> None:
    path = sealed(seal(b"told", "clé à côté du café".encode(), **FAST))
    assert read(path, "cle\u0301 a\u0300 co\u0302te\u0301 du cafe\u0301") == b"told"


@pytest.mark.parametrize("data", [b"", b"\0" * 200, b"SQLite format 3\0" * 30, b"PK\3\4" + bytes(100)])
def test_another_file_is_called_none(data: bytes, sealed: Callable[[bytes], Path]) -> None:
    assert refused(sealed(data)) == "Ce fichier n’est pas une sauvegarde de Tournée."


def test_a_later_format_is_called_newer(sealed: Callable[[bytes], Path]) -> None:
    assert "plus récent (format 2)" in refused(sealed(seal(b"told", PHRASE.encode(), version=2, **FAST)))


@pytest.mark.parametrize(
    "costs",
    [
        {"log_n": 19},
        {"log_n": 63},
        {"log_n": 255},
        {"log_n": 0},
        {"r": 0},
        {"r": 9},
        {"r": 255},
        {"p": 0},
        {"p": 5},
        {"p": 255},
        {"log_chunk": 11},
        {"log_chunk": 21},
        {"log_chunk": 63},
    ],
    ids=str,
)
def test_a_strangers_costs_are_refused_before_anything_is_worked_out(costs, sealed) -> None:
    told = {"log_n": 17, "r": 8, "p": 1, "log_chunk": 16, **costs}
    path = sealed(head_of(4, bytes(16), **told) + bytes(32) + bytes(20))
    assert refused(path) == "Ce fichier n’est pas une sauvegarde de Tournée."


@pytest.mark.parametrize("length", [1 << 63, (1 << 64) - 1, 1 << 40])
def test_a_length_beyond_the_file_is_told_before_anything_is_read(length: int, sealed) -> None:
    path = sealed(head_of(length, bytes(16), 17, 8, 1, 16) + bytes(32) + bytes(20))
    assert "incomplète" in refused(path)


def test_a_usual_backup_has_the_costs_that_the_manual_tells(tmp_path: Path) -> None:
    path = tmp_path / "usual"
    with path.open("wb") as file:
        writer = SealingWriter(file, PHRASE, 4)
        writer.write(b"told")
        writer.end()
    data = path.read_bytes()
    assert data[:14] == b"TOURNBAK\0\1" + bytes((17, 8, 1, 16))
    assert unseal(data, PHRASE.encode()) == b"told"
