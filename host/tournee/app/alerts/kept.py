"""What would be lost with this machine."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

from tournee.app.alerts.alert import Alert, AlertKind, age
from tournee.app.context import Office

BACKUP_DAYS = 7
"""Days that what is new may go without a backup: ours, no text gives it."""


def of_backup(office: Office) -> Iterator[Alert]:
    """A journal that goes on without a backup."""
    last = office.journal.backups.last()
    since = age(office, last.at)
    if last.is_behind and since >= timedelta(days=BACKUP_DAYS):
        what = "ce cabinet" if last.never else "du nouveau"
        text = f"{what} n’est dans aucune sauvegarde"
        next_step = "sauvegardez le cabinet, et gardez le fichier ailleurs que sur cet appareil"
        yield Alert(AlertKind.BACKUP_DUE, "sauvegarde", last.at, since.days, text, next_step)
