"""What would be lost with this machine."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

from tournee.app.alerts.alert import Alert, AlertKind, age
from tournee.app.context import Office
from tournee.app.copies.standing import CopyStanding, copy_facts

COPY_DAYS = 1
"""Days that the practice's copy may lack what is new: ours."""

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


def of_copy(office: Office) -> Iterator[Alert]:
    """A copy at the practice's server that stopped, or that lacks what is new for a day."""
    if not office.courier.knows_again:
        return
    facts = copy_facts(office)
    since = facts.at or office.journal.backups.last().at
    days = age(office, since).days
    if facts.standing is CopyStanding.STOPPED:
        text = "le serveur du cabinet n’en prend plus : un autre appareil a repris ce journal, ou l’a copié"
        next_step = "n’envoyez plus rien d’ici avant d’avoir vu avec qui tient le serveur"
        yield Alert(AlertKind.COPY_STOPPED, "copie", since, days, text, next_step, urgent=True)
    elif facts.standing is not CopyStanding.CURRENT and days >= COPY_DAYS:
        text = f"{facts.lacking} étapes de ce journal ne sont que sur cet appareil"
        yield Alert(AlertKind.COPY_BEHIND, "copie", since, days, text, "reliez-vous au réseau")
