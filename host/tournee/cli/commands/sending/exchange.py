"""`tournee file make`, `send`, `fetch`: the exchange with the OCT, or with the insurers themselves."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING

import click

from tournee.cli.context import Desk, json_option
from tournee.cli.display import as_json as values
from tournee.cli.display.show import CLEAR, alert_line, counted, labelled, money_lines, return_table
from tournee.cli.french import FrenchCommand, FrenchGroup

if TYPE_CHECKING:
    from tournee.app.handing_over import Dispatch


@click.group("file", cls=FrenchGroup)
def file() -> None:
    """Les fichiers de facturation."""


@file.command("make", short_help="Forme les fichiers à envoyer.")
@json_option
@click.pass_obj
def make(desk: Desk, as_json: bool) -> None:
    """Forme avec les lots certifiés le fichier unique de chaque professionnel, ou un fichier par
    destinataire, selon la route.
    """
    from tournee.app.outbound import kept_lots, make_files, unproved_lots

    with desk.office() as office, desk.watcher(as_json) as watch:
        files, kept = make_files(office, watch.progress), kept_lots(office)
        unproved = unproved_lots(office)
    if as_json:
        made = [{"name": one.name, "ps": one.ps, "invoices": one.invoices} for one in files]
        values.write(
            {
                "files": made,
                "kept": [lot.number for lot in kept],
                "unproved": [lot.number for lot in unproved],
            }
        )
        return
    for one in files:
        lots = counted(len(one.lot_ids), "lot")
        what = f"{counted(one.invoices, 'facture')}, {lots}, {one.content.size} octets"
        desk.console.print(f"Fichier {one.name} : {what}")
    for lot in kept:
        why = (
            "il a des FSE de contrat 99, que seul un OCT éclate, et la route en vigueur est directe ; "
            "tournee route use, avec une route vers un OCT, le laisse partir"
        )
        desk.console.print(labelled(f"Le lot {lot.number} attend :", why))
    for lot in unproved:
        why = "une pièce manque à une de ses factures sans carte ; voyez tournee piece list"
        desk.console.print(labelled(f"Le lot {lot.number} attend :", why))
    if not files and not kept and not unproved:
        desk.console.print("Aucun lot certifié n’attend d’être mis en fichier.")


@file.command("remake", short_help="Refait les lots refusés d’un fichier.")
@click.argument("name", metavar="FICHIER")
@click.option("--ps", default="", help="Numéro du professionnel, si deux ont un fichier de ce nom.")
@click.option("--reason", default="", help="Pourquoi, pour l’historique ; sinon le motif de l’ARL.")
@json_option
@click.pass_obj
def remake(desk: Desk, name: str, ps: str, reason: str, as_json: bool) -> None:
    """Refait tous les lots refusés d’un fichier. Si l’OCT en a déjà les numéros, d’une autre tablette, d’un
    journal neuf ou d’une sauvegarde ancienne, toutes leurs factures auront de nouveaux numéros.
    """
    from tournee.app.remaking import remake_file

    with desk.office() as office:
        lots = remake_file(office, name, ps=ps, reason=reason)
    if as_json:
        values.write(
            {
                "lots": [
                    {"lot": one.lot.number, "as_they_are": one.as_they_are, "anew": one.anew} for one in lots
                ]
            }
        )
        return
    for one in lots:
        anew, kept = ", ".join(one.anew), ", ".join(one.as_they_are)
        told = [f"à facturer de nouveau, cartes en main : {anew}" if anew else ""]
        told += [f"à remettre en lot telles quelles : {kept}" if kept else ""]
        desk.console.print(f"Lot {one.lot.number} : {' ; '.join(filter(None, told))}", soft_wrap=True)
    first = "tournee certify, puis " if any(one.anew for one in lots) else ""
    desk.console.print(f"Ensuite : {first}tournee lot close, file make, send")


@click.command("send", cls=FrenchCommand)
@click.option("--again", metavar="FICHIER", help="Renvoie ce fichier dans un message nouveau.")
@click.option("--deja-accepte", "accepted", is_flag=True, help="Avec --again : même si un ARL l’a accepté.")
@click.option("--ps", default="", help="Numéro du professionnel, si deux ont un fichier de ce nom.")
@json_option
@click.pass_obj
def send_files(desk: Desk, again: str | None, accepted: bool, ps: str, as_json: bool) -> None:
    """Scelle et envoie chaque fichier qui attend, un par message : à l’OCT, ou en direct à sa caisse.

    Un envoi dont l’issue n’est pas connue n’est jamais repris tout seul : l’accusé du destinataire le règle,
    ou --again.
    """
    from tournee.app.alerts import AlertKind, alerts
    from tournee.app.alerts.sending import uncertain_messages
    from tournee.app.handing_over import is_clear
    from tournee.app.outbound import resend, send
    from tournee.cli.commands.services.taking_up import services_line, take_up_services

    with desk.office() as office, desk.watcher(as_json) as watch:
        if again is None:
            done = send(office, watch.waiting)
        else:
            done = [resend(office, again, ps, watch.waiting, accepted=accepted)]
        taken = take_up_services(desk, office)
        uncertain = uncertain_messages(office)
        given_back = [one for one in alerts(office) if one.kind is AlertKind.UNDELIVERED]
        clear = {one.message.id for one in done if one.message is not None and is_clear(one.message)}
    if as_json:
        values.write(
            {
                "messages": [_message(one, clear) for one in done],
                "uncertain": [one.subject for one in uncertain],
                "undelivered": [values.alert(one) for one in given_back],
                "services": asdict(taken),
            }
        )
    else:
        for one in done:
            state = "rien n’est parti"
            if one.message is not None:
                state = f"{one.message.state.label}, objet {one.message.subject}"
                state += f", {CLEAR}" if one.message.id in clear else ""
            desk.console.print(f"Fichier {one.file.name} : {state}")
        if not done:
            desk.console.print("Aucun fichier n’attend d’être envoyé.")
        for message in uncertain:
            desk.console.print(labelled("Envoi incertain :", f"{message.subject} ({message.reason})"))
        for alert in given_back:
            desk.console.print(alert_line(alert))
        services_line(desk, taken)
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


@click.command("fetch", cls=FrenchCommand)
@click.option("--again", is_flag=True, help="Essaie de nouveau les retours mis de côté.")
@json_option
@click.pass_obj
def fetch(desk: Desk, again: bool, as_json: bool) -> None:
    """Relève les boîtes aux lettres, garde chaque message au journal, puis le traite : ART, ARL, RSP."""
    from tournee.app.inbound import fetch as fetch_returns
    from tournee.cli.commands.services.taking_up import services_line, take_up_services
    from tournee.cli.display.show_returns import art_lines
    from tournee.returns.art import Art

    with desk.office() as office, desk.watcher(as_json) as watch:
        fetched = fetch_returns(office, again=again, progress=watch.progress)
        taken = take_up_services(desk, office)
    if as_json:
        values.write(
            {
                "returns": [values.received(one) for one in fetched.settled],
                "already_known": fetched.already_known,
                "problems": fetched.problems,
                "errors": [str(error) for error in fetched.errors],
                "money": values.money(fetched.settled),
                "services": asdict(taken),
                "corrected": [row.visit_id for row in fetched.corrections.made],
                "corrections_undone": [row.visit_id for row in fetched.corrections.undone],
            }
        )
    else:
        if fetched.settled:
            desk.console.print(return_table(fetched.settled))
            for told in money_lines(fetched.settled):
                desk.console.print(told)
        else:
            desk.console.print("Aucun nouveau retour.")
        for one in fetched.settled:
            if isinstance(one.read.content, Art):
                for line in art_lines(one.read.content):
                    desk.console.print(line)
        for row in fetched.corrections.made:
            done = "est à refacturer comme vous l’avez corrigée. Ensuite : tournee certify"
            desk.console.print(
                f"Visite {row.visit_id} : {done if row.after else 'est annulée, comme demandé.'}"
            )
        for row in fetched.corrections.undone:
            text = "sa première facture est payée : ce que vous aviez corrigé attend de nouveau (alertes)"
            desk.errors.print(f"Visite {row.visit_id} : {text}")
        services_line(desk, taken)
        for problem in fetched.problems:
            desk.errors.print(problem)
    if fetched.errors:
        raise fetched.errors[0]
