"""A restored journal and the one that it is a backup of never give the same number, on any machine."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from journal_maker import Maker
from whole_practice import Practice

Bill = Callable[[Path, str], str]


@pytest.fixture
def bill(practice: Practice, tmp_path: Path, monkeypatch) -> Iterator[Bill]:
    """Bills one visit with the journal of a configuration, on a machine; gives the invoice's number."""

    def billed(config: Path, machine: str) -> str:
        monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / machine))
        with practice.office(config) as office:
            number: str = office.journal.invoices.get(Maker().invoice(office.journal)).number
        return number

    yield billed


def test_restored_on_another_machine_it_takes_other_numbers(practice: Practice, bill: Bill) -> None:
    given = [bill(practice.config, "old")]
    practice.back_up()
    given += [bill(practice.config, "old") for _ in range(3)]
    config = practice.restore().config
    given += [bill(config, "new") for _ in range(3)]
    given += [bill(practice.config, "old")]
    assert len(set(given)) == len(given)


def test_an_older_backup_put_back_in_its_place_takes_other_numbers(practice: Practice, bill: Bill) -> None:
    practice.back_up()
    config = practice.restore().config
    given = [bill(config, "old")]
    practice.restore(replace=True)
    given += [bill(config, "old") for _ in range(2)]
    practice.restore(replace=True)
    given += [bill(config, "old") for _ in range(2)]
    assert len(set(given)) == len(given)


def test_restored_on_the_same_machine_while_the_first_is_there_or_gone(
    practice: Practice, bill: Bill
) -> None:
    given = [bill(practice.config, "old")]
    practice.back_up()
    given += [bill(practice.config, "old")]
    config = practice.restore().config
    given += [bill(config, "old"), bill(practice.config, "old")]
    practice.outside.joinpath("data").rename(practice.outside / "gone")
    elsewhere = practice.restore(config=practice.home.parent / "third" / "tournee.toml").config
    given += [bill(elsewhere, "old"), bill(config, "old")]
    assert len(set(given)) == len(given)


@pytest.mark.parametrize("seed", range(3))
def test_five_machines_that_back_up_and_restore_at_random_never_meet(
    practice: Practice, bill: Bill, seed: int
) -> None:
    draw = random.Random(seed)
    homes = {"m0": practice.config}
    given = [bill(practice.config, "m0")]
    practice.back_up()
    for _ in range(25):
        machine = f"m{draw.randrange(5)}"
        match draw.choice(("bill", "bill", "bill", "back up", "restore")):
            case "bill" if machine in homes:
                given.append(bill(homes[machine], machine))
            case "back up" if machine in homes:
                given.append(bill(homes[machine], machine))
                Practice(homes[machine].parent, practice.outside, practice.elsewhere).back_up()
                made = homes[machine].parent.parent / "cabinet.sauvegarde"
                made.replace(practice.file) if made != practice.file else None
            case _ if machine != "m0":
                config = practice.home.parent / "machines" / machine / "tournee.toml"
                homes[machine] = practice.restore(config=config, replace=config.exists()).config
                given.append(bill(homes[machine], machine))
    assert len(set(given)) == len(given) > 15
