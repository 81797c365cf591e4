"""A visit with its invoices, for people and for programs; and what became of one that was put right."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, Any

import tomlkit
from rich.table import Table

from tournee.billing.breach import place_of
from tournee.billing.dayfile.day import DAY, VISIT
from tournee.billing.dayfile.replacement import TABLE as REPLACEMENT
from tournee.billing.dayfile.replacement import replacement_table
from tournee.billing.dayfile.writing import visit_table
from tournee.billing.judging import Verdict
from tournee.billing.pricing.items import decimal
from tournee.billing.quote import Quote, quote
from tournee.cli.display import as_json as values
from tournee.cli.display.show import cared_by, invoice_links, labelled
from tournee.french import euros

_NAMED_MAX = 8  # invoices of a lot that are named one by one

if TYPE_CHECKING:
    from rich.console import Console, RenderableType

    from tournee.app.context import Office
    from tournee.app.correcting.invoices import Corrected
    from tournee.app.correcting.visits import Cancelled
    from tournee.app.finding import Thing
    from tournee.app.visits.editing import Edited, Retold
    from tournee.billing.pricing.line import PricedLine
    from tournee.store import CorrectionRow, LotRow


def things_table(things: Iterable[Thing]) -> Table:
    """Visits that may be meant, each with its invoice and lot."""
    table = Table(title="Visites", title_style="bold")
    for heading in ("Visite", "Patient", "Soins", "Actes", "Total", "Facture", "Lot", "État"):
        table.add_column(heading, justify="right" if heading == "Total" else "left")
    for one in things:
        visit, money = one.visit, f"{euros(one.fee)} €"
        lot = ", ".join(one.lots)
        table.add_row(
            str(one.id), str(visit.who), visit.day, visit.acts, money, one.number.lstrip("0"), lot, one.states
        )
    return table


def lot_invoices(office: Office, lot: LotRow) -> str:
    """The invoices of a lot with their patients, where they are few."""
    sheets = [office.journal.invoices.sheet(one) for one in lot.sheet_ids[:_NAMED_MAX]]
    told = [f"{sheet.invoice.lstrip('0')} {sheet.patient.title()}" for sheet in sheets]
    more = len(lot.sheet_ids) - len(sheets)
    return ", ".join(told) + (f" et {more} de plus" if more else "")


def lines(office: Office, one: Thing) -> Iterator[RenderableType]:
    """All of one visit, top to bottom."""
    judged, row = one.visit.judged, one.visit.row
    yield labelled(
        f"Visite {one.id} :",
        f"{one.told}, {row.state.label} (professionnel {row.ps}{cared_by(one.visit)})",
        "bold",
    )
    if papers := tomlkit.dumps(_papers(one)).strip():
        yield papers
    table = Table()
    for heading in ("Jour", "Heure", "Acte", "Nombre", "Prix"):
        table.add_column(heading, justify="right" if heading in ("Nombre", "Prix") else "left")
    for line in judged.lines:
        table.add_row(*_line(one, line))
    yield table
    if one.invoice is None:
        yield _shares(quote(Verdict(judged, (), ())))
    for invoice in one.invoices:
        sheets = ", ".join(f"{sheet.kind} {sheet.label}" for sheet in invoice.sheets)
        lots = office.journal.lookup.lots_of((invoice.id,))
        fee = max(sheet.fee for sheet in invoice.sheets)
        parts = [
            sheets,
            f"lot {' et '.join(lots)}" if lots else "dans aucun lot",
            f"{euros(fee)} € (caisse {euros(invoice.shares.amo)}, mutuelle {euros(invoice.shares.amc)}, "
            f"patient {euros(invoice.shares.patient)})",
            invoice_links(invoice.replaces, invoice.replaced_by),
            *dict.fromkeys(sheet.reason for sheet in invoice.sheets),
        ]
        yield labelled(f"Facture {invoice.number} :", ", ".join(part for part in parts if part))
    for told_of in office.journal.corrections.find(visit_id=one.id):
        number = office.journal.invoices.get(told_of.invoice_id).number
        text = f"facture {number}, depuis le {told_of.since[:10]} : {told_of.reason}"
        yield labelled(f"Correction {told_of.state.label} :", text)
    for past in office.journal.history.find("visit", one.id):
        yield f"{past.at.replace('T', ' ')}  {past.label}  {past.detail}".rstrip()


def _papers(one: Thing) -> dict[str, Any]:
    """What a visit says beside its acts."""
    said = visit_table(one.visit.judged.visit)
    return {key: value for key, value in said.items() if key not in ("nir", "cle", "nom", "actes", "passage")}


def _line(one: Thing, line: PricedLine) -> tuple[str, ...]:
    passage = one.visit.judged.visit.passages[line.passage]
    hour = "" if passage.minute is None else f"{passage.minute // 60:02}:{passage.minute % 60:02}"
    coefficient = f" {decimal(line.coefficient)}" if line.coefficient != 100 else ""
    money = f"{euros(line.cents)} €" if line.billed else "non facturé"
    return f"{passage.day:%d/%m/%Y}", hour, f"{line.code}{coefficient}", str(line.quantity), money


def _shares(told: Quote) -> str:
    supposed = ", droits supposés" if told.supposed else ""
    return (
        f"Total {euros(told.fee)} € : caisse {euros(told.amo)}, mutuelle {euros(told.amc)}, "
        f"patient {euros(told.patient)}{supposed}"
    )


def as_toml(one: Thing) -> str:
    """A visit as a day file of it alone: changed, it can be given back to put the visit right."""
    judged = one.visit.judged
    head = {"date": judged.visit.day, "ps": judged.ps_number, "profession": judged.profession}
    replacement = judged.visit.replacement
    told = {REPLACEMENT: replacement_table(replacement)} if replacement is not None else {}
    return tomlkit.dumps({DAY: head} | told | {VISIT: [visit_table(judged.visit)]})


def as_json(office: Office, one: Thing) -> dict[str, Any]:
    """A visit as the day file's tables have it, its price, its invoices, what waits for it, its history."""
    judged = one.visit.judged
    told = quote(Verdict(judged, (), ())) if judged.lines else None
    return values.thing(one) | {
        "told": visit_table(judged.visit),
        "date": judged.visit.day.isoformat(),
        "quote": None
        if told is None
        else {"fee": told.fee, "amo": told.amo, "amc": told.amc, "patient": told.patient, "due": told.due},
        "corrections": [_correction(office, row) for row in office.journal.corrections.find(visit_id=one.id)],
        "history": [
            {"at": past.at, "state": past.state, "detail": past.detail}
            for past in office.journal.history.find("visit", one.id)
        ],
    }


def _correction(office: Office, row: CorrectionRow) -> dict[str, Any]:
    number = office.journal.invoices.get(row.invoice_id).number
    return {"invoice": number, "state": row.state.value, "since": row.since, "reason": row.reason}


def edited_as_json(done: Edited) -> dict[str, Any]:
    """A visit that was put right: as it now is, what changed, the number that was lost."""
    return {"visit": values.thing(done.thing), "lost": done.lost, **_retold(done.retold)}


def corrected_as_json(done: Corrected) -> dict[str, Any]:
    """An invoice that was put right, and how."""
    return {
        "visit": values.thing(done.thing),
        "invoice": done.number,
        "way": done.way.value,
        "lost": done.lost,
        **_retold(done.retold),
    }


def _retold(told: Retold) -> dict[str, Any]:
    return {
        "changes": list(told.changes),
        "gone": list(told.gone),
        "fee_before": sum(line.cents for line in told.before.lines),
        "fee_after": sum(line.cents for line in told.after.lines),
        "remarks": [
            {"rule": one.rule, "place": place_of(one.path), "text": one.text} for one in told.remarks
        ],
    }


def cancelled_as_json(done: Cancelled) -> dict[str, Any]:
    """A visit that was cancelled, or waits to be."""
    return {"visit": values.thing(done.thing), "lost": done.lost, "waits": done.waits}


def show_edited(screen: Console, done: Edited) -> None:
    """What changed in a visit, what it costs now, what comes next."""
    screen.print(f"Visite {done.thing.id} corrigée : {done.thing.told}", soft_wrap=True)
    show_retold(screen, done.retold)
    _show_lost(screen, done.lost, done.thing)
    if not done.lost and done.thing.visit.row.invoice_id is not None:
        screen.print(f"Rien de facturé ne change : la facture {done.thing.number} est gardée.")
        return
    outside = done.thing.visit.judged.visit.ceam is not None
    screen.print(f"Ensuite : tournee {f'ceam sheet {done.thing.id}' if outside else 'certify'}")


def show_corrected(screen: Console, done: Corrected) -> None:
    """What changed in an invoice, and how it goes on."""
    from tournee.app.correcting.invoices import CorrectionWay

    one = done.thing
    if done.way is CorrectionWay.LEFT:
        screen.print(
            f"C’est ce qui est facturé : la correction de la facture {done.number} est ôtée. "
            f"Visite {one.id}, {one.told}",
            soft_wrap=True,
        )
        return
    screen.print(f"Facture {done.number} corrigée : visite {one.id}, {one.told}", soft_wrap=True)
    show_retold(screen, done.retold)
    _show_lost(screen, done.lost, done.thing)
    if done.way is CorrectionWay.WAITS:
        screen.print(
            f"Elle est partie ({one.states}) et reste due : la correction attend que l’organisme l’ait "
            "refusée, reprise ou annulée. S’il vous dit qu’il l’annule : "
            f"tournee invoice cancelled {done.number} --reason …",
            soft_wrap=True,
        )
    elif done.way is CorrectionWay.EDITED and not done.lost and one.visit.row.invoice_id is not None:
        screen.print("Rien de facturé ne change : elle est gardée.")
    else:
        screen.print(
            "Elle aura une facture et un numéro nouveaux, liés à l’ancienne. Ensuite : tournee certify"
        )


def show_retold(screen: Console, told: Retold) -> None:
    """What changed, a line each, and the price."""
    for change in told.changes:
        screen.print(f"- {change}", soft_wrap=True)
    if told.gone:
        gone = ", ".join(told.gone)
        screen.print(
            f"- ôté avec l’autre patient : {gone} ; redites ce qui vaut pour celui-ci", soft_wrap=True
        )
    before, after = (sum(line.cents for line in one.lines) for one in (told.before, told.after))
    screen.print(
        f"Total : {euros(after)} €" + (f" (au lieu de {euros(before)} €)" if after != before else "")
    )
    for one in told.remarks:
        screen.print(f"À savoir : {one.text}", soft_wrap=True)


def _show_lost(screen: Console, number: str, one: Thing) -> None:
    if number:
        screen.print(_lost(number))
        if one.visit.judged.visit.by_card:
            screen.print("Il faut de nouveau la carte Vitale du patient : sa signature est perdue avec elle.")


def _lost(number: str) -> str:
    return f"La facture {number} est abandonnée : son numéro est perdu, et c’est normal."


def show_cancelled(screen: Console, done: Cancelled) -> None:
    """That a visit is cancelled, or will be; and the way back."""
    one = done.thing
    if done.waits:
        screen.print(
            f"La facture {one.number} ({one.states}) est partie : elle reste due tant que l’organisme ne l’a "
            f"ni refusée ni annulée. La visite {one.id} ({one.told}) sera annulée alors.",
            soft_wrap=True,
        )
        return
    screen.print(f"Visite {one.id} annulée : {one.told}", soft_wrap=True)
    if done.lost:
        screen.print(_lost(done.lost))
    screen.print(f"Pour la remettre : tournee day reopen {one.id} --reason …")
