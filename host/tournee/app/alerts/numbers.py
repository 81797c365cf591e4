"""Alerts of numbers: a journal that is a copy or knows too little, files that another one sent under them."""

from __future__ import annotations

from collections.abc import Iterator

from tournee.app.alerts.alert import Alert, AlertKind, about_file, age
from tournee.app.context import Office
from tournee.store import WaitingRow
from tournee.store.integrity.host_note import COPIED, OLDER
from tournee.store.numbering.numbers import TOLD
from tournee.store.numbering.ranges import Kind

WHY_OTHERS = {
    COPIED: "c’est une copie : il vient d’une autre machine, d’un autre compte, ou l’original est encore là",
    OLDER: "c’est une copie ancienne : des numéros ont été donnés ici depuis",
    TOLD: "votre OCT connaît des numéros de ce poste que ce journal n’a pas donnés",
}
"""Why a journal takes other numbers than it had, in French."""

_TAKEN_ELSEWHERE = (
    "votre OCT a déjà reçu un fichier que ce journal ne connaît pas : "
    "journal neuf, autre tablette ou sauvegarde ancienne"
)
_REMAKE = "refaites ce fichier : ses factures auront de nouveaux numéros, cartes en main"
_SEEN = "relevez les retours, qui disent ce qui fut facturé ailleurs, puis acceptez le journal tel qu’il est"


def of_numbers(office: Office) -> list[Alert]:
    """Files that the OCT had from another journal, and numbers taken because this one is a copy."""
    return [*_taken_elsewhere(office), *others(office)]


def elsewhere(office: Office) -> list[WaitingRow]:
    """Refused lots that nobody put right, of which the OCT has the numbers from another journal."""
    rows = office.journal.waiting.lots_not_put_right()
    return [row for row in rows if office.journal.remaking.was_taken_elsewhere(row.id)]


def others(office: Office) -> Iterator[Alert]:
    """Why this journal takes, or took, other numbers than it had, until that was seen."""
    told = office.journal.numbers.standing()
    if told.anew in WHY_OTHERS:
        text = f"{WHY_OTHERS[told.anew]} ; ses prochaines factures auront d’autres numéros"
        yield Alert(AlertKind.OTHER_NUMBERS, "journal", "", 0, text, _SEEN)
    taken = [row for row in told.unseen if row.range.kind is Kind.INVOICE][-1:]
    for row in taken if told.anew not in WHY_OTHERS else ():
        numbers = f"de {row.range.first:09} à {row.range.last:09}"
        text = f"{WHY_OTHERS[row.reason]} ; ses factures vont maintenant {numbers}"
        days = age(office, row.taken).days
        yield Alert(AlertKind.OTHER_NUMBERS, "journal", row.taken, days, text, _SEEN)


def _taken_elsewhere(office: Office) -> Iterator[Alert]:
    files = {(row.ps, row.file): row for row in elsewhere(office)}
    for row in files.values():
        of_file = WaitingRow(row.id, row.ps, "", row.file, row.route, row.since)
        yield about_file(office, AlertKind.TAKEN_ELSEWHERE, of_file, _TAKEN_ELSEWHERE, _REMAKE)
