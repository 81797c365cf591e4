"""A backup put back where something stands; killed at every step; on a full disk; while others work."""

from __future__ import annotations

import os
import resource
import signal
from collections.abc import Callable
from pathlib import Path

import pytest
from journal_maker import Maker
from keyring.backends import null
from memory_keyring import MemoryKeyring
from whole_practice import NOW, PHRASE, Practice

from tournee.app.backup import BackupError
from tournee.config import load_config
from tournee.errors import StoreError
from tournee.placing import PLAN
from tournee.store import Cipher, Journal, journal_key

OLDER = "copie plus ancienne"
ASIDE = "avant-restauration-20260302-183005"


@pytest.fixture
def restored(practice: Practice) -> Practice:
    """The practice restored elsewhere, where one more invoice was made since; and a backup."""
    practice.back_up()
    config = practice.restore().config
    with practice.office(config) as office:
        Maker().invoice(office.journal, "FSE")
    return practice


def invoices(config: Path) -> int:
    """How many invoices the journal of a configuration holds, which is right as a whole, if older than what
    this machine knows of it.
    """
    loaded = load_config(config)
    with Journal(loaded.journal, Cipher(journal_key(loaded.journal)), lambda: NOW) as journal:
        assert journal.health.check() == ()
        assert [one.text for one in journal.health.look_wholly() if OLDER not in one.text] == []
        return len(journal.invoices.sheets())


def test_what_stands_there_is_never_replaced_unasked(restored: Practice, files_of) -> None:
    before = files_of(restored.elsewhere)
    with pytest.raises(BackupError, match=r"Il y a déjà un cabinet(.|\n)*gardé à part"):
        restored.restore()
    assert files_of(restored.elsewhere) == before


def test_what_was_replaced_is_kept_aside_whole(restored: Practice, files_of) -> None:
    before = files_of(restored.elsewhere)
    done = restored.restore(replace=True)
    assert done.aside == restored.elsewhere / ASIDE
    assert files_of(done.aside) == before
    assert invoices(done.config) == 1
    assert invoices(done.aside / "tournee.toml") == 2


def test_restored_twice_in_a_second_each_time_keeps_what_was_there(restored: Practice) -> None:
    asides = [restored.restore(replace=True).aside for _ in range(3)]
    assert [one.name for one in asides if one] == [ASIDE, f"{ASIDE}-2", f"{ASIDE}-3"]
    assert [invoices(one / "tournee.toml") for one in asides if one] == [2, 1, 1]


def test_a_damaged_journal_makes_room(restored: Practice) -> None:
    journal = restored.elsewhere / "journal.db"
    journal.write_bytes(b"\xff" * 5000)
    done = restored.restore(replace=True)
    assert invoices(done.config) == 1
    assert done.aside is not None
    assert (done.aside / "journal.db").read_bytes() == b"\xff" * 5000


def test_a_journal_that_is_open_is_not_replaced(restored: Practice, files_of) -> None:
    with restored.office(restored.elsewhere / "tournee.toml") as office:
        assert office.journal.health.schema_version
        with pytest.raises(BackupError, match=r"est ouvert dans un autre programme"):
            restored.restore(replace=True)
    assert invoices(restored.elsewhere / "tournee.toml") == 2


def test_a_program_that_opened_the_journal_just_before_writes_nothing_into_the_old_one(
    restored: Practice,
) -> None:
    with restored.office(restored.elsewhere / "tournee.toml") as office:
        (restored.elsewhere / "journal.db").rename(restored.elsewhere / "old.db")
        (restored.elsewhere / "journal.db").write_bytes(b"another")
        with pytest.raises(StoreError, match="Un autre journal a été mis à la place"):
            Maker().invoice(office.journal, "FSE")
        assert len(office.journal.invoices.sheets()) == 2


def test_the_key_goes_to_the_keyring_where_there_is_one(practice: Practice) -> None:
    practice.back_up()
    ring = MemoryKeyring()
    done = practice.restore(ring=ring)
    assert done.key_in_keyring
    assert not done.journal.with_name("journal.db.key").exists()
    moved = done.journal.rename(done.journal.with_name("moved.db"))
    assert Cipher(journal_key(moved, ring)).identity == done.manifest.identity


def test_the_old_journal_finds_its_key_where_it_was_put_aside(practice: Practice, tmp_path: Path) -> None:
    practice.back_up()
    ring, place = MemoryKeyring(), practice.elsewhere / "journal.db"
    place.parent.mkdir()
    with Journal(place, Cipher(journal_key(place, ring)), lambda: NOW) as journal:
        old = journal.db.cipher.identity
    ring.kept = {entry: key for entry, key in ring.kept.items() if str(place) in entry[1]}  # as it was before
    done = practice.restore(ring=ring, replace=True)
    assert done.aside is not None
    assert Cipher(journal_key(done.journal, ring)).identity == done.manifest.identity != old
    assert Cipher(journal_key(done.aside / "journal.db", ring)).identity == old


def steps_of(practice: Practice) -> list[str]:
    """The steps of a restoration that replaces one."""
    told: list[str] = []
    practice.restore(replace=True, on_step=told.append)
    return told


def killed(act: Callable[[], object]) -> None:
    child = os.fork()
    if child == 0:
        try:
            act()
        finally:
            os._exit(0)
    assert os.WTERMSIG(os.waitpid(child, 0)[1]) == signal.SIGKILL


def test_killed_at_every_step_it_is_the_old_practice_or_the_new_one(restored: Practice, files_of) -> None:
    """Before the plan stands, the old one; from then on the new one, which whoever comes next finishes."""
    steps = steps_of(restored)
    assert len(steps) > 35
    assert {"extracted", "staged", "planned", "done"} <= set(steps)
    new = files_of(restored.elsewhere)
    is_planned = False
    for rank, step in enumerate(steps):
        with restored.office(restored.elsewhere / "tournee.toml") as office:
            Maker().invoice(office.journal, "FSE")
        old = files_of(restored.elsewhere)

        def die(told: str, left: list[int]) -> None:
            left[0] -= 1
            if left[0] < 0:
                os.kill(os.getpid(), signal.SIGKILL)

        killed(lambda left=[rank]: restored.restore(replace=True, on_step=lambda told: die(told, left)))
        is_planned |= step == "planned"
        config = restored.elsewhere / "tournee.toml"
        load_config(config)
        there = files_of(restored.elsewhere)
        if is_planned:
            assert invoices(config) == 1, step
            (aside,) = (one for one in restored.elsewhere.glob("avant-*") if one.name not in str(sorted(new)))
            assert files_of(aside).items() <= old.items()
            assert (restored.elsewhere / PLAN).exists() is False
            for path in aside.rglob("*"):
                if path.is_file():
                    path.unlink()
            aside.rename(restored.elsewhere.parent / f"aside {rank}")
        else:
            assert {
                name: data for name, data in there.items() if not name.startswith(".restauration-")
            } == old
            assert invoices(config) == 2, step
            restored.restore(replace=True)
            for left in restored.elsewhere.glob("avant-*"):
                if left.name not in str(sorted(new)):
                    left.rename(restored.elsewhere.parent / f"aside {rank}")


def test_several_programs_that_finish_a_restoration_at_once_do_it_once(restored: Practice, files_of) -> None:
    before = files_of(restored.elsewhere)

    def die(step: str) -> None:
        if step == "planned":
            os.kill(os.getpid(), signal.SIGKILL)

    killed(lambda: restored.restore(replace=True, on_step=die))
    children = []
    for _ in range(6):
        child = os.fork()
        if child == 0:
            status = 1
            try:
                load_config(restored.elsewhere / "tournee.toml")
                status = 0
            finally:
                os._exit(status)
        children.append(child)
    assert [os.waitpid(child, 0)[1] for child in children] == [0] * 6
    assert files_of(restored.elsewhere / ASIDE) == before
    assert invoices(restored.elsewhere / "tournee.toml") == 1


def test_a_kill_before_the_plan_leaves_nothing_to_the_next_restoration(restored: Practice) -> None:
    killed(lambda: restored.restore(replace=True, on_step=lambda step: os.kill(os.getpid(), signal.SIGKILL)))
    assert list(restored.elsewhere.glob(".restauration-*"))
    restored.restore(replace=True)
    assert not list(restored.elsewhere.glob(".restauration*"))


@pytest.mark.parametrize(
    "plan", [b"", b"{}", b"[]", b"\xff", b'{"staging": "../x", "aside": "a", "retired": [], "placed": []}']
)
def test_a_plan_that_is_none_is_told(restored: Practice, plan: bytes) -> None:
    (restored.elsewhere / PLAN).write_bytes(plan)
    with pytest.raises(StoreError.__base__, match="à moitié restaurée"):
        load_config(restored.elsewhere / "tournee.toml")


@pytest.mark.parametrize("room", [4096, 20_000, 100_000, 200_000])
def test_a_disk_that_fills_up_changes_nothing(restored: Practice, room: int, files_of) -> None:
    """A bound on a file's size stands for the disk: each write beyond it is refused by the system."""
    before = files_of(restored.elsewhere)
    child = os.fork()
    if child == 0:
        status = 1
        try:
            signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
            resource.setrlimit(resource.RLIMIT_FSIZE, (room, room))
            try:
                restored.restore(replace=True)
            except BackupError as error:
                status = 0 if "trop grand" in str(error) else 2
        finally:
            os._exit(status)
    assert os.waitpid(child, 0)[1] == 0
    assert files_of(restored.elsewhere) == before


@pytest.mark.parametrize("room", [4096, 100_000, -1], ids=["copy", "copy's end", "backup"])
def test_a_backup_on_a_disk_that_fills_up_leaves_the_one_of_before(practice: Practice, room: int) -> None:
    practice.back_up()
    before = practice.file.read_bytes()
    bound = room if room > 0 else len(before) + room  # the copy of the journal is shorter
    child = os.fork()
    if child == 0:
        status = 1
        try:
            signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
            resource.setrlimit(resource.RLIMIT_FSIZE, (bound, bound))
            try:
                practice.back_up()
            except StoreError:
                status = 0
        finally:
            os._exit(status)
    assert os.waitpid(child, 0)[1] == 0
    assert practice.file.read_bytes() == before
    assert not list(practice.home.parent.rglob(".*"))


@pytest.mark.parametrize("step", ["copied", "written", "synced", "replaced"])
def test_a_backup_killed_at_a_step_leaves_the_one_of_before_or_the_new_one(
    practice: Practice, step: str
) -> None:
    practice.back_up()
    before = practice.file.read_bytes()
    killed(
        lambda: practice.back_up(
            on_step=lambda told: os.kill(os.getpid(), signal.SIGKILL) if told == step else None
        )
    )
    assert (practice.file.read_bytes() == before) == (step != "replaced")
    assert practice.restore().journal.exists()


def test_a_partial_backup_changes_nothing_where_a_practice_stands(restored: Practice, files_of) -> None:
    data = restored.file.read_bytes()
    before = files_of(restored.elsewhere)
    for cut in (0, 10, 100, len(data) // 2, len(data) - 1):
        restored.file.write_bytes(data[:cut])
        with pytest.raises(BackupError):
            restored.restore(replace=True)
        assert files_of(restored.elsewhere) == before


def test_a_wrong_passphrase_changes_nothing(restored: Practice, files_of) -> None:
    before = files_of(restored.elsewhere)
    with pytest.raises(BackupError, match="n’ouvre pas"):
        restored.restore(replace=True, phrase=f"{PHRASE}!")
    assert files_of(restored.elsewhere) == before


def test_a_configuration_whose_name_another_file_has_is_refused(practice: Practice) -> None:
    practice.back_up()
    with pytest.raises(BackupError, match="ne peut pas s’appeler mdp"):
        practice.restore(config=practice.elsewhere / "mdp")


def test_a_folder_that_cannot_be_made_is_told(practice: Practice, tmp_path: Path) -> None:
    practice.back_up()
    (tmp_path / "file").touch()
    with pytest.raises(BackupError, match="n’a pas pu être restaurée"):
        practice.restore(config=tmp_path / "file" / "tournee.toml")


def test_a_keyring_that_keeps_nothing_leaves_the_key_in_a_file(practice: Practice) -> None:
    practice.back_up()
    assert practice.restore(ring=null.Keyring()).journal.with_name("journal.db.key").exists()
