"""What a return says: an ART's text, an ARL's items, an RSP decoded and raw, bytes that were set aside."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import islice

from rich.console import RenderableType
from rich.table import Table

from tournee.app.inbound import Settled
from tournee.cli.display.show import labelled
from tournee.french import day, euros
from tournee.returns.arl import Arl
from tournee.returns.art import Art
from tournee.returns.quarantine import Quarantined
from tournee.returns.rsp.content import Part, Rsp, SheetReturn
from tournee.store import EffectRow, ReturnRow

_STATES = {"": "non traité", "P": "payé", "R": "rejeté", "D": "différé"}
ROWS_MAX, BYTES_MAX = 2_000, 64 * 2**10
"""Rows of a table, and bytes that nobody understood, that one screen is given: a return may hold 250 000."""


def list_table(rows: Iterable[ReturnRow]) -> Table:
    """The returns of the journal, those set aside among them."""
    table = Table(title="Retours", title_style="bold")
    for heading in ("N°", "Retour", "État", "Reçu", "Objet", "Remarques"):
        table.add_column(heading)
    for row in rows:
        kind = "" if row.kind == "unknown" else row.kind
        notes = "\n".join((*([row.reason] if row.reason else []), *row.notes))
        table.add_row(str(row.id), kind, row.state.label, row.taken.replace("T", " "), row.summary, notes)
    return table


def lines_of(one: Settled, whose: Mapping[str, str] | None = None) -> Iterator[RenderableType]:
    """All of one return, top to bottom; `whose` are the visits and patients of its invoices, by number."""
    envelope = one.read.envelope
    for label, text in (
        ("De :", envelope.sender),
        ("Date :", envelope.date),
        ("Objet :", envelope.subject),
        ("Description :", envelope.description),
        ("Pièce jointe :", envelope.attachment_name),
    ):
        if text:
            yield labelled(label, text)
    for note in (*one.read.notes, *one.read.odd, *([one.row.reason] if one.row.reason else [])):
        yield labelled("À noter :", note)
    match one.read.content:
        case Art() as art:
            yield from art_lines(art)
        case Arl() as arl:
            yield from _bounded(_arl_table(arl), len(arl.items))
        case Rsp() as rsp:
            yield from _rsp_tables(rsp)
        case Quarantined() as aside:
            yield labelled("Mis de côté :", f"{aside.reason} ({aside.where})", "bold red")
            content = one.read.clear or one.row.raw
            yield printable(content[:BYTES_MAX])
            if len(content) > BYTES_MAX:
                yield labelled("Montrés :", f"{BYTES_MAX} octets sur {len(content)}")
    if one.effects:
        yield from _bounded(_effect_table(one.effects, whose or {}), len(one.effects))


def _bounded(table: Table, rows: int) -> Iterator[RenderableType]:
    """A table that was given at most `ROWS_MAX` of its rows, and how many there are."""
    yield table
    if rows > ROWS_MAX:
        yield labelled("Montrées :", f"{ROWS_MAX} lignes sur {rows}")


def art_lines(art: Art) -> Iterator[RenderableType]:
    """For whom the text is, and the text."""
    who = ", ".join(text for text in (art.audience, art.number.lstrip("0")) if text)
    yield labelled("ART pour :", who or "vous")
    yield art.text


def printable(content: bytes) -> str:
    """Bytes that nobody understood, as text; what does not print is written `\\xNN`."""
    text = content.decode("ascii", "backslashreplace").replace("\r\n", "\n")
    return "".join(
        one if one in "\n\t" or one.isprintable() else one.encode("unicode_escape").decode() for one in text
    )


def _arl_table(arl: Arl) -> Table:
    table = Table(title=f"ARL {arl.file_name} du {day(arl.date)}", title_style="bold")
    for heading in ("Fichier", "Lot", "Facture", "Verdict", "Motif"):
        table.add_column(heading)
    for item in arl.items[:ROWS_MAX]:
        verdict = "accepté" if item.accepted else "refusé"
        lot = "tous" if item.whole_file else item.lot
        table.add_row(item.file_name, lot, item.invoice, verdict, f"{item.code} {item.label}".strip())
    return table


def _rsp_tables(rsp: Rsp) -> Iterator[RenderableType]:
    title = f"RSP {rsp.reference}, {rsp.title}, du {day(rsp.date)}"
    if rsp.decoded:
        told = Table(title=title, title_style="bold")
        for heading in ("Facture", "Pièce", "Lot", "Part AMO", "Part AMC", "Motif"):
            told.add_column(heading)
        for sheet in rsp.sheets[:ROWS_MAX]:
            shares = (_share(sheet.amo), _share(sheet.amc))
            told.add_row(sheet.invoice, sheet.sheet_kind, sheet.lot, *shares, _reason(sheet))
        for payment in rsp.other_payments[:ROWS_MAX]:
            told.add_row(
                "hors facture", "", "", f"{euros(payment.amount)} €", "", payment.label or payment.code
            )
        yield from _bounded(told, max(len(rsp.sheets), len(rsp.other_payments)))
    else:
        yield labelled(title, "gardé entier")
    for transfer in rsp.transfers[:ROWS_MAX]:
        yield labelled("Virement :", f"{day(transfer.date)} {transfer.label} {transfer.payer}".strip())
    for check in sorted(rsp.totals, key=lambda check: check.agrees)[:ROWS_MAX]:
        yield labelled("Contrôle :", str(check), "green" if check.agrees else "bold red")
    raw = Table(title="Entités, telles que reçues", title_style="bold")
    for heading in ("Octet", "Entité", "Contenu"):
        raw.add_column(heading)
    for entity in islice(rsp.entities, ROWS_MAX):
        named = f"{entity.type} {entity.title}".strip() + (f" : {entity.error}" if entity.error else "")
        raw.add_row(str(entity.offset), named, printable(entity.text.encode("latin-1")))
    yield from _bounded(raw, len(rsp.stream))


def _share(part: Part | None) -> str:
    if part is None or not (part.asked or part.paid or part.state):
        return ""
    state = _STATES.get(part.state, part.state)
    return f"{euros(part.paid)} € sur {euros(part.asked)} €, {state}"


def _reason(sheet: SheetReturn) -> str:
    return " ; ".join([*(f"{one.code} {one.label}" for one in sheet.rejections), *sheet.comments])


def _effect_table(effects: Sequence[EffectRow], whose: Mapping[str, str]) -> Table:
    table = Table(title="Ce que le retour a changé", title_style="bold")
    for heading in ("À propos de", "Dit", "Suite"):
        table.add_column(heading)
    for row in effects[:ROWS_MAX]:
        done = row.note or ("fait" if row.applied else "sans suite")
        about = ", ".join(filter(None, (row.effect.told, whose.get(row.effect.invoice, ""))))
        table.add_row(about, " ".join((row.effect.outcome.label, row.effect.reason)).strip(), done)
    return table
