"""`tournee account receipt|statement|unpaid|remind|sheet`: papers, what is still due, letters."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

import click

from tournee.cli.context import Desk, json_option
from tournee.cli.display import as_json as values
from tournee.cli.french import FrenchCommand
from tournee.cli.options.filters import DayOption
from tournee.errors import StoreError
from tournee.files import write_whole
from tournee.french import reason

if TYPE_CHECKING:
    from tournee.app.accounts.unpaid import Debtor

DEBTORS = ("caisse", "mutuelle", "patient")

_words = click.argument("words", metavar="FACTURE|VISITE|NOM…", nargs=-1, required=True)
_ps = click.option("--ps", default="", metavar="NUMÉRO", help="De quel professionnel, si deux ont ce numéro.")
_carer = click.option(
    "--carer", default="", metavar="NOM", help="Votre nom, à imprimer ; sans lui, le cachet le dit."
)
_out = click.option(
    "--out", type=click.Path(path_type=Path, dir_okay=False), metavar="FICHIER", help="Où l’écrire."
)
_debtor = click.option("--debtor", type=click.Choice(DEBTORS), help="De ce débiteur seulement.")


@click.command("receipt", cls=FrenchCommand)
@click.argument("payment", metavar="PAIEMENT", type=int)
@_out
@_carer
@json_option
@click.pass_obj
def receipt(desk: Desk, payment: int, out: Path | None, carer: str, as_json: bool) -> None:
    """Écrit le reçu de PAIEMENT (PDF, une page), à imprimer : recu-NUMÉRO.pdf sans rien dire. Fait de
    nouveau, il a le même numéro et porte DUPLICATA.
    """
    from tournee.app.accounts import papers

    with desk.office() as office:
        pdf, number, duplicate = papers.receipt(office, payment, carer)
    target = out or Path(f"recu-{number}{'-duplicata' if duplicate else ''}.pdf")
    write_paper(target, pdf)
    if as_json:
        values.write({"receipt": number, "duplicate": duplicate, "file": str(target)})
        return
    desk.console.print(f"{'Duplicata du reçu' if duplicate else 'Reçu'} {number} : {target}")


@click.command("statement", cls=FrenchCommand)
@_words
@click.option("--since", type=DayOption(), help="Les soins à partir de ce jour.")
@click.option("--until", type=DayOption(), help="Les soins jusqu’à ce jour ; sans rien dire, aujourd’hui.")
@_out
@_carer
@_ps
@json_option
@click.pass_obj
def statement(
    desk: Desk,
    words: tuple[str, ...],
    since: date | None,
    until: date | None,
    out: Path | None,
    carer: str,
    ps: str,
    as_json: bool,
) -> None:
    """Écrit le relevé d’un patient (PDF), releve.pdf sans rien dire : chaque facture, ce que chacun en paie,
    ce que le patient a payé et doit encore.
    """
    from tournee.app.accounts import papers

    with desk.office() as office:
        pdf = papers.statement(office, words, ps=ps, since=since, until=until, carer=carer)
    target = out or Path("releve.pdf")
    write_paper(target, pdf)
    if as_json:
        values.write({"file": str(target)})
        return
    desk.console.print(f"Relevé : {target}")


@click.command("sheet", cls=FrenchCommand)
@_words
@_out
@_carer
@_ps
@json_option
@click.pass_obj
def sheet(desk: Desk, words: tuple[str, ...], out: Path | None, carer: str, ps: str, as_json: bool) -> None:
    """Écrit la feuille de soins d’une facture faite sans carte Vitale (PDF), feuille-NUMÉRO.pdf sans rien
    dire, pour la caisse. C’est un modèle propre à Tournée, pas le formulaire officiel.
    """
    from tournee.app.accounts.paper_sheet import paper_sheet

    with desk.office() as office:
        pdf, number = paper_sheet(office, words, ps=ps, carer=carer)
    target = out or Path(f"feuille-{number}.pdf")
    write_paper(target, pdf)
    if as_json:
        values.write({"invoice": number, "file": str(target)})
        return
    desk.console.print(f"Feuille de soins : {target}. À imprimer, à signer et à envoyer à la caisse.")


@click.command("unpaid", cls=FrenchCommand)
@_debtor
@click.option("--ps", default="", metavar="NUMÉRO", help="D’un seul professionnel.")
@json_option
@click.pass_obj
def unpaid(desk: Desk, debtor: str | None, ps: str, as_json: bool) -> None:
    """Montre ce qui est encore dû, par débiteur (caisse, mutuelle, patient) et par âge de la facture, puis ce
    qui a été payé en trop.
    """
    from tournee.app.accounts import unpaid as debts

    with desk.office() as office:
        found = debts.unpaid(office, ps=ps, debtor=_debtor_of(debtor))
    from tournee.cli.display.accounts import debts as show_debts

    if as_json:
        values.write(show_debts.debts_json(found))
        return
    for one in show_debts.debts_tables(found):
        desk.console.print(one)


@click.command("remind", cls=FrenchCommand)
@click.option("--debtor", type=click.Choice(DEBTORS), default="patient", show_default=True, help="À qui.")
@click.option("--patient", default="", metavar="NOM", help="D’un patient, par une partie de son nom.")
@click.option(
    "--older", type=click.IntRange(0), default=30, show_default=True, metavar="JOURS", help="Plus vieux que."
)
@_out
@_carer
@click.option("--ps", default="", metavar="NUMÉRO", help="D’un seul professionnel.")
@json_option
@click.pass_obj
def remind(
    desk: Desk, debtor: str, patient: str, older: int, out: Path | None, carer: str, ps: str, as_json: bool
) -> None:
    """Écrit une relance par débiteur, en texte : factures, jours et montants, rien des soins. À l’écran, ou
    dans un fichier.
    """
    from tournee.app.accounts import unpaid as debts
    from tournee.app.accounts.reminders import reminders
    from tournee.app.finding import is_named

    with desk.office() as office:
        found = [
            one
            for one in debts.unpaid(office, ps=ps, debtor=_debtor_of(debtor))
            if not patient or is_named(one.patient, patient)
        ]
    told = list(reminders(found, carer=carer, older_than=older))
    if out is not None:
        write_paper(out, "\f".join(one.text for one in told).encode())
    if as_json:
        letters = [{"to": one.whom, "cents": one.cents, "text": one.text} for one in told]
        values.write({"debtor": debtor, "reminders": letters, "file": str(out) if out else ""})
        return
    if not told:
        desk.console.print("Personne à relancer.")
    elif out is not None:
        desk.console.print(f"{len(told)} relance{'s' if len(told) > 1 else ''} : {out}")
    else:
        for one in told:
            click.echo(one.text)


def _debtor_of(word: str | None) -> Debtor | None:
    from tournee.app.accounts.unpaid import Debtor

    return Debtor(word) if word else None


def write_paper(target: Path, content: bytes) -> None:
    """Write a file of the carer's alone: it names a patient. StoreError."""
    try:
        write_whole(target, content)
    except OSError as error:
        raise StoreError(f"Le fichier {target} ne peut pas être écrit.", cause=reason(error)) from None
