"""`tournee certify`, `tournee lot …`: from visits to certified lots."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from tournee.cli import status
from tournee.cli.code_asked import code_asked
from tournee.cli.context import Desk, json_option
from tournee.cli.display import as_json as values
from tournee.cli.french import FrenchCommand, FrenchGroup
from tournee.cli.situation_asked import keep_situation, situation_asked
from tournee.errors import BillingError, OppositionError, ReaderError, ServiceError, StoreError
from tournee.model.codes import DESYNCHRONISED, VISIT

if TYPE_CHECKING:
    from tournee.app.cards import PsOnDuty, VitaleInReader
    from tournee.app.context import Office, Progress
    from tournee.cli.display.certified import Certified
    from tournee.reader import Reader


_situation = click.option(
    "--situation", type=int, metavar="NUMÉRO", help="Votre situation, si votre carte en porte plusieurs."
)


@click.command("certify", cls=FrenchCommand)
@click.option(
    "--visite", "mode", flag_value=VISIT, help="Mode visite : au domicile, ou dans un établissement."
)
@click.option(
    "--desynchronise",
    "mode",
    flag_value=DESYNCHRONISED,
    help="Mode désynchronisé : la carte Vitale scelle seule, la CPS signera plus tard.",
)
@click.option("--appli", "by_phone", is_flag=True, help="Avec le téléphone lu en dernier, sans carte Vitale.")
@_situation
@json_option
@click.pass_obj
def certify(desk: Desk, mode: str | None, by_phone: bool, situation: int | None, as_json: bool) -> None:
    """Fait et certifie dans le lecteur les factures des visites du patient dont la carte est insérée, et
    celles qui se font sans carte. Repris après un arrêt, continue où il en était. Avec une carte en
    opposition, illisible ou d’une autre sorte, ne fait que celles-ci.

    Avec --desynchronise, la carte Vitale scelle les factures au chevet du patient, sans carte CPS ni code ;
    elles restent à contresigner : tournee countersign.
    """
    from tournee.cli.display import certified

    run = certified.Certified()
    with desk.office() as office, desk.reader() as link, desk.watcher(as_json) as watch:
        if mode == DESYNCHRONISED:
            at_the_bedside(run, office, link, carer_there(desk, link, situation), watch.progress)
        else:
            certify_with_card(
                *(run, office, link, carer_on_duty(desk, link, situation), watch.progress, mode or ""),
                by_phone=by_phone,
            )
    _tell(desk, run, as_json)


@click.command("countersign", cls=FrenchCommand)
@_situation
@json_option
@click.pass_obj
def countersign(desk: Desk, situation: int | None, as_json: bool) -> None:
    """Signe avec votre carte CPS les factures que des cartes Vitale ont scellées (mode désynchronisé). Elles
    peuvent alors être mises en lot. Repris après un arrêt, continue où il en était.
    """
    from tournee.app.certifying.desynchronised import countersign as countersign_invoice
    from tournee.app.certifying.desynchronised import to_countersign
    from tournee.app.certifying.last_read import carer_named
    from tournee.cli.display import certified

    run = certified.Certified(nothing="Aucune facture n’est à contresigner avec cette carte.")
    with desk.office() as office, desk.reader() as link, desk.watcher(as_json) as watch:
        ps = carer_on_duty(desk, link, situation)
        run.who = f"{ps.identity.first_name} {ps.identity.name}".title()
        found = to_countersign(office, ps.identity)
        run.possible = len(found)
        for rank, invoice in enumerate(found, 1):
            try:
                run.done.append(countersign_invoice(office, link, ps, invoice))
            except BillingError as error:
                visit = office.journal.visits.get(invoice.visit_id)
                run.refused.append((visit, error))
            except ReaderError as error:
                run.stopped = error
                break
            watch.progress("factures", rank, len(found))
        mine = {(sheet.ps, sheet.substitute) for one in found for sheet in one.sheets}
        for row in office.journal.waiting.to_countersign():
            if (row.ps, row.substitute) not in mine:
                run.unsigned[carer_named(office, row.ps, row.substitute)] = row.invoices
    _tell(desk, run, as_json)


def _tell(desk: Desk, run: Certified, as_json: bool) -> None:
    from tournee.cli.display import certified

    if as_json:
        values.write(certified.as_json(run))
    else:
        certified.show(desk.console, desk.errors, run)
    stopped = run.stopped or run.opposed
    if stopped is not None:
        raise stopped
    if run.refused:
        raise click.exceptions.Exit(status.of(run.refused[0][1]))  # each refusal is on the screen already


def at_the_bedside(
    run: Certified, office: Office, link: Reader, ps: PsOnDuty | None, progress: Progress
) -> None:
    """Have the Vitale card that is there seal its patient's visits; `run` is told what was done."""
    from tournee.app.cards import read_vitale
    from tournee.app.certifying.desynchronised import seal_visit, visits_to_seal

    vitale = read_vitale(office, link)
    if vitale.patients:
        run.card = f"{vitale.patients[0].first_name} {vitale.patients[0].name}".title()
    run.nothing = (
        f"Carte de {run.card} : aucune visite à sceller. Si vous l’avez vue, prenez le fichier du jour."
    )
    possible = visits_to_seal(office, vitale)
    run.possible = len(possible)
    for rank, (row, visit) in enumerate(possible, 1):
        try:
            run.done.append(seal_visit(office, link, ps, vitale, row, visit))
        except (BillingError, OppositionError) as error:
            run.refused.append((row, error))
        except ReaderError as error:
            run.stopped = error
            break
        progress("visites", rank, len(possible))


def certify_with_card(
    run: Certified,
    office: Office,
    link: Reader,
    ps: PsOnDuty,
    progress: Progress,
    mode: str,
    *,
    by_phone: bool = False,
) -> None:
    """Certify the visits of the patient whose card is there, or `by_phone` whose phone was read last, and
    those that need none; `run` is told what was done.
    """
    from tournee.app.cards import read_vitale
    from tournee.app.certify import certify_visit, others_waiting, pending_visits, visits_for
    from tournee.app.correcting.waiting import reconcile
    from tournee.app.opposition.in_force import doubt_is_news, list_state
    from tournee.app.visits.names import patient_of
    from tournee.reader import CardFailed

    vitale: VitaleInReader | None = None
    if by_phone:
        from tournee.app.services.phone_card.reading import phone_read_last

        vitale = phone_read_last(office).card
    elif link.cards().vitale:
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
        run.doubt = "" if vitale.is_phone else list_state(office).doubt
        run.news = bool(run.doubt) and doubt_is_news(office, run.doubt)
    reconcile(office)
    possible = visits_for(pending_visits(office, ps), vitale)
    run.possible = len(possible)
    for rank, (row, visit) in enumerate(possible, 1):
        try:
            run.done.append(certify_visit(office, link, ps, vitale, row, visit, mode=mode))
            if office.services.has("amc"):
                run.insurers[row.id] = _said_by_insurer(office, row.id)
        except (BillingError, OppositionError, ServiceError) as error:
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


def _said_by_insurer(office: Office, visit: int) -> str:
    from tournee.app.services.insurers.engaging import said_of_visit

    return said_of_visit(office, visit)


_reason = click.option("--reason", required=True, help="Pourquoi, pour l’historique.")


@click.group("lot", cls=FrenchGroup)
def lot() -> None:
    """Les lots de FSE et de DRE."""


@lot.command("close", short_help="Met en lots et certifie les lots.")
@_situation
@json_option
@click.pass_obj
def close(desk: Desk, situation: int | None, as_json: bool) -> None:
    """Met en lots tout ce qui est certifié et fait certifier chaque lot dans le lecteur."""
    from tournee.app.outbound import close_lots
    from tournee.cli.display.show import lot_content
    from tournee.cli.display.show_visit import lot_invoices

    with desk.office() as office, desk.reader() as link, desk.watcher(as_json) as watch:
        lots = close_lots(office, link, carer_on_duty(desk, link, situation), watch.progress)
        told = [(one, f"{lot_content(one)}, certifié ({lot_invoices(office, one)})") for one in lots]
        held = [[office.journal.invoices.sheet(sheet).invoice for sheet in one.sheet_ids] for one in lots]
    if as_json:
        values.write(
            {
                "lots": [
                    {
                        "number": one.number,
                        "kind": one.kind,
                        "invoices": len(one.sheet_ids),
                        "numbers": numbers,
                    }
                    for one, numbers in zip(lots, held, strict=True)
                ]
            }
        )
        return
    for one, content in told:
        desk.console.print(f"Lot {one.number} : {content}", soft_wrap=True)
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


def carer_there(desk: Desk, link: Reader, situation: int | None) -> PsOnDuty | None:
    """The professional's card if it is there, read and not unlocked."""
    from tournee.app.cards import read_ps
    from tournee.reader import PS_ABSENT

    if link.cards().ps is PS_ABSENT:
        return None
    return read_ps(link, situation, situation_asked(desk))


def carer_on_duty(desk: Desk, link: Reader, situation: int | None = None) -> PsOnDuty:
    """Read the professional's card, and have it unlocked with the code typed in, which is kept nowhere."""
    from tournee.app.cards import read_ps, unlock

    ps = read_ps(link, situation, situation_asked(desk))
    keep_situation(desk, situation)
    unlock(link, lambda: code_asked(desk))
    return ps
