"""What a program reads: the same facts as the tables, as plain values. Keys are stable; amounts are cents."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Iterable, Mapping
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

import click

from tournee.cli.display.hints import command_after
from tournee.cli.streams import knows_all
from tournee.model import cents_of

if TYPE_CHECKING:
    from tournee.app.alerts import Alert
    from tournee.app.finding import Thing
    from tournee.app.inbound import Settled
    from tournee.app.visits.imported import SeenVisit
    from tournee.billing.replacement import Replacement
    from tournee.cli.context import Desk
    from tournee.reader import CardFailed, Identity
    from tournee.store import EffectRow, OverviewRow, PatientPayment, ReturnRow, Totals, Trace
    from tournee.store.numbering.numbers import NumbersHeld

PROFILE = "open-1"


def answer(desk: Desk, as_json: bool, value: dict[str, Any], text: str) -> None:
    """What a short command did: its values for a program, else one line."""
    if as_json:
        write(value)
    else:
        desk.console.print(text, soft_wrap=True)


def write(values: dict[str, Any]) -> None:
    """Print one JSON object; it says that it is a simulation. A line a value, one for each item of
    a list: ten thousand invoices are written as fast as they are read.
    """
    whole = {"profile": PROFILE, "simulation": True, **values}
    compact = _compact if knows_all(sys.stdout) else _ASCII
    told = ",\n".join(f"  {compact(key)}: {_told(value, compact)}" for key, value in whole.items())
    click.echo(f"{{\n{told}\n}}")


def _told(value: Any, compact: Callable[[Any], str]) -> str:
    if isinstance(value, list | tuple) and value:
        return "[\n    " + ",\n    ".join(map(compact, value)) + "\n  ]"
    return compact(value)


_compact = json.JSONEncoder(ensure_ascii=False).encode
_ASCII = json.JSONEncoder().encode


def invoice(row: OverviewRow, carers: Mapping[str, str] | None = None) -> dict[str, Any]:
    """One invoice and where it stands; `carers` are names by their numbers."""
    names = carers or {}
    return {
        "number": row.number,
        "visit": row.visit_id,
        "ps": row.ps,
        "ps_name": names.get(row.ps, ""),
        "substitute": row.substitute,
        "substitute_name": names.get(row.substitute, ""),
        "date": row.date,
        "patient": row.patient,
        "sheets": [
            {"kind": kind, "state": state.value} for kind, state in zip(row.kinds, row.states, strict=True)
        ],
        "state": row.state.value,
        "fee": row.fee,
        "amo": row.amo,
        "amc": row.amc,
        "paid": row.paid,
        "given_back": row.given_back,
        "cancelled": row.cancelled,
        "shares": row.shares._asdict(),
        "patient_paid": row.given.given,
        "patient_owes": row.patient_owes,
        "lots": list(row.lots),
        "files": list(row.files),
        "subjects": list(row.subjects),
        "reason": row.reason,
        "replaces": row.replaces,
        "replaced_by": row.replaced_by,
        "counts": row.counts,
    }


def totals(found: Totals) -> dict[str, Any]:
    """What all invoices come to."""
    return {
        "invoices": found.invoices,
        "fee": found.fee,
        "paid": found.paid,
        "given_back": found.given_back,
        "sheets": {state.value: count for state, count in found.sheets.items()},
    }


def alert(one: Alert) -> dict[str, Any]:
    """One thing to look into."""
    return {
        "kind": one.kind.value,
        "about": one.about,
        "invoices": list(one.invoices),
        "visits": list(one.visits),
        "lot": one.lot,
        "ps": one.ps,
        "since": one.since,
        "days": one.days,
        "text": one.text,
        "next_step": one.next_step,
        "command": command_after(one),
        "urgent": one.urgent,
    }


def received(settled: Settled) -> dict[str, Any]:
    """One return and how many of its effects changed something."""
    return {
        "id": settled.row.id,
        "kind": settled.read.kind,
        "subject": settled.read.envelope.subject,
        "state": settled.row.state.value,
        "effects": len(settled.effects),
        "applied": sum(effect.applied for effect in settled.effects),
        "notes": [*settled.read.notes, *settled.read.odd],
        "reason": settled.row.reason,
    }


def money(settled: Iterable[Settled]) -> dict[str, int]:
    """What returns said of money, each cent once; `apart` was paid for nothing of this journal."""
    rows = [row for one in settled for row in one.effects]
    told = asdict(cents_of(row.effect for row in rows if row.applied))
    return told | {"apart": sum(row.effect.paid for row in rows if not row.applied)}


def kept(row: ReturnRow) -> dict[str, Any]:
    """One return of the journal."""
    return {
        "id": row.id,
        "kind": row.kind,
        "state": row.state.value,
        "taken": row.taken,
        "subject": row.summary,
        "notes": row.notes,
        "reason": row.reason,
    }


def visit(one: SeenVisit) -> dict[str, Any]:
    """One visit of the journal."""
    row = one.row
    return {
        "id": row.id,
        "day": row.date,
        "ps": row.ps,
        "rank": row.rank,
        "state": row.state.value,
        "nir": one.who.number,
        "name": one.who.name,
        "care": one.day,
        "acts": one.acts,
        "invoice": one.invoice,
        "mode": one.judged.visit.mode,
        "replacement": _replacement(one.judged.visit.replacement),
        "lots": list(one.lots),
    }


def _replacement(told: Replacement | None) -> dict[str, str] | None:
    if told is None:
        return None
    return {"rpps": told.rpps, "name": told.name, "replaced_name": told.replaced_name}


def thing(one: Thing) -> dict[str, Any]:
    """One visit of the journal with all its invoices, oldest first."""
    return visit(one.visit) | {
        "fee": one.fee,
        "lots": list(one.lots),
        "invoices": [
            {
                "number": row.number,
                "made": row.made,
                "sheets": [{"kind": sheet.kind, "state": sheet.state.value} for sheet in row.sheets],
                "replaces": row.replaces,
                "replaced_by": row.replaced_by,
            }
            for row in one.invoices
        ],
    }


def outside(row: EffectRow) -> dict[str, Any]:
    """A payment outside invoices."""
    told = row.effect
    return {
        "ps": told.ps,
        "amount": told.paid,
        "code": told.code,
        "label": told.label,
        "moved": told.moved,
        "return": row.return_id,
    }


def unread_card(failed: CardFailed) -> dict[str, Any]:
    """A card that is there and was not read: why, and what it may be, in French."""
    from tournee.reader import StrangeCard

    kind, atr = (failed.kind, failed.atr.hex()) if isinstance(failed, StrangeCard) else ("", "")
    return {
        "status": failed.name,
        "kind": kind,
        "atr": atr,
        "text": failed.message,
        "next_step": failed.next_step,
    }


def reader(identity: Identity) -> dict[str, Any]:
    """The reader; sizes in bytes."""
    return {
        "firmware": identity.firmware,
        "board": identity.board,
        "reader_profile": identity.profile,
        "heap_size": identity.heap_size,
        "heap_used": identity.heap_used,
        "heap_peak": identity.heap_peak,
        "slots": identity.slots,
        "date": identity.date,
    }


def numbers(held: NumbersHeld) -> dict[str, Any]:
    """Which numbers a journal gives."""
    return {
        "station": held.station,
        "asked": held.asked,
        "lots": [held.lots.start, held.lots.stop - 1] if held.lots else [],
        "anew": held.anew,
        "ranges": [
            {
                "kind": row.range.kind,
                "station": row.range.station,
                "epoch": row.range.epoch,
                "first": row.range.first,
                "last": row.range.last,
                "since": row.taken,
                "reason": row.reason,
            }
            for row in held.ranges
        ],
    }


def patient_payment(one: PatientPayment) -> dict[str, Any]:
    """A line of what a patient paid."""
    return {
        "id": one.id,
        "receipt": one.receipt,
        "visit": one.visit_id,
        "invoice": one.number,
        "ps": one.ps,
        "kind": one.kind.value,
        "means": one.means.value,
        "cents": one.cents,
        "day": one.day,
        "at": one.at,
        "reverses": one.reverses,
        "reversed_by": one.reversed_by,
        "word": one.word,
    }


def trace(found: Trace) -> dict[str, Any]:
    """An invoice's or a message's whole way."""
    from tournee.app.handing_over import is_clear
    from tournee.cli.display.pieces import proof_value

    return {
        "sheets": [
            {
                "visit": one.visit_id,
                "invoice": one.number,
                "ps": one.ps,
                "substitute": one.substitute,
                "mode": sheet.mode,
                "kind": sheet.kind,
                "state": sheet.state.value,
                "crf": sheet.crf,
                "reason": sheet.reason,
                "replaces": one.replaces,
                "replaced_by": one.replaced_by,
                "shares": one.shares._asdict(),
            }
            for one in found.invoices
            for sheet in one.sheets
        ],
        "patient_payments": [patient_payment(one) for one in found.patient_payments],
        "pieces": [proof_value(one) for one in found.proofs],
        "lots": [
            {
                "number": lot.number,
                "kind": lot.kind,
                "state": lot.state.value,
                "remakes": lot.remakes,
                "remade_in": lot.remade_in,
            }
            for lot in found.lots
        ],
        "files": [{"name": file.name, "state": file.state.value} for file in found.files],
        "messages": [
            {
                "subject": message.subject,
                "compostage": message.compostage,
                "state": message.state.value,
                "clear": is_clear(message),
            }
            for message in found.messages
        ],
        "returns": [
            {
                "id": one.id,
                "kind": one.kind,
                "subject": one.summary,
                "state": one.state.value,
                "notes": one.notes,
            }
            for one in found.returns
        ],
        "history": [
            {
                "at": row.at,
                "subject": row.subject,
                "id": row.subject_id,
                "state": row.state,
                "detail": row.detail,
            }
            for row in found.history
        ],
    }
