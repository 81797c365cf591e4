"""`tournee invoice …`: what becomes of invoices that left: corrected, cancelled, given up."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from tournee.cli.context import Desk, json_option
from tournee.cli.display import as_json as values
from tournee.cli.french import FrenchGroup
from tournee.cli.options.amounts import AmountOption
from tournee.cli.options.edit_options import EditOptions, edit_options
from tournee.cli.options.things import thing_argument

if TYPE_CHECKING:
    from tournee.app.context import Office
    from tournee.app.finding import Thing
    from tournee.store import InvoiceRow

_reason = click.option("--reason", required=True, help="Pourquoi, pour l’historique.")


@click.group("invoice", cls=FrenchGroup)
def invoice() -> None:
    """Les factures parties : les corriger, les faire annuler, régler une DRE, passer en perte. Une facture se
    dit par son numéro, sa visite, ou le nom du patient (une partie suffit, avec un jour si besoin).
    """


@invoice.command("show", short_help="Une facture, sa visite, ses lots.")
@thing_argument("FACTURE")
@json_option
@click.pass_obj
def show(desk: Desk, words: tuple[str, ...], ps: str, as_json: bool) -> None:
    """Montre la visite d’une facture, toutes les factures qu’elle a eues, leurs lots, ce qui l’a changée."""
    from tournee.app.finding import find_invoice
    from tournee.cli.display import show_visit

    with desk.office() as office:
        one, _ = find_invoice(office, words, ps=ps)
        if as_json:
            values.write({"visits": [show_visit.as_json(office, one)]})
            return
        for line in show_visit.lines(office, one):
            desk.console.print(line, soft_wrap=True)


@invoice.command("correct", short_help="Corrige une facture partie.")
@thing_argument("FACTURE")
@edit_options
@click.option("--telle-quelle", "same", is_flag=True, help="Refusée ainsi, elle repart telle quelle.")
@click.option("--jumelle", "twin", is_flag=True, help="Pareille à une autre visite, c’en est une autre.")
@click.option("--laisser", "leave", is_flag=True, help="Elle était juste : sa correction est ôtée.")
@click.option("--reason", default="", help="Pourquoi, pour l’historique ; sinon ce qui change.")
@json_option
@click.pass_obj
def correct(
    desk: Desk,
    words: tuple[str, ...],
    ps: str,
    told: EditOptions,
    same: bool,
    twin: bool,
    leave: bool,
    reason: str,
    as_json: bool,
) -> None:
    """Fait d’une facture fausse une facture nouvelle, avec ce qui change, liée à l’ancienne. Refusée, elle
    est refaite tout de suite ; partie et pas refusée, elle reste due, et sa correction attend que l’organisme
    l’ait refusée, reprise ou annulée. Jamais deux factures d’une visite ne valent en même temps.
    """
    from tournee.app.correcting.invoices import correct_invoice, leave_invoice
    from tournee.app.finding import find_invoice, is_correctable
    from tournee.cli.display import show_visit

    if leave == bool(told or same):
        raise click.UsageError("Dites ce qui change, ou --telle-quelle, ou --laisser : voyez --help")
    with desk.office() as office:
        one, row = find_invoice(office, words, ps=ps, fits=is_correctable)
        if leave:
            leave_invoice(office, one, reason or "elle était juste")
            done = None
        else:
            change = told.change(office)
            done = correct_invoice(office, one, row, change, reason=reason, same=same, twins=twin)
    if done is None:
        if as_json:
            values.write({"visit": values.thing(one), "left": True})
        else:
            desk.console.print(f"Facture {row.number} laissée telle quelle : {one.told}", soft_wrap=True)
        return
    if as_json:
        values.write(show_visit.corrected_as_json(done))
        return
    show_visit.show_corrected(desk.console, done)


@invoice.command("cancelled", short_help="L’organisme a annulé une facture.")
@thing_argument("FACTURE")
@click.option("--reason", required=True, help="Qui vous l’a dit, et quand.")
@click.option("--rendu", "given_back", type=AmountOption(), default=0, help="Ce que vous lui avez rendu.")
@json_option
@click.pass_obj
def cancelled(
    desk: Desk, words: tuple[str, ...], ps: str, reason: str, given_back: int, as_json: bool
) -> None:
    """Note que l’organisme a annulé une facture partie, sans retour qui le dise : elle ne vaut plus. Payée,
    elle ne l’est que si la somme a été rendue. Une correction qui attendait se fait alors.
    """
    from tournee.app.correcting.waiting import reconcile
    from tournee.app.finding import find_invoice, thing_of
    from tournee.store import VisitState

    with desk.office() as office:
        one, row = find_invoice(office, words, ps=ps)
        office.journal.given_up.cancel(row.id, f"annulée par l’organisme : {reason}", given_back)
        made = any(told.visit_id == one.id for told in reconcile(office).made)
        done = thing_of(office, one.id, row.id)
    if as_json:
        values.write({"visit": values.thing(done), "invoice": row.number, "corrected": made})
        return
    desk.console.print(f"Facture {row.number} annulée (visite {one.id}, {one.told}).", soft_wrap=True)
    if done.visit.row.state is VisitState.ABANDONED:
        desk.console.print("La visite est mise de côté, comme demandé : rien n’en est plus à facturer.")
    elif made:
        desk.console.print("La visite est comme vous l’avez corrigée. Ensuite : tournee certify")
    else:
        desk.console.print(
            f"Ensuite : tournee invoice correct {row.number}, ou tournee visit cancel {one.id}, ou tournee "
            f"invoice write-off {row.number}",
            soft_wrap=True,
        )


@invoice.command("dre", short_help="Règle une DRE refusée.")
@thing_argument("FACTURE")
@click.option("--renvoyer", "resend", is_flag=True, help="La mutuelle est connue : la DRE repart.")
@click.option("--mutuelle", "insurer", default="", metavar="NUMÉRO", help="Le bon numéro de la mutuelle.")
@click.option(
    "--adherent", "member", default="", metavar="NUMÉRO", help="Le bon numéro du patient, chez elle."
)
@click.option("--patient", "patient", is_flag=True, help="Le patient paie la part complémentaire.")
@click.option(
    "--annuler", "undone", is_flag=True, help="La correction d’une DRE est ôtée, avant sa signature."
)
@click.option("--reason", default="", help="Pourquoi, pour l’historique.")
@click.option("--nom", "name", default="", help="Le nom de la mutuelle, pour vous, si elle s’ajoute.")
@click.option("--address", default="", metavar="ADRESSE", help="Sa messagerie, pour l’envoi direct.")
@click.option(
    "--certificate",
    type=click.Path(path_type=Path, exists=True, dir_okay=False),
    metavar="FICHIER",
    help="Son certificat de chiffrement.",
)
@json_option
@click.pass_obj
def dre(
    desk: Desk,
    /,
    words: tuple[str, ...],
    ps: str,
    resend: bool,
    insurer: str,
    member: str,
    patient: bool,
    undone: bool,
    reason: str,
    as_json: bool,
    **payer: Any,
) -> None:
    """Règle d’un coup une DRE refusée, sa FSE gardée : corrigée (--mutuelle, --adherent), elle repart seule ;
    la mutuelle est ajoutée aux organismes que l’on peut facturer et toutes les DRE de son lot repartent ; ou
    le patient doit cette part. Une DRE corrigée redevient refusée (--annuler) tant qu’elle n’est pas signée.
    """
    from tournee.app.correcting.complementary import charge_patient, send_dre_again
    from tournee.app.finding import find_invoice, has_refused_dre, thing_of
    from tournee.french import euros

    if resend + patient + undone + bool(insurer or member) != 1:
        raise click.UsageError(
            "Dites --renvoyer, --patient, --annuler, ou --mutuelle et --adherent avec les bons numéros : "
            "l’un des quatre."
        )
    with desk.office() as office:
        if undone:
            _undo_dre(desk, office, words, ps, reason, as_json)
            return
        one, row = find_invoice(office, words, ps=ps, fits=has_refused_dre)
        if insurer or member:
            _correct_dre(desk, office, one, row, insurer, member, reason, as_json, payer)
            return
        if patient:
            owed, again = charge_patient(office, row, reason), None
        else:
            owed, again = 0, send_dre_again(office, desk.config(), row, **payer)
        done = thing_of(office, one.id, row.id)
    if as_json:
        told = (
            {"owed": owed, "again": list(again.invoices), "added": again.added} if again else {"owed": owed}
        )
        values.write({"visit": values.thing(done), "invoice": row.number, **told})
    elif again is None:
        text = f"Le patient doit {euros(owed)} € de la facture {row.number} : {one.told}"
        desk.console.print(text, soft_wrap=True)
    else:
        added = " est ajoutée par vous, et" if again.added else " est connue :"
        desk.console.print(
            f"La mutuelle {again.number}{added} les DRE de son lot repartent ({', '.join(again.invoices)}). "
            "Ensuite : tournee lot close, file make, send",
            soft_wrap=True,
        )


def _undo_dre(
    desk: Desk, office: Office, words: tuple[str, ...], ps: str, reason: str, as_json: bool
) -> None:
    """Take the correction of a DRE back before it is signed."""
    from dataclasses import replace

    from tournee.app.correcting.dre_alone import undo_dre, waits_alone
    from tournee.app.finding import find_invoice, thing_of

    def fits(one: Thing) -> bool:
        return one.invoice is not None and waits_alone(one.invoice)

    one, row = find_invoice(office, words, ps=ps, fits=fits)
    undo_dre(office, replace(one, invoice=row), reason)
    if as_json:
        done = thing_of(office, one.id, row.id)
        values.write({"visit": values.thing(done), "invoice": row.number, "undone": True})
        return
    desk.console.print(
        f"La correction est ôtée : la DRE de la facture {row.number} est refusée comme avant, rien n’est "
        "parti.",
        soft_wrap=True,
    )


def _correct_dre(
    desk: Desk,
    office: Office,
    one: Thing,
    row: InvoiceRow,
    insurer: str,
    member: str,
    reason: str,
    as_json: bool,
    payer: dict[str, Any],
) -> None:
    """Have a refused DRE go alone, to this insurer, under this number there."""
    from dataclasses import replace

    from tournee.app.correcting.dre_alone import correct_dre, insurer_of
    from tournee.app.finding import thing_of
    from tournee.app.visits.payers import NewPayer

    number = "".join(insurer.split()) or insurer_of(row)
    name = payer.pop("name") or f"mutuelle {number}"
    made = correct_dre(
        office,
        desk.config(),
        replace(one, invoice=row),
        number,
        member,
        payer=NewPayer(number, name, **payer),
        reason=reason,
    )
    if as_json:
        told = {"insurer": made.number, "member": made.member, "added": made.added, "alone": True}
        done = thing_of(office, one.id, row.id)
        values.write({"visit": values.thing(done), "invoice": row.number, **told})
        return
    added = ", ajoutée par vous," if made.added else ""
    desk.console.print(
        f"La DRE de la facture {row.number} repart seule, à la mutuelle {made.number}{added} : la caisse "
        "n’est pas redemandée. Ensuite, votre carte CPS dans le lecteur : tournee lot close, file make, send",
        soft_wrap=True,
    )


@invoice.command("write-off", short_help="Passe en perte ce qui n’est pas payé.")
@thing_argument("FACTURE")
@_reason
@json_option
@click.pass_obj
def write_off(desk: Desk, words: tuple[str, ...], ps: str, reason: str, as_json: bool) -> None:
    """Passe en perte ce qui est refusé ou pas payé d’une facture : l’alerte finit, la visite ne sera pas
    facturée de nouveau. Un paiement qui viendrait quand même serait pris.
    """
    from tournee.app.finding import find_invoice, is_lost

    with desk.office() as office:
        one, row = find_invoice(office, words, ps=ps, fits=is_lost)
        office.journal.given_up.write_off(row.id, reason)
        office.journal.corrections.drop(one.id, reason)
    if as_json:
        values.write({"written_off": row.number, "visit": one.id})
        return
    desk.console.print(f"Facture {row.number} passée en perte (visite {one.id}, {one.told}) : {reason}")
