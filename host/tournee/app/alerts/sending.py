"""Alerts of what goes out: lots without an answer, messages that did not arrive, files that stay."""

from __future__ import annotations

from datetime import datetime, timedelta

from tournee.app.alerts.alert import Alert, AlertKind, about_file, age
from tournee.app.context import Office
from tournee.exchange.route import ARL_DAYS
from tournee.french import euros
from tournee.store import LEASE, FileState, MessageRow, MessageState, WaitingRow

UNSENT_DAYS = 2
"""Days until what is certified or framed, and not sent, raises an alert: ours, no text gives it."""


def of_sending(office: Office) -> list[Alert]:
    """Messages that are uncertain, unfinished or given back, and what nobody sends."""
    messages = [*_uncertain(office), *_unfinished(office), *_undelivered(office)]
    return [*messages, *_not_sent(office), *_in_no_file(office)]


def uncertain_messages(office: Office) -> list[MessageRow]:
    """Messages of which nobody knows whether they arrived, and it matters still: no return has spoken of
    their file, and it did not leave again since.
    """
    messages = office.journal.messages
    return [
        one
        for one in messages.find(MessageState.UNCERTAIN)
        if office.journal.files.get(one.file_id).state in (FileState.MADE, FileState.SENT)
        and not any(
            later.id > one.id and later.state not in (MessageState.MADE, MessageState.FAILED)
            for later in messages.find(file_id=one.file_id)
        )
    ]


def _uncertain(office: Office) -> list[Alert]:
    found = []
    for message in uncertain_messages(office):
        file = office.journal.files.get(message.file_id)
        text = "on ne sait pas s’il est arrivé"
        next_step = "relevez les retours ; si aucun ARL ne vient, renvoyez le fichier"
        row = WaitingRow(message.id, file.ps, "", file.name, message.route, message.made)
        found.append(about_file(office, AlertKind.UNCERTAIN, row, text, next_step))
    return found


def _unfinished(office: Office) -> list[Alert]:
    """Messages that a program began to send and has not settled: it still does, or died. Told at once."""
    found = []
    for message in office.journal.messages.find(MessageState.TRANSMITTING):
        file = office.journal.files.get(message.file_id)
        until = datetime.fromisoformat(message.leased_until) if message.leased_until else office.clock()
        start = until - LEASE
        text = f"envoi commencé à {start:%H:%M}, pas fini : parti ou non, on le saura après {until:%H:%M}"
        next_step = (
            "si un autre programme l’envoie, laissez-le finir ; s’il s’est arrêté (coupure, panne), "
            "relevez les retours après cette heure, et ne renvoyez le fichier que si aucun ARL ne vient"
        )
        since = start.isoformat(timespec="seconds")
        row = WaitingRow(message.id, file.ps, "", file.name, message.route, since)
        found.append(about_file(office, AlertKind.UNFINISHED, row, text, next_step))
    return found


def _undelivered(office: Office) -> list[Alert]:
    """Messages given back whose file nothing else took since: the last of their file."""
    found = []
    for message in office.journal.messages.find(MessageState.UNDELIVERED):
        file = office.journal.files.get(message.file_id)
        last = office.journal.messages.find(file_id=file.id)[-1]
        if last.id == message.id and file.state in (FileState.MADE, FileState.SENT):
            text = f"le message n’a pas été remis : {message.reason}"
            next_step = f"vérifiez l’adresse du destinataire, puis renvoyez le fichier {file.name}"
            row = WaitingRow(message.id, file.ps, "", file.name, message.route, message.made)
            found.append(about_file(office, AlertKind.UNDELIVERED, row, text, next_step))
    return found


def _not_sent(office: Office) -> list[Alert]:
    return [
        about_file(office, AlertKind.NOT_SENT, row, "formé et pas envoyé", "envoyez-le")
        for row in office.journal.waiting.files_not_sent()
        if age(office, row.since) >= timedelta(days=UNSENT_DAYS)
    ]


def _in_no_file(office: Office) -> list[Alert]:
    """Certified invoices that stay where they are, of each professional."""
    found = []
    for row in office.journal.waiting.in_no_file():
        days = age(office, row.since).days
        if days >= UNSENT_DAYS:
            many = "s" if row.invoices > 1 else ""
            about = f"{row.invoices} facture{many} de {row.ps}"
            text = f"certifiée{many}, {euros(row.fee)} €, et dans aucun fichier"
            next_step = "fermez les lots, formez les fichiers, puis envoyez"
            found.append(Alert(AlertKind.IN_NO_FILE, about, row.since, days, text, next_step, row.ps))
    return found


def without_arl(office: Office) -> list[Alert]:
    """Lots sent that nothing took or refused within their route’s delay."""
    delays = {route.name: route.arl_days for route in (*office.former, office.route)}
    found: list[Alert] = []
    for row in office.journal.waiting.lots_without_arl():
        delay = delays.get(row.route, ARL_DAYS)
        if age(office, row.since) >= timedelta(days=delay):
            text = f"aucun ARL après {delay} jours"
            next_step = "relevez les retours ; si rien ne vient, renvoyez le fichier"
            found.append(about_file(office, AlertKind.NO_ARL, row, text, next_step))
    return found
