"""`tournee certify`, `tournee lot …`: from visits to certified lots."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from tournee.cli import status
from tournee.cli.code_asked import code_asked
from tournee.cli.context import Desk, json_option
from tournee.cli.display import as_json as values
from tournee.cli.french import FrenchCommand, FrenchGroup
from tournee.errors import BillingError, OppositionError, ReaderError, StoreError

if TYPE_CHECKING:
    from tournee.app.cards import PsOnDuty, VitaleInReader
    from tournee.app.context import Office, Progress
    from tournee.cli.display.certified import Certified
    from tournee.reader import Reader


@click.command("certify", cls=FrenchCommand)
@json_option
@click.pass_obj
def certify(desk: Desk, as_json: bool) -> None:
    """Fait et certifie dans le lecteur les factures des visites du patient dont la carte est insérée, et
    celles qui se font sans carte. Repris après un arrêt, continue où il en était. Avec une carte en
    opposition, illisible ou d’une autre sorte, ne fait que celles-ci.
    """
    from tournee.cli.display import certified

    run = certified.Certified()
    with desk.office() as office, desk.reader() as link, desk.watcher(as_json) as watch:
        _certify_all(run, office, link, _on_duty(desk, link), watch.progress)
    if as_json:
        values.write(certified.as_json(run))
    else:
        certified.show(desk.console, desk.errors, run)
    stopped = run.stopped or run.opposed
    if stopped is not None:
        raise stopped
    if run.refused:
        raise click.exceptions.Exit(status.of(run.refused[0][1]))  # each refusal is on the screen already


def _certify_all(run: Certified, office: Office, link: Reader, ps: PsOnDuty, progress: Progress) -> None:
    from tournee.app.cards import read_vitale
    from tournee.app.certify import certify_visit, others_waiting, pending_visits, visits_for
    from tournee.app.opposition.in_force import doubt_is_news, list_state
    from tournee.app.visits.names import patient_of
    from tournee.reader import CardFailed

    vitale: VitaleInReader | None = None
    if link.cards().vitale:
        try:
            vitale = read_vitale(office, link)
        except OppositionError as error:
            run.opposed = error
        except CardFailed as error:  # what needs no card is done all the same
            run.stopped = error
    run.who = f"{ps.identity.first_name} {ps.identity.name}".title()
    if vitale is not None and vitale.patients:
        holder = vitale.patients[0]
        run.card = f"{holder.first_name} {holder.name}".title()
        run.doubt = list_state(office).doubt
        run.news = bool(run.doubt) and doubt_is_news(office, run.doubt)
    possible = visits_for(pending_visits(office, ps), vitale)
    run.possible = len(possible)
    for rank, (row, visit) in enumerate(possible, 1):
        try:
            run.done.append(certify_visit(office, link, ps, vitale, row, visit))
        except (BillingError, OppositionError) as error:
            run.refused.append((row, error))
        except ReaderError as error:  # a card pulled out: what was done before is told
            run.stopped = error
            break
        progress("visites", rank, len(possible))
    tried = {row.id for row, _ in possible}
    run.waiting = [
        (row, patient_of(office.journal, visit.visit))
        for row, visit in pending_visits(office, ps)
        if row.id not in tried
    ]
    run.of_others = others_waiting(office, ps)


_reason = click.option("--reason", required=True, help="Pourquoi, pour l’historique.")


@click.group("lot", cls=FrenchGroup)
def lot() -> None:
    """Les lots de FSE et de DRE."""


@lot.command("close", short_help="Met en lots et certifie les lots.")
@json_option
@click.pass_obj
def close(desk: Desk, as_json: bool) -> None:
    """Met en lots tout ce qui est certifié et fait certifier chaque lot dans le lecteur."""
    from tournee.app.outbound import close_lots

    with desk.office() as office, desk.reader() as link, desk.watcher(as_json) as watch:
        lots = close_lots(office, link, _on_duty(desk, link), watch.progress)
    if as_json:
        values.write(
            {
                "lots": [
                    {"number": one.number, "kind": one.kind, "invoices": len(one.sheet_ids)} for one in lots
                ]
            }
        )
        return
    from tournee.cli.display.show import lot_content

    for one in lots:
        desk.console.print(f"Lot {one.number} : {lot_content(one)}, certifié")
    if not lots:
        desk.console.print("Aucune facture certifiée n’attend d’être mise en lot.")


@lot.command("dissolve", short_help="Défait un lot non certifié.")
@click.argument("number", metavar="LOT")
@_reason
@click.pass_obj
def dissolve(desk: Desk, number: str, reason: str) -> None:
    """Défait un lot qui n’est pas certifié : ses factures pourront entrer dans un autre."""
    from tournee.store import LotState

    with desk.office() as office:
        found = [one for one in office.journal.lots.find(LotState.MADE) if one.number == number.zfill(3)]
        for one in found:
            office.journal.lots.dissolve(one.id, reason)
    if not found:
        raise StoreError(
            f"Aucun lot {number} n’attend d’être certifié.", next_step="un lot certifié ne se défait pas"
        )
    desk.console.print(f"Lot {number} défait.")


@lot.command("remake", short_help="Refait un lot refusé.")
@click.argument("number", metavar="LOT")
@click.option(
    "--invoice", "invoices", multiple=True, metavar="FACTURE|PATIENT", help="Facture à refaire aussi."
)
@click.option("--all", "all_invoices", is_flag=True, help="Refait toutes les factures du lot.")
@click.option("--ps", default="", help="Numéro du professionnel, si deux ont ce lot.")
@click.option("--reason", default="", help="Pourquoi, pour l’historique ; sinon le motif de l’ARL.")
@json_option
@click.pass_obj
def remake(
    desk: Desk,
    number: str,
    invoices: tuple[str, ...],
    all_invoices: bool,
    ps: str,
    reason: str,
    as_json: bool,
) -> None:
    """Refait un lot refusé : ses factures entreront telles quelles dans un lot nouveau ; celles que l’ARL met
    en cause auront une facture nouvelle, sous un numéro nouveau. Les liens entre anciens et nouveaux restent.
    """
    from tournee.app.finding import find_invoice
    from tournee.app.remaking import remake_lot

    with desk.office() as office:
        made = remake_lot(office, number, ps=ps, invoices=invoices, all_invoices=all_invoices, reason=reason)
        found = {one: find_invoice(office, one, ps=made.lot.ps)[0] for one in (*made.as_they_are, *made.anew)}
    if as_json:
        values.write(
            {
                "lot": made.lot.number,
                "as_they_are": made.as_they_are,
                "anew": made.anew,
                "visits": {one: thing.id for one, thing in found.items()},
            }
        )
        return
    for label, numbers in (
        ("À remettre en lot telles quelles", made.as_they_are),
        ("À facturer de nouveau, cartes en main", made.anew),
    ):
        told = " ; ".join(f"{one} (visite {found[one].id}, {found[one].told})" for one in numbers)
        if told:
            desk.console.print(f"{label} : {told}", soft_wrap=True)
    if made.anew:
        desk.console.print("Ensuite : tournee certify, puis tournee lot close, file make, send")
    else:
        desk.console.print("Ensuite : tournee lot close, file make, send")


def _on_duty(desk: Desk, link: Reader) -> PsOnDuty:
    """Read the professional's card, and have it unlocked with the code typed in, which is kept nowhere."""
    from tournee.app.cards import read_ps, unlock

    ps = read_ps(link)
    unlock(link, lambda: code_asked(desk))
    return ps
