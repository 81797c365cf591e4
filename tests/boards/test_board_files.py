"""What a board of an official MicroPython keeps without power: files on a real littlefs (the unix port's):
power cut at every half of every programming and erasure; and a file system that fails."""

import runpy
import subprocess
import sys
from pathlib import Path

import pytest

from reader.storage.journal import IDENTITY, Journal
from tournee.boards import BOARDS, build
from tournee.maker import flashing

RUN = "import sys; from micropython_module import run_main; sys.exit(run_main(sys.argv[1:]))"
FILES = runpy.run_path(str(BOARDS / "drivers" / "official" / "journal_files.py"))


def test_power_cut_anywhere_leaves_journal_and_bonds_as_they_were_or_as_they_are_to_be():
    script = Path(__file__).parent / "hardware" / "cut_power.py"
    python = [sys.executable, "-I", "-c", RUN, "micropython", "-X", "heapsize=16m"]
    sources = build.sources_of(BOARDS / "rp2350w", flashing.settings("rp2350w"))
    command = [*python, str(script), str(build.folder("rp2350w", sources))]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout[-2000:]
    cuts = dict(line.split() for line in done.stdout.splitlines() if line.startswith(("journal", "bonds")))
    assert min(int(cuts["journal"]), int(cuts["bonds"])) > 50


@pytest.fixture
def storage(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    return FILES["JournalFiles"]("journal", 2048)


def write(journal):
    if not journal.begin(IDENTITY, 48):
        return False
    journal.add(bytes(48))
    return journal.end()


def test_record_is_found_again_by_the_next_start(storage):
    assert write(Journal(storage))
    assert Journal(FILES["JournalFiles"]("journal", 2048)).find(IDENTITY) > 0


def test_page_that_power_left_short_is_filled_up(storage, tmp_path):
    (tmp_path / "journal1").write_bytes(b"")
    assert write(Journal(FILES["JournalFiles"]("journal", 2048)))


@pytest.mark.parametrize("fails", ["write", "flush"])
def test_file_system_that_takes_nothing_is_told_and_ends_nothing(storage, fails):
    class Full:
        def __init__(self, file):
            self._file = file

        def __getattr__(self, name):
            return getattr(self._file, name) if name != fails else self._full

        def _full(self, *_):
            raise OSError(28)

    journal = Journal(storage)
    storage._files = [Full(file) for file in storage._files]
    assert [write(journal), write(journal)] == [False, False]
