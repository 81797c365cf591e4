"""What changed between two states of a file, and put back; a code on paper that opens a key."""

from __future__ import annotations

import random
import sqlite3
from io import BytesIO
from pathlib import Path

import pytest

from tournee.app.copies import page_changes
from tournee.app.copies.page_changes import changes, put_back
from tournee.app.copies.recovery_code import RecoveryCodeError, lock_key, new_recovery_code, unlock_key
from tournee.errors import StoreError
from tournee.store import Cipher

KEY = bytes(range(32))


def database(path: Path, rows: int, seed: int = 0) -> Path:
    drawn = random.Random(seed)
    with sqlite3.connect(path) as base:
        base.execute("CREATE TABLE t (id INTEGER PRIMARY KEY, data BLOB)")
        base.executemany("INSERT INTO t (data) VALUES (?)", ((drawn.randbytes(900),) for _ in range(rows)))
    base.close()
    return path


def brought(before: bytes, parts: list[bytes]) -> bytes:
    file = BytesIO(before)
    assert [put_back(part, file) for part in parts] == [False] * (len(parts) - 1) + [True]
    return file.getvalue()


def test_a_file_is_made_again_of_nothing_and_of_any_state_before(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(page_changes, "PART_AIM", 20_000)
    old, new = database(tmp_path / "old", 100), database(tmp_path / "new", 100)
    with sqlite3.connect(new) as base:
        base.execute("UPDATE t SET data = zeroblob(900) WHERE id = 40")
        base.execute("DELETE FROM t WHERE id = 7")
    base.close()
    for before in (None, old):
        parts = [one.data for one in changes(before, new)]
        assert brought(old.read_bytes() if before else b"", parts) == new.read_bytes()
    assert len([*changes(None, new)]) > 4
    (small,) = changes(old, new)
    assert len(small.data) < 4_000


def test_a_file_that_shrinks_is_cut(tmp_path: Path) -> None:
    old, new = database(tmp_path / "old", 200), database(tmp_path / "new", 3)
    assert brought(old.read_bytes(), [one.data for one in changes(old, new)]) == new.read_bytes()


def test_the_same_files_give_the_same_parts(tmp_path: Path) -> None:
    old, new = database(tmp_path / "old", 50), database(tmp_path / "new", 60)
    assert [*changes(old, new)] == [*changes(old, new)]


def test_a_part_put_on_another_file_is_refused(tmp_path: Path) -> None:
    old, new = database(tmp_path / "old", 50), database(tmp_path / "new", 60)
    other = database(tmp_path / "other", 50, seed=1)
    parts = [one.data for one in changes(old, new)]
    with pytest.raises(StoreError):
        brought(other.read_bytes(), parts)


@pytest.mark.parametrize("cut", [0, 10, 44, 60, -1])
def test_a_part_that_is_cut_or_nonsense_is_refused(cut: int, tmp_path: Path) -> None:
    (part,) = changes(None, database(tmp_path / "new", 5))
    for data in (part.data[:cut], bytes(len(part.data)), part.data[:cut] + b"\xff" * 9):
        with pytest.raises(StoreError):
            put_back(data, BytesIO())


def test_the_code_on_paper_opens_the_key_however_it_is_typed() -> None:
    code, identity = new_recovery_code(), Cipher(KEY).identity
    locked = lock_key(Cipher(KEY), code)
    for typed in (code, code.lower(), code.replace("-", " "), code.replace("O", "0").replace("I", "1")):
        assert unlock_key(locked, typed, identity) == KEY
    assert code.encode() not in locked
    assert KEY not in locked


def test_a_code_mistyped_in_any_letter_is_told_so_and_another_opens_nothing() -> None:
    code, identity = new_recovery_code(), Cipher(KEY).identity
    locked = lock_key(Cipher(KEY), code)
    with pytest.raises(RecoveryCodeError, match="n’ouvre pas"):
        unlock_key(locked, new_recovery_code(), identity)
    wrong = 0
    for at, one in enumerate(code):
        if one != "-":
            typed = code[:at] + ("A" if one != "A" else "B") + code[at + 1 :]
            with pytest.raises(RecoveryCodeError) as caught:
                unlock_key(locked, typed, identity)
            wrong += "mal tapé" in str(caught.value)
    assert wrong >= 26
    for typed in ("", "A" * 28, code + "A", "é" * 28):
        with pytest.raises(RecoveryCodeError, match="mal tapé"):
            unlock_key(locked, typed, identity)
