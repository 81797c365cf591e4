"""What one run of `tournee certify` did, and what it leaves."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from tournee.cli.display.show import counted, labelled
from tournee.french import euros

if TYPE_CHECKING:
    from rich.console import Console

    from tournee.billing.visit import JudgedVisit
    from tournee.errors import OppositionError, TourneeError
    from tournee.store import InvoiceRow, VisitRow


@dataclass
class Certified:
    """Whose cards were there, what was done, refused (by the rank of the visit) and what waits."""

    who: str = ""
    card: str = ""
    possible: int = 0
    done: list[InvoiceRow] = field(default_factory=list)
    refused: list[tuple[int, TourneeError]] = field(default_factory=list)
    waiting: list[tuple[VisitRow, JudgedVisit]] = field(default_factory=list)
    opposed: OppositionError | None = None
    stopped: TourneeError | None = None
    doubt: str = ""
    news: bool = False


def as_json(run: Certified) -> dict[str, Any]:
    """The same for a program."""
    from tournee.app.opposition.in_force import OpposedCardError

    return {
        "certified": [
            {"number": one.number, "sheets": [sheet.kind for sheet in one.sheets]} for one in run.done
        ],
        "refused": [{"visit": rank, "reason": str(wrong)} for rank, wrong in run.refused],
        "waiting": len(run.waiting),
        "opposed": isinstance(run.opposed, OpposedCardError),
        "doubt": run.doubt,
    }


def show(screen: Console, errors: Console, run: Certified) -> None:
    """What was done, what was refused and why, what waits for which card."""
    for one in run.done:
        sheet = one.sheets[0]
        kinds = " + ".join(sheet.kind for sheet in one.sheets)
        screen.print(
            f"Facture {one.number} : {kinds}, {sheet.patient.title()}, {euros(sheet.fee)} €, certifiée"
        )
    if run.news:
        errors.print(labelled("Attention :", f"{run.doubt}. Ensuite : tournee opposition request"))
    for rank, wrong in run.refused:
        errors.print(f"Visite {rank} : {wrong}", soft_wrap=True)
    if not (run.possible or run.waiting):
        screen.print(f"Aucune visite de {run.who} n’est à facturer.")
    elif run.card and not run.possible:
        screen.print(f"Carte de {run.card} : aucune visite à facturer pour cette famille.")
    if run.waiting:
        cards = ", ".join(
            f"visite {row.rank} du {row.date[6:]}/{row.date[4:6]} (NIR {visit.nir})"
            for row, visit in run.waiting
        )
        waiting = counted(len(run.waiting), "visite attend sa", "visites attendent leur")
        screen.print(f"{waiting} carte Vitale : {cards}", soft_wrap=True)
