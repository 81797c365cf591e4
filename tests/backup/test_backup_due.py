"""A reminder of a backup: after a week, while something new is in none."""

from __future__ import annotations

from datetime import timedelta

from journal_maker import Maker
from whole_practice import NOW, Practice

from tournee.app.alerts import BACKUP_DAYS, AlertKind, alerts
from tournee.app.context import open_office
from tournee.config import load_config


def told(practice: Practice, days: float) -> list[str]:
    """What is said of backups so many days later."""
    with open_office(load_config(practice.config), lambda: NOW + timedelta(days=days)) as office:
        return [one.text for one in alerts(office) if one.kind is AlertKind.BACKUP_DUE]


def test_a_journal_that_was_never_backed_up_is_told_of_after_a_week(practice: Practice) -> None:
    assert told(practice, BACKUP_DAYS - 0.01) == []
    assert told(practice, BACKUP_DAYS) == ["ce cabinet n’est dans aucune sauvegarde"]


def test_a_backup_ends_it_until_something_new_is_a_week_old(practice: Practice) -> None:
    practice.back_up()
    assert told(practice, 400) == []
    practice.bill()
    assert told(practice, BACKUP_DAYS - 0.01) == []
    assert told(practice, BACKUP_DAYS) == ["du nouveau n’est dans aucune sauvegarde"]


def test_what_was_done_while_a_backup_was_made_is_not_in_it(practice: Practice) -> None:
    with practice.office() as office:
        practice.back_up(
            office,
            on_step=lambda step: Maker().invoice(office.journal, "FSE") if step == "copied" else None,
        )
    assert told(practice, BACKUP_DAYS) == ["du nouveau n’est dans aucune sauvegarde"]
