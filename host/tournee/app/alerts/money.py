"""Alerts of money: invoices refused, paid in part, put off, billed twice."""

from __future__ import annotations

from tournee.app.alerts.alert import Alert, AlertKind, about_file, age
from tournee.app.context import Office

_PUT_RIGHT = "mettez en ordre ce que dit le motif, puis facturez la visite de nouveau"
_CLAIM_THE_REST = "réclamez le reste à l’organisme, ou passez-le en perte avec un mot"
_WAIT = "attendez le retour suivant de l’organisme ; ne facturez pas de nouveau"

_NO_REASON = {
    AlertKind.PAYMENT_REFUSED: "l’organisme ne dit pas pourquoi",
    AlertKind.PAYMENT_DEFERRED: "différé, sans motif",
    AlertKind.PARTLY_PAID: "le reste n’est pas venu",
}


def of_money(office: Office) -> list[Alert]:
    """Visits billed twice, lots refused and not made again, payments refused, in part or put off."""
    return [*_billed_twice(office), *_refused(office), *_payments(office)]


def _billed_twice(office: Office) -> list[Alert]:
    return [
        Alert(
            AlertKind.BILLED_TWICE,
            f"facture {row.number}",
            row.since,
            age(office, row.since).days,
            f"la même visite a la facture {row.former}, et l’une est payée",
            "ne la faites pas payer deux fois : voyez avec l’organisme",
            row.ps,
        )
        for row in office.journal.waiting.billed_twice()
    ]


def _refused(office: Office) -> list[Alert]:
    return [
        about_file(office, AlertKind.REFUSED, row, "refusé et pas refait", "refaites-le")
        for row in office.journal.waiting.lots_not_put_right()
    ]


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
        )
        for kind, rows, said, next_step in (
            (AlertKind.PAYMENT_REFUSED, waiting.payments_refused(), "paiement refusé : ", _PUT_RIGHT),
            (AlertKind.PARTLY_PAID, part, "payée en partie : ", _CLAIM_THE_REST),
            (AlertKind.PAYMENT_DEFERRED, deferred, "paiement en attente : ", _WAIT),
        )
        for row in rows
    ]
