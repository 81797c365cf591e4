"""`tournee file make`, `send`, `fetch`, `status`, `trace`: the exchange with the OCT, and how it stands."""

from __future__ import annotations

import click

from tournee import config as configuration
from tournee.app.alerts import alerts
from tournee.app.inbound import fetch as fetch_returns
from tournee.app.outbound import Dispatch, is_clear, kept_lots, make_files, resend, send
from tournee.cli import as_json as values
from tournee.cli.context import Desk, json_option
from tournee.cli.french import FrenchCommand, FrenchGroup
from tournee.cli.show import (
    CLEAR,
    alert_line,
    invoice_tables,
    labelled,
    outside_lines,
    return_table,
    total_line,
    trace_tables,
)
from tournee.cli.show_returns import art_lines
from tournee.returns.art import Art
from tournee.store import MessageState, ReturnState


@click.group("file", cls=FrenchGroup, short_help="Les fichiers à envoyer.")
def file() -> None:
    """Les fichiers de facturation."""


@file.command("make", short_help="Forme les fichiers à envoyer.")
@json_option
@click.pass_obj
def make(desk: Desk, as_json: bool) -> None:
    """Forme avec les lots certifiés le fichier unique de chaque professionnel, ou un fichier par
    destinataire, selon la route.
    """
    with desk.office() as office, desk.watcher(as_json) as watch:
        files, kept = make_files(office, watch.progress), kept_lots(office)
    if as_json:
        made = [{"name": one.name, "ps": one.ps, "invoices": one.invoices} for one in files]
        values.write({"files": made, "kept": [lot.number for lot in kept]})
        return
    for one in files:
        what = f"{one.invoices} factures, {len(one.lot_ids)} lots, {one.content.size} octets"
        desk.console.print(f"Fichier {one.name} : {what}")
    for lot in kept:
        why = (
            "il a des FSE de contrat 99, que seul un OCT éclate, et la route en vigueur est directe ; "
            "tournee route use, avec une route vers un OCT, le laisse partir"
        )
        desk.console.print(labelled(f"Le lot {lot.number} attend :", why))
    if not files and not kept:
        desk.console.print("Aucun lot certifié n'attend d'être mis en fichier.")


@click.command("send", cls=FrenchCommand, short_help="Scelle et envoie les fichiers.")
@click.option("--again", metavar="FICHIER", help="Renvoie ce fichier dans un message nouveau.")
@click.option("--ps", default="", help="Numéro du professionnel, si deux ont un fichier de ce nom.")
@json_option
@click.pass_obj
def send_files(desk: Desk, again: str | None, ps: str, as_json: bool) -> None:
    """Scelle et envoie chaque fichier qui attend, un par message : à l'OCT, ou en direct à sa caisse.

    Un envoi dont l'issue n'est pas connue n'est jamais repris tout seul : l'accusé du destinataire le règle,
    ou --again.
    """
    with desk.office() as office, desk.watcher(as_json) as watch:
        done = send(office, watch.progress) if again is None else [resend(office, again, ps)]
        uncertain = office.journal.messages(MessageState.UNCERTAIN)
        clear = {one.message.id for one in done if one.message is not None and is_clear(one.message)}
    if as_json:
        values.write(
            {
                "messages": [_message(one, clear) for one in done],
                "uncertain": [one.subject for one in uncertain],
            }
        )
    else:
        for one in done:
            state = "rien n'est parti"
            if one.message is not None:
                state = f"{one.message.state.label}, objet {one.message.subject}"
                state += f", {CLEAR}" if one.message.id in clear else ""
            desk.console.print(f"Fichier {one.file.name} : {state}")
        if not done:
            desk.console.print("Aucun fichier n'attend d'être envoyé.")
        for message in uncertain:
            desk.console.print(labelled("Envoi incertain :", f"{message.subject} ({message.reason})"))
    for one in done:
        if one.error is not None:
            raise one.error


def _message(one: Dispatch, clear: set[int]) -> dict[str, object]:
    return {
        "clear": one.message is not None and one.message.id in clear,
        "file": one.file.name,
        "subject": None if one.message is None else one.message.subject,
        "state": None if one.message is None else one.message.state.value,
        "error": None if one.error is None else str(one.error),
    }


@click.command("fetch", cls=FrenchCommand, short_help="Relève et traite les retours.")
@click.option("--again", is_flag=True, help="Essaie de nouveau les retours mis de côté.")
@json_option
@click.pass_obj
def fetch(desk: Desk, again: bool, as_json: bool) -> None:
    """Relève les boîtes aux lettres, garde chaque message au journal, puis le traite : ART, ARL, RSP."""
    with desk.office() as office, desk.watcher(as_json) as watch:
        fetched = fetch_returns(office, again=again, progress=watch.progress)
    if as_json:
        values.write(
            {
                "returns": [values.received(one) for one in fetched.settled],
                "already_known": fetched.already_known,
                "problems": fetched.problems,
                "errors": [str(error) for error in fetched.errors],
            }
        )
    else:
        if fetched.settled:
            desk.console.print(return_table(fetched.settled))
        else:
            desk.console.print("Aucun nouveau retour.")
        for one in fetched.settled:
            if isinstance(one.read.content, Art):
                for line in art_lines(one.read.content):
                    desk.console.print(line)
        for problem in fetched.problems:
            desk.errors.print(problem)
    if fetched.errors:
        raise fetched.errors[0]


@click.command("status", cls=FrenchCommand, short_help="Où en est chaque facture.")
@json_option
@click.pass_obj
def show_status(desk: Desk, as_json: bool) -> None:
    """Montre chaque facture et son état, les retours sans suite, et ce qui demande votre attention."""
    with desk.office() as office:
        rows = office.journal.overview()[::-1]
        uncertain = office.journal.messages(MessageState.UNCERTAIN)
        aside = office.journal.returns(ReturnState.QUARANTINED)
        unmatched = office.journal.unmatched()
        outside = office.journal.payments_outside()
        found = alerts(office)
        odd = office.journal.return_notes()
    if as_json:
        values.write(
            {
                "alerts": [values.alert(one) for one in found],
                "invoices": [values.invoice(row) for row in rows],
                "uncertain": [message.subject for message in uncertain],
                "quarantined": [{"id": one.id, "reason": one.reason} for one in aside],
                "odd": [{"return": one.return_id, "kind": one.kind, "notes": one.notes} for one in odd],
                "payments_outside": [values.outside(row) for row in outside],
                "unmatched": [
                    {
                        "return": one.return_id,
                        "invoice": one.effect.invoice,
                        "told": one.effect.told,
                        "reason": one.note,
                    }
                    for one in unmatched
                ],
            }
        )
        return
    if not rows:
        desk.console.print("Aucune facture pour l'instant.")
    for table in invoice_tables(rows):
        desk.console.print(table)
    if rows:
        desk.console.print(total_line(rows))
    for line in outside_lines(outside):
        desk.console.print(line)
    for told in odd:
        for note in told.notes:
            desk.console.print(labelled(f"{told.kind} {told.return_id}, à vérifier :", note))
    for row in unmatched:
        why = ", ".join(text for text in (row.note, row.effect.reason) if text)
        desk.console.print(labelled(f"Retour {row.return_id} sans suite :", f"{row.effect.told} ({why})"))
    for one in found:
        desk.console.print(alert_line(one))


@click.command("trace", cls=FrenchCommand, short_help="Le chemin d'une facture ou d'un message.")
@click.argument("key", metavar="OBJET|FACTURE")
@json_option
@click.pass_obj
def show_trace(desk: Desk, key: str, as_json: bool) -> None:
    """Montre tout ce qui tient à un message (son objet ou son compostage) ou à une facture (son numéro)."""
    with desk.office() as office:
        found = office.journal.trace(key)
        if as_json:
            values.write(values.trace(found))
            return
        for table in trace_tables(found):
            desk.console.print(table)


@click.command("config", cls=FrenchCommand, short_help="Affiche un modèle de configuration.")
def show_config() -> None:
    """Affiche un modèle commenté du fichier de configuration."""
    click.echo(configuration.model())


@click.command("password", cls=FrenchCommand, short_help="Garde un mot de passe de messagerie.")
@click.argument("account", metavar="UTILISATEUR@SERVEUR")
@click.pass_obj
def password(desk: Desk, account: str) -> None:
    """Demande le mot de passe d'un compte de messagerie et le garde dans le trousseau du système."""
    configuration.keep_password(account, click.prompt("Mot de passe", hide_input=True, err=True))
    desk.console.print(f"Mot de passe de {account} gardé dans le trousseau.")


COMMANDS = (file, send_files, fetch, show_status, show_trace, show_config, password)
