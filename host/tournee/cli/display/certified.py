"""What one run of `tournee certify` did, and what it leaves."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from tournee.cli.display.show import counted, labelled, shares_line
from tournee.french import euros
from tournee.reader.failures import CardFailed

if TYPE_CHECKING:
    from rich.console import Console

    from tournee.app.visits.names import Who
    from tournee.errors import OppositionError, TourneeError
    from tournee.store import InvoiceRow, SheetState, VisitRow

_NAMED_MAX = 20  # visits that wait, named one by one


@dataclass
class Certified:
    """Whose cards were there, what was done and refused, what waits for its card and whose it is, how many
    visits of other professionals do, by their numbers, and how many invoices wait for whose signature.
    """

    who: str = ""
    card: str = ""
    possible: int = 0
    done: list[InvoiceRow] = field(default_factory=list)
    refused: list[tuple[VisitRow, TourneeError]] = field(default_factory=list)
    waiting: list[tuple[VisitRow, Who]] = field(default_factory=list)
    of_others: dict[str, int] = field(default_factory=dict)
    unsigned: dict[str, int] = field(default_factory=dict)
    insurers: dict[int, str] = field(default_factory=dict)  # by visit: what its insurer said on line
    opposed: OppositionError | None = None
    stopped: TourneeError | None = None
    doubt: str = ""
    news: bool = False
    nothing: str = ""  # what is said when nothing was to be done


def as_json(run: Certified) -> dict[str, Any]:
    """The same for a program."""
    from tournee.app.opposition.in_force import OpposedCardError

    return {
        "certified": [
            {
                "number": one.number,
                "visit": one.visit_id,
                "sheets": [sheet.kind for sheet in one.sheets],
                "fee": one.sheets[0].fee,
                "shares": one.shares._asdict(),
                "state": one.sheets[0].state.value,
                "insurer": run.insurers.get(one.visit_id, ""),
            }
            for one in run.done
        ],
        "refused": [{"visit": row.id, "reason": str(wrong)} for row, wrong in run.refused],
        "waiting": len(run.waiting),
        "waiting_visits": [
            {"id": row.id, "date": row.date, "nir": who.number, "name": who.name} for row, who in run.waiting
        ],
        "unsigned": run.unsigned,
        "card": run.card,
        "ps": run.who,
        "opposed": isinstance(run.opposed, OpposedCardError),
        "doubt": run.doubt,
    }


def show(screen: Console, errors: Console, run: Certified) -> None:
    """What was done, what was refused and why, what waits for which card."""
    for one in run.done:
        sheet = one.sheets[0]
        kinds = " + ".join(sheet.kind for sheet in one.sheets)
        about = f"{kinds}, {sheet.patient.title()}, {euros(sheet.fee)} €"
        screen.print(f"Facture {one.number} : {about}, {_done(sheet.state)} (visite {one.visit_id})")
        screen.print(f"  {shares_line(one.shares, sheet.amo, sheet.amc)}")
        if said := run.insurers.get(one.visit_id):
            screen.print(f"  {said}", soft_wrap=True)
    if run.news:
        errors.print(labelled("Attention :", f"{run.doubt}. Ensuite : tournee opposition request"))
    for row, wrong in run.refused:
        errors.print(f"Visite {row.id} : {wrong}", soft_wrap=True)
    if run.nothing:
        if not run.possible:
            screen.print(run.nothing, soft_wrap=True)
    elif not (run.possible or run.waiting):
        _show_nothing_to_do(screen, run)
    elif run.card and not run.possible:
        screen.print(
            f"Carte de {run.card} : aucune visite à facturer pour cette famille. Si vous l’avez vue, ajoutez "
            "sa visite au fichier du jour et reprenez-le ; sinon, insérez la carte d’une visite qui attend.",
            soft_wrap=True,
        )
    for name, count in run.unsigned.items():
        waiting = counted(count, "facture attend", "factures attendent")
        screen.print(f"{waiting} la signature de {name} : insérez sa carte CPS.", soft_wrap=True)
    if run.waiting:
        cards = ", ".join(
            f"visite {row.id} du {row.date[6:]}/{row.date[4:6]} ({_named(who)})"
            for row, who in run.waiting[:_NAMED_MAX]
        )
        if len(run.waiting) > _NAMED_MAX:
            cards += f" et {len(run.waiting) - _NAMED_MAX} de plus : tournee day visits"
        waiting = counted(len(run.waiting), "visite attend sa", "visites attendent leur")
        screen.print(f"{waiting} carte Vitale : {cards}", soft_wrap=True)
        if run.opposed is not None or isinstance(run.stopped, CardFailed):
            screen.print('Sans cette carte : tournee visit degrade VISITE --reason "…"', soft_wrap=True)


def _done(state: SheetState) -> str:
    return "scellée, à contresigner" if state.value == "sealed" else "certifiée"


def _named(who: Who) -> str:
    return f"{who.name}, NIR {who.number}" if who.name else f"NIR {who.number}"


def _show_nothing_to_do(screen: Console, run: Certified) -> None:
    """The carer's card has no visit: whose it is, who else has some."""
    whose = f" Carte Vitale de {run.card}." if run.card else ""
    screen.print(f"Aucune visite de {run.who} n’est à facturer.{whose}")
    for ps, count in run.of_others.items():
        waiting = counted(count, "visite attend", "visites attendent")
        screen.print(f"{waiting} la carte du professionnel {ps} : insérez-la, ou prenez un fichier à vous.")
