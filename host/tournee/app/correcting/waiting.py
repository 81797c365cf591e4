"""Corrections that wait: made once their invoice stands no more, put back when it is paid after all."""

from __future__ import annotations

import logging
from dataclasses import dataclass

from tournee.app.context import Office
from tournee.app.correcting.visits import NO_VISIT
from tournee.app.visits.editing import Retold, retell
from tournee.app.visits.past import visit_facts
from tournee.app.visits.retelling import Edit
from tournee.billing.dayfile.day import DAY, VISIT
from tournee.billing.dayfile.writing import visit_table
from tournee.billing.kept.judged import read_judged
from tournee.errors import BillingError
from tournee.store import CorrectionRow, CorrectionState, VisitDraft

_log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Reconciled:
    """Corrections that were made now, and those that wait again, each of a visit."""

    made: tuple[CorrectionRow, ...] = ()
    undone: tuple[CorrectionRow, ...] = ()


def reconcile(office: Office) -> Reconciled:
    """Bring visits where the returns say: after those were taken in, and before visits are billed. A
    correction that the rules refuse now stays waiting, and its alert says why. Done again, it does nothing.
    """
    corrections = office.journal.corrections
    undone = corrections.undone()
    for row in undone:
        before = read_judged(row.before)
        draft = VisitDraft(row.before, visit_facts(before))
        corrections.undo(row.id, draft, f"{before.visit.day:%Y%m%d}", "sa facture a été payée")
    made = []
    for row in corrections.due():
        if office.journal.remaking.is_duplicate_alone(row.invoice_id):
            continue  # the insurer has it: it may still be paid
        try:
            if row.after == NO_VISIT:
                corrections.make_nothing(row.id)
            else:
                told = retold(office, row)
                corrections.make(row.id, told.draft, told.date)
        except BillingError as error:
            _log.warning("correction %d waits still: %s", row.id, type(error).__name__)
            continue
        made.append(row)
    return Reconciled(tuple(made), undone)


def waits_to_be_corrected(office: Office, visit_id: int) -> bool:
    """Whether a correction of this visit waits."""
    return bool(office.journal.corrections.find(CorrectionState.WAITING, visit_id))


def retold(office: Office, row: CorrectionRow) -> Retold:
    """What a visit is to be, judged as the journal now is. BillingError."""
    after = read_judged(row.after).visit
    whole = Edit({DAY: {"date": f"{after.day}"}, VISIT: [visit_table(after)]})
    return retell(office, office.journal.visits.get(row.visit_id), whole, twins=True, same=True)
