"""A `[remplacement]`, in a day file or in the configuration: who replaces whom, on which days."""

from __future__ import annotations

from typing import Any

from tournee.billing.numbers import BILLING_DIGITS, RPPS_DIGITS, billing_number_fault, rpps_fault
from tournee.billing.replacement import WEEKDAYS, Replacement, ReplacementSession
from tournee.tables.table import Table

TABLE = "remplacement"
_NAME_MAX = 60
_WEEKDAYS = {word: rank for rank, word in enumerate(WEEKDAYS, 1)}


def read_replacement(table: Table, replaced: str = "") -> Replacement | None:
    """What a table says; None where something in it is wrong, which is then noted at its place.

    `replaced` is the number of the PS who is replaced where the table does not say it.
    """
    number = table.digits("remplace", BILLING_DIGITS, required=not replaced) or replaced
    replaced_name = table.text("nom_remplace", required=True, longest=_NAME_MAX)
    rpps = table.digits("rpps", RPPS_DIGITS, required=True)
    name = table.text("nom", required=True, longest=_NAME_MAX)
    within = table.tables("sessions") if table.has("sessions") else []
    if table.has("sessions"):
        sessions = [_session(one) for one in within]
        for key in ("du", "au", "jours"):
            if table.has(key):
                table.fault(key, "se dit dans chaque session, ou sans sessions")
        if not sessions and isinstance(table.values["sessions"], list):
            table.fault("sessions", "aucune session")
    else:
        sessions = [_session(table)]
    faults = {
        "remplace": billing_number_fault(number) if number else "",
        "rpps": rpps_fault(rpps) if rpps else "",
    }
    for key, fault in faults.items():
        if fault:
            table.fault(key, fault)
    for one in (*within, table):
        one.finish()
    told = tuple(one for one in sessions if one is not None)
    if any(faults.values()) or not (number and rpps and replaced_name and name and told):
        return None
    return Replacement(number, replaced_name, rpps, name, told) if len(told) == len(sessions) else None


def replacement_table(told: Replacement) -> dict[str, Any]:
    """The `[remplacement]` of one: what `read_replacement` reads back."""
    head = {
        "remplace": told.replaced,
        "nom_remplace": told.replaced_name,
        "rpps": told.rpps,
        "nom": told.name,
    }
    sessions = [_span(one) for one in told.sessions]
    return head | (sessions[0] if len(sessions) == 1 else {"sessions": sessions})


def _span(one: ReplacementSession) -> dict[str, Any]:
    days = [WEEKDAYS[day - 1] for day in one.weekdays]
    return {"du": one.first.isoformat(), "au": one.last.isoformat()} | ({"jours": days} if days else {})


def _session(table: Table) -> ReplacementSession | None:
    first, last = table.day("du", required=True), table.day("au", required=True)
    days = _weekdays(table)
    if first is None or last is None or days is None:
        return None
    if last < first:
        table.fault("au", f"le {last:%d/%m/%Y} est avant le {first:%d/%m/%Y}")
        return None
    return ReplacementSession(first, last, days)


def _weekdays(table: Table) -> tuple[int, ...] | None:
    """The days of the week, in order; none: all. None where a word is none of them."""
    found = set()
    for word in table.texts("jours"):
        rank = _WEEKDAYS.get(word.strip().lower().removesuffix("s"))
        if rank is None:
            table.fault("jours", f"« {word} » n’est pas un jour de la semaine : {', '.join(WEEKDAYS)}")
            return None
        found.add(rank)
    return tuple(sorted(found))
