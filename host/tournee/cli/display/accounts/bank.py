"""The bank's credits and the virements announced, on the screen and for a program."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from rich.table import Table

from tournee.app.accounts.bank import BankStanding
from tournee.french import euros
from tournee.printable import line as one_line
from tournee.store import BankLineRow, BankLineState, VirementRow

_WORDS = 44


def standing_tables(found: BankStanding, lines: Mapping[int, BankLineRow]) -> Iterator[Table | str]:
    """What is proposed, ambiguous, unannounced, missing; how many are settled."""
    sure = [one for one in found.proposals if one.is_sure]
    unsure = [one for one in found.proposals if not one.is_sure]
    for title, proposals in (("Proposés", sure), ("Ambigus", unsure)):
        if proposals:
            table = _table(title, "Ligne", "Jour", "Reçu", "Libellé de la banque", "Virement annoncé")
            for one in proposals:
                said = "\n".join(f"{each.number} {one_line(each.label)[:_WORDS]}" for each in one.virements)
                table.add_row(*_cells(one.line), said)
            yield table
    if found.unmatched:
        table = _table("Reçus, que rien n’annonce", "Ligne", "Jour", "Reçu", "Libellé de la banque")
        for line in found.unmatched:
            table.add_row(*_cells(line))
        yield table
    if found.missing:
        yield _missing(found.missing)
    states = [one.state for one in lines.values()]
    matched, aside = states.count(BankLineState.MATCHED), states.count(BankLineState.ASIDE)
    yield f"Rapprochés : {matched}. Mis de côté : {aside}."


def standing_json(found: BankStanding, lines: Mapping[int, BankLineRow]) -> dict[str, Any]:
    """The same for a program; cents."""
    return {
        "proposals": [
            {"line": _line(one.line), "sure": one.is_sure, "virements": [_virement(v) for v in one.virements]}
            for one in found.proposals
        ],
        "unmatched": [_line(one) for one in found.unmatched],
        "missing": [_virement(one) for one in found.missing],
        "accepted": [
            {"line": _line(lines[line]), "virements": list(numbers)}
            for line, numbers in found.accepted.items()
        ],
        "aside": [_line(one) for one in lines.values() if one.state is BankLineState.ASIDE],
    }


def _missing(virements: Sequence[VirementRow]) -> Table:
    table = _table(
        "Annoncés, pas encore rapprochés", "Virement", "Jour", "Annoncé", "Libellé", "Professionnel"
    )
    for one in virements:
        table.add_row(one.number, _day(one.day), euros(one.cents), one_line(one.label)[:_WORDS], one.ps)
    return table


def _table(title: str, *headings: str) -> Table:
    table = Table(title=title, title_style="bold")
    for heading in headings:
        table.add_column(heading, justify="right" if heading in ("Ligne", "Reçu", "Annoncé") else "left")
    return table


def _cells(line: BankLineRow) -> tuple[str, ...]:
    return str(line.id), _day(line.day), euros(line.cents), one_line(line.words)[:_WORDS]


def _day(day: str) -> str:
    return f"{day[6:]}/{day[4:6]}/{day[:4]}"


def _line(line: BankLineRow) -> dict[str, Any]:
    told = {"id": line.id, "day": line.day, "cents": line.cents, "words": line.words}
    return {**told, "state": line.state.value, "reason": line.reason}


def _virement(one: VirementRow) -> dict[str, Any]:
    return {"number": one.number, "day": one.day, "cents": one.cents, "label": one.label, "ps": one.ps}
