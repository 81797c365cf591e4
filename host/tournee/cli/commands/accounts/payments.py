"""`tournee account show|pay|refund|cancel|give-up`: what a patient owes and pays."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import TYPE_CHECKING, Any

import click

from tournee.cli.context import Desk, json_option
from tournee.cli.display import as_json as values
from tournee.cli.french import FrenchCommand
from tournee.cli.options.amounts import AmountOption
from tournee.cli.options.filters import DayOption
from tournee.model import Means

if TYPE_CHECKING:
    from tournee.app.accounts.paying import PaymentsTold
    from tournee.app.context import Office
    from tournee.app.finding import Thing

MEANS = {
    "especes": Means.CASH,
    "cheque": Means.CHEQUE,
    "cb": Means.CARD,
    "virement": Means.TRANSFER,
    "autre": Means.OTHER,
    "avoir": Means.CREDIT,
}
_MONEY = [word for word in MEANS if word != "avoir"]

_words = click.argument("words", metavar="FACTURE|VISITE|NOM…", nargs=-1, required=True)
_ps = click.option("--ps", default="", metavar="NUMÉRO", help="De quel professionnel, si deux ont ce numéro.")
_amount = click.option("--amount", type=AmountOption(), help="Combien, en euros ; sans rien dire, tout.")
_day = click.option("--on", "day", type=DayOption(), help="Quel jour ; sans rien dire, aujourd’hui.")
_word = click.option("--word", default="", metavar="MOT", help="Une note : numéro du chèque, qui a payé.")


def _by(words: list[str], meaning: str) -> Callable[[Any], Any]:
    return click.option("--by", "by", type=click.Choice(words), required=True, help=meaning)


@click.command("show", cls=FrenchCommand)
@_words
@_ps
@json_option
@click.pass_obj
def show(desk: Desk, words: tuple[str, ...], ps: str, as_json: bool) -> None:
    """Montre ce que caisse, mutuelle et patient doivent et ont payé, et chaque paiement du patient : de la
    facture, de la visite ou de toutes celles du patient que ces mots disent.
    """
    from tournee.app.accounts.standing import accounts_of

    with desk.office() as office:
        found = accounts_of(office, words, ps)
    from tournee.cli.display.accounts import account as show_accounts

    if as_json:
        values.write(show_accounts.accounts_json(found))
        return
    for one in show_accounts.account_tables(found):
        desk.console.print(one)


@click.command("pay", cls=FrenchCommand)
@_words
@_amount
@_by([*MEANS], "Comment ; « avoir » prend sur ce que le patient a payé en trop ailleurs.")
@_day
@_word
@click.option("--credit", is_flag=True, help="Garde en avoir ce qui dépasse ce que le patient doit.")
@_ps
@json_option
@click.pass_obj
def pay(
    desk: Desk,
    words: tuple[str, ...],
    amount: int | None,
    by: str,
    day: date | None,
    word: str,
    credit: bool,
    ps: str,
    as_json: bool,
) -> None:
    """Note ce que le patient a payé pour une visite : tout ce qu’il doit, ou une partie. Plus que ce qu’il
    doit est refusé, ou gardé en avoir avec --credit.
    """
    from tournee.app.accounts.paying import pay as add

    with desk.office() as office:
        told = add(office, _meant(office, words, ps), MEANS[by], amount, day=day, word=word, credit=credit)
    _tell(desk, told, as_json)


@click.command("refund", cls=FrenchCommand)
@_words
@_amount
@_by(_MONEY, "Comment vous l’avez rendu.")
@_day
@_word
@_ps
@json_option
@click.pass_obj
def refund(
    desk: Desk,
    words: tuple[str, ...],
    amount: int | None,
    by: str,
    day: date | None,
    word: str,
    ps: str,
    as_json: bool,
) -> None:
    """Note ce que vous avez rendu au patient de ce qu’il a payé en trop : tout, ou une partie."""
    from tournee.app.accounts.paying import give_back

    with desk.office() as office:
        told = give_back(
            office, _meant(office, words, ps, to_give_back=True), MEANS[by], amount, day=day, word=word
        )
    _tell(desk, told, as_json)


@click.command("cancel", cls=FrenchCommand)
@click.argument("payment", metavar="PAIEMENT", type=int)
@click.option("--reason", required=True, help="Pourquoi ; gardé avec la contre-écriture.")
@json_option
@click.pass_obj
def cancel(desk: Desk, payment: int, reason: str, as_json: bool) -> None:
    """Reprend un paiement noté par erreur : une contre-écriture s’ajoute, rien n’est effacé."""
    from tournee.app.accounts.paying import take_back

    with desk.office() as office:
        told = take_back(office, payment, reason)
    _tell(desk, told, as_json)


@click.command("give-up", cls=FrenchCommand)
@_words
@_amount
@click.option("--reason", required=True, help="Pourquoi ; gardé avec la ligne.")
@_ps
@json_option
@click.pass_obj
def give_up(
    desk: Desk, words: tuple[str, ...], amount: int | None, reason: str, ps: str, as_json: bool
) -> None:
    """Renonce à ce qu’un patient doit pour une visite : ce n’est plus réclamé, et compte comme une perte."""
    from tournee.app.accounts import paying

    with desk.office() as office:
        told = paying.give_up(office, _meant(office, words, ps), reason, amount)
    _tell(desk, told, as_json)


def _meant(office: Office, words: tuple[str, ...], ps: str, *, to_give_back: bool = False) -> Thing:
    from tournee.app.accounts.standing import visit_meant

    return visit_meant(office, words, ps, to_give_back=to_give_back)


def _tell(desk: Desk, told: PaymentsTold, as_json: bool) -> None:
    if as_json:
        lines = [values.patient_payment(one) for one in told.lines]
        values.write({"payments": lines, "patient_owes": told.owes})
        return
    from tournee.cli.display.accounts.account import line_of, owes_line

    for one in told.lines:
        desk.console.print(line_of(one), soft_wrap=True)
    desk.console.print(owes_line(told.thing.patient, told.owes), soft_wrap=True)
