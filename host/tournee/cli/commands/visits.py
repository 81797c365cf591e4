"""`tournee visit …`: what visits cost; one of the journal shown, put right, done without its card."""

from __future__ import annotations

import sys
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

import click

from tournee.cli import status
from tournee.cli.context import Desk, json_option
from tournee.cli.display import as_json as values
from tournee.cli.french import FrenchGroup
from tournee.cli.options.edit_options import EditOptions, edit_options
from tournee.cli.options.filters import DayOption
from tournee.cli.options.things import thing_argument
from tournee.errors import BillingError

if TYPE_CHECKING:
    from tournee.app.visits.pricing import Priced
    from tournee.billing.dayfile.day import Complete
    from tournee.billing.kept.known import Past


@click.group("visit", cls=FrenchGroup)
def visit() -> None:
    """Les visites : leur prix, avant toute carte ; les montrer, les corriger, les annuler. Une visite se dit
    par le nom du patient (une partie suffit, avec un jour si besoin), son numéro, ou celui de sa facture.
    """


@visit.command("show", short_help="Une visite, ses actes, ses factures.")
@thing_argument("VISITE")
@click.option("--toml", "as_toml", is_flag=True, help="Dans les mots du fichier du jour, pour la corriger.")
@json_option
@click.pass_obj
def show(desk: Desk, words: tuple[str, ...], ps: str, as_toml: bool, as_json: bool) -> None:
    """Montre ce que dit une visite, ce qu’elle vaut et qui paie, ses factures avec leurs lots, ce qui l’a
    changée. Si plusieurs répondent à ce nom, les liste.
    """
    from tournee.app.finding import find_thing, find_things
    from tournee.cli.display import show_visit

    with desk.office() as office:
        if as_toml:
            click.echo(show_visit.as_toml(find_thing(office, words, ps=ps)), nl=False)
            return
        found = find_things(office, words, ps=ps)
        if as_json:
            values.write({"visits": [show_visit.as_json(office, one) for one in found]})
            return
        if len(found) > 1:
            desk.console.print(show_visit.things_table(found))
            return
        for line in show_visit.lines(office, found[0]):
            desk.console.print(line, soft_wrap=True)


@visit.command("edit", short_help="Corrige une visite dont rien n’est parti.")
@thing_argument("VISITE")
@edit_options
@click.option("--jumelle", "twin", is_flag=True, help="Pareille à une autre visite, c’en est une autre.")
@click.option("--reason", default="", help="Pourquoi, pour l’historique ; sinon ce qui change.")
@json_option
@click.pass_obj
def edit(
    desk: Desk, words: tuple[str, ...], ps: str, told: EditOptions, twin: bool, reason: str, as_json: bool
) -> None:
    """Edit d’une visite ce que disent les options, ou un morceau de fichier du jour ; le reste ne bouge
    pas. Elle est jugée de nouveau, et refusée en entier si quelque chose ne va pas. Sa facture, si elle n’est
    dans aucun lot, est abandonnée : son numéro est perdu, et dit.
    """
    from tournee.app.finding import find_thing, is_editable
    from tournee.app.visits.editing import edit_visit
    from tournee.cli.display import show_visit

    if not told:
        raise click.UsageError("Rien n’est dit de ce qui change : tournee visit edit --help")
    with desk.office() as office:
        one = find_thing(office, words, ps=ps, fits=is_editable)
        done = edit_visit(office, one.id, told.change(office), reason=reason, twins=twin)
    if as_json:
        values.write(show_visit.edited_as_json(done))
        return
    show_visit.show_edited(desk.console, done)


@visit.command("cancel", short_help="Annule une visite.")
@thing_argument("VISITE")
@click.option("--reason", default="annulée", help="Pourquoi, pour l’historique.")
@click.option("--oui", "sure", is_flag=True, help="Sans demander.")
@json_option
@click.pass_obj
def cancel(desk: Desk, words: tuple[str, ...], ps: str, reason: str, sure: bool, as_json: bool) -> None:
    """Annule une visite : elle n’est plus à facturer, et sa facture, si elle n’est dans aucun lot, est
    abandonnée. Partie, sa facture reste due tant que l’organisme ne l’a ni refusée ni annulée : la visite le
    sera alors.
    """
    from tournee.app.correcting.visits import cancel_visit
    from tournee.app.finding import find_thing, is_editable
    from tournee.cli.display import show_visit

    with desk.office() as office:
        one = find_thing(office, words, ps=ps, fits=is_editable)
        if not (sure or as_json or not sys.stdin.isatty() or _agreed(f"Annuler la {one} ? (o/n)")):
            raise click.Abort
        done = cancel_visit(office, one.id, reason)
    if as_json:
        values.write(show_visit.cancelled_as_json(done))
        return
    show_visit.show_cancelled(desk.console, done)


def _agreed(question: str) -> bool:
    answer: str = click.prompt(question, err=True)
    return answer.strip().casefold()[:1] == "o"


@visit.command("price", short_help="Dit ce que valent les visites d’un fichier du jour.")
@click.argument(
    "files",
    metavar="FICHIER…",
    nargs=-1,
    required=True,
    type=click.Path(path_type=Path, exists=True, dir_okay=False),
)
@click.option("--journal", "with_journal", is_flag=True, help="Compte aussi avec les visites du journal.")
@json_option
@click.pass_obj
def price(desk: Desk, files: tuple[Path, ...], with_journal: bool, as_json: bool) -> None:
    """Dit pour chaque visite ses lignes, leur prix, qui paie, ce que les règles refusent et ce qui se perd.

    Rien n’est pris au journal. Plusieurs fichiers sont jugés ensemble, dans l’ordre de leurs jours et heures.
    L’état de sortie dit si tout peut être facturé.
    """
    from tournee.cli.display import priced

    if with_journal:
        from tournee.app.practice.attestations import by_attestations
        from tournee.app.visits.past import JournalPast

        with desk.office() as office:
            done = _price(desk, files, JournalPast(office.journal), by_attestations(office))
    else:
        done = _price(desk, files)
    if as_json:
        values.write(priced.as_json(done))
    else:
        priced.show(desk.console, done)
    if any(one.refused for one in done):
        raise click.exceptions.Exit(status.OF_ERROR[BillingError])


def _price(
    desk: Desk, files: tuple[Path, ...], past: Past | None = None, complete: Complete | None = None
) -> list[Priced]:
    from tournee.app.visits.pricing import price_files
    from tournee.billing.dayfile.day import read_day_file

    told = [(path.name, read_day_file(path)) for path in files]
    return price_files(told, past, desk.tables().dated(), desk.today(), complete)


@visit.command("degrade", short_help="Passe une visite en mode dégradé.")
@thing_argument("VISITE")
@click.option("--reason", required=True, help="Pourquoi : « carte en opposition », « puce illisible »…")
@click.option("--sans-carte", "no_card", is_flag=True, help="Le patient n’a pas sa carte.")
@click.option("--nom", "name", default="", help="Nom du patient.")
@click.option("--prenom", "first_name", default="", help="Son prénom.")
@click.option("--cle", "key", default="", help="La clé de son numéro, si la visite ne la dit pas.")
@click.option("--naissance", "born", type=DayOption(), help="Sa date de naissance.")
@click.option("--caisse", "organisme", default="", help="Régime, caisse et centre : 01-751-0000.")
@click.option("--amc", default="", help="Le numéro de sa mutuelle (10 chiffres), si elle paie sa part.")
@json_option
@click.pass_obj
def degrade(
    desk: Desk,
    words: tuple[str, ...],
    ps: str,
    reason: str,
    no_card: bool,
    name: str,
    first_name: str,
    key: str,
    born: date | None,
    organisme: str,
    amc: str,
    as_json: bool,
) -> None:
    """Fait d’une visite qui attend une carte Vitale une visite en mode dégradé : carte illisible, en
    opposition, Vitale 1 ; ou sans carte (sans rien dire d’autre : avec les droits de sa dernière lecture). Ce
    que vous ne dites pas du patient vient de sa dernière facture, s’il en a une : relisez-le. Le paiement
    n’est pas garanti.
    """
    from tournee.app.finding import find_thing, is_pending
    from tournee.app.visits.degraded import ToldIdentity, bill_degraded
    from tournee.billing.identity import Amc

    told = ToldIdentity(name, first_name, key, born, organisme, Amc(amc, indicator="30") if amc else None)
    with desk.office() as office:
        visit = find_thing(office, words, ps=ps, fits=is_pending).id
        done = bill_degraded(office, visit, reason, told, no_card=no_card)
    if as_json:
        values.write({"visit": values.visit(done)})
        return
    patient, where = done.judged.typed, ", droits de la dernière lecture de sa carte"
    if patient is not None:
        birth = f"{patient.born[6:]}/{patient.born[4:6]}/{patient.born[:4]}"
        where = f", né(e) le {birth}, caisse {patient.regime}-{patient.caisse}-{patient.centre}"
    where += f", mutuelle {done.judged.visit.amc.number}" if done.judged.visit.amc else ""
    mode = "sans carte" if no_card else "en mode dégradé"
    desk.console.print(
        f"Visite {visit}, {done.who}{where}, {done.day}, {done.acts} : {mode}. Ensuite : tournee certify",
        soft_wrap=True,
    )
