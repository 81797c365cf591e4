"""Alerts of money: invoices refused, paid in part, put off, billed twice."""

from __future__ import annotations

from dataclasses import replace

from tournee.app.alerts.alert import Alert, AlertKind, about_file, age, also_of
from tournee.app.alerts.numbers import elsewhere
from tournee.app.context import Office
from tournee.model.codes import DRE
from tournee.store import CorrectionState, WaitingRow

_PUT_RIGHT = "corrigez-la selon le motif, ou renvoyez-la telle quelle une fois qu’il ne vaut plus"
_CLAIM_THE_REST = "réclamez le reste à l’organisme, ou passez-le en perte avec un mot"
_WAIT = "attendez le retour suivant de l’organisme ; ne facturez pas de nouveau"

_NAMED_MAX = 4  # invoices of a lot that are named one by one
_NO_REASON = {
    AlertKind.PAYMENT_REFUSED: "l’organisme ne dit pas pourquoi",
    AlertKind.PAYMENT_DEFERRED: "différé, sans motif",
    AlertKind.PARTLY_PAID: "le reste n’est pas venu",
}


def of_money(office: Office) -> list[Alert]:
    """Visits billed twice, invoices to rectify, lots refused and not made again, payments refused, in part or
    put off.
    """
    return [*_billed_twice(office), *_to_rectify(office), *_refused(office), *_payments(office)]


def _to_rectify(office: Office) -> list[Alert]:
    if not office.journal.corrections.find(CorrectionState.WAITING):
        return []
    from tournee.app.alerts.rectifying import to_rectify  # loads billing

    return to_rectify(office)


def _billed_twice(office: Office) -> list[Alert]:
    return [
        Alert(
            AlertKind.BILLED_TWICE,
            f"facture {row.number}",
            row.since,
            age(office, row.since).days,
            f"la même visite a la facture {row.former}, et l’une est payée",
            "ne la faites pas payer deux fois : demandez à l’organisme d’en annuler une, puis notez-le",
            row.ps,
            **also_of(office, row.number, row.ps),
        )
        for row in office.journal.waiting.billed_twice()
    ]


def _refused(office: Office) -> list[Alert]:
    told = {row.id for row in elsewhere(office)}
    waiting = office.journal.waiting.lots_not_put_right()
    return [_refused_lot(office, row) for row in waiting if row.id not in told]


def _refused_lot(office: Office, row: WaitingRow) -> Alert:
    """A refused lot with the patients whose sheets it holds, where they are few."""
    lot = office.journal.lots.get(row.id)
    how = "réglez sa DRE : renvoyée, ou due par le patient" if lot.kind == DRE else "refaites-le"
    alert = about_file(office, AlertKind.REFUSED, row, "refusé et pas refait", how)
    alert = replace(alert, also=lot.reason)
    sheets = [office.journal.invoices.sheet(one) for one in lot.sheet_ids]
    if len(sheets) > _NAMED_MAX:
        return alert
    visits = [one.visit_id for one in office.journal.invoices.get_all([one.invoice_id for one in sheets])]
    told = [
        f"facture {sheet.invoice}, visite {visit}, {sheet.patient.title()}"
        for sheet, visit in zip(sheets, visits, strict=True)
    ]
    numbers = tuple(sheet.invoice for sheet in sheets)
    return replace(
        alert, also=" ; ".join(filter(None, (lot.reason, *told))), invoices=numbers, visits=tuple(visits)
    )


def _payments(office: Office) -> list[Alert]:
    waiting = office.journal.waiting
    part = [row for row in waiting.partly_paid() if not row.waits]
    deferred = [*waiting.payments_deferred(), *(row for row in waiting.partly_paid() if row.waits)]
    return [
        Alert(
            kind,
            f"facture {row.number}, {row.patient}",
            row.since,
            age(office, row.since).days,
            f"{said}{row.reason or _NO_REASON[kind]}",
            next_step,
            row.ps,
            **also_of(office, row.number, row.ps),
        )
        for kind, rows, said, next_step in (
            (AlertKind.PAYMENT_REFUSED, waiting.payments_refused(), "paiement refusé : ", _PUT_RIGHT),
            (AlertKind.PARTLY_PAID, part, "payée en partie : ", _CLAIM_THE_REST),
            (AlertKind.PAYMENT_DEFERRED, deferred, "paiement en attente : ", _WAIT),
        )
        for row in rows
    ]
