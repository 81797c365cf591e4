"""`tournee visit …`: what visits cost; one of the journal done without its card."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

import click

from tournee.cli import status
from tournee.cli.context import Desk, json_option
from tournee.cli.display import as_json as values
from tournee.cli.french import FrenchGroup
from tournee.cli.options.filters import DayOption
from tournee.cli.options.things import thing_argument
from tournee.errors import BillingError

if TYPE_CHECKING:
    from tournee.app.visits.pricing import Priced
    from tournee.billing.kept.known import Past


@click.group("visit", cls=FrenchGroup)
def visit() -> None:
    """Les visites : leur prix, avant toute carte ; celle dont la carte ne vient pas."""


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
        from tournee.app.visits.past import JournalPast

        with desk.office() as office:
            done = _price(desk, files, JournalPast(office.journal))
    else:
        done = _price(desk, files, None)
    if as_json:
        values.write(priced.as_json(done))
    else:
        priced.show(desk.console, done)
    if any(one.refused for one in done):
        raise click.exceptions.Exit(status.OF_ERROR[BillingError])


def _price(desk: Desk, files: tuple[Path, ...], past: Past | None) -> list[Priced]:
    from tournee.app.visits.pricing import price_files
    from tournee.billing.dayfile.day import read_day_file

    return price_files([(path.name, read_day_file(path)) for path in files], past, desk.tables().dated())


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
