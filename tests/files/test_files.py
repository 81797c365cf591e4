"""Files read within bounds, and written whole or not at all."""

import os
import stat
from pathlib import Path

import pytest

from tournee.files import read_bounded, replacing, write_first, write_whole
from tournee.french import reason


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "kept"


def mode_of(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def test_a_file_of_the_very_bound_is_read(path):
    path.write_bytes(bytes(8))
    assert read_bounded(path, 8) == bytes(8)


def test_a_longer_file_is_refused(path):
    path.write_bytes(bytes(9))
    with pytest.raises(OSError) as refusal:
        read_bounded(path, 8)
    assert reason(refusal.value) == "il est trop grand"


def test_a_folder_is_refused(tmp_path):
    with pytest.raises(OSError) as refusal:
        read_bounded(tmp_path, 8)
    assert reason(refusal.value) == "c’est un dossier"


def test_a_pipe_is_refused_and_not_waited_for(path):
    os.mkfifo(path)
    with pytest.raises(OSError) as refusal:
        read_bounded(path, 8)
    assert reason(refusal.value) == "ce n’est pas un fichier"


def test_an_endless_device_is_refused():
    with pytest.raises(OSError, match="pas un fichier"):
        read_bounded(Path("/dev/zero"), 8)


@pytest.mark.parametrize("name", ["a\0b", "a\ud800"])
def test_a_name_that_none_can_have_is_refused(tmp_path, name):
    with pytest.raises(OSError, match="son nom est impossible"):
        read_bounded(tmp_path / name, 8)


def test_what_is_written_takes_the_place_of_what_was(path):
    path.write_bytes(b"before")
    write_whole(path, b"after")
    assert (path.read_bytes(), mode_of(path), os.listdir(path.parent)) == (b"after", 0o600, ["kept"])


def test_a_file_keeps_the_rights_that_are_asked_for(path):
    write_whole(path, b"", 0o640)
    assert mode_of(path) == 0o640


def test_what_stops_on_the_way_leaves_the_file_as_it_was(path):
    path.write_bytes(b"before")
    with pytest.raises(ZeroDivisionError), replacing(path) as file:
        file.write(b"half")
        raise ZeroDivisionError
    assert (path.read_bytes(), os.listdir(path.parent)) == (b"before", ["kept"])


def no_links(monkeypatch):
    monkeypatch.delattr(os, "link")


def refused_links(monkeypatch):
    def refuse(*_):
        raise PermissionError(1, "Operation not permitted")

    monkeypatch.setattr(os, "link", refuse)


@pytest.mark.parametrize(
    "system", [lambda _: None, no_links, refused_links], ids=["usual", "no links", "refused links"]
)
def test_the_first_to_make_a_file_wins(path, monkeypatch, system):
    system(monkeypatch)
    assert write_first(path, b"one")
    assert not write_first(path, b"two")
    assert (path.read_bytes(), mode_of(path), os.listdir(path.parent)) == (b"one", 0o600, ["kept"])
