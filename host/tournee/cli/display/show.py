"""What the command line shows: tables, amounts, states, progress. It decides nothing."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING

from rich.console import Console
from rich.table import Table
from rich.text import Text

from tournee.cli.display.hints import command_after
from tournee.french import euros
from tournee.model import cents_of
from tournee.model.codes import DEGRADED, DESYNCHRONISED, NO_CARD, SECURED, VISIT
from tournee.store import SheetState, sheet_label

if TYPE_CHECKING:
    from tournee.app.alerts import Alert
    from tournee.app.inbound import Settled
    from tournee.app.visits.imported import SeenVisit
    from tournee.billing.identity import Patient
    from tournee.model import ThreeShares
    from tournee.reader import Identity
    from tournee.store import EffectRow, LotRow, OverviewRow, PatientPayment, Totals, Trace

CLEAR = "EN CLAIR"
_FILE_WIDTH = 120

_COLOURS = {
    SheetState.SEALED: "yellow",
    SheetState.PAID: "green",
    SheetState.ACKNOWLEDGED: "cyan",
    SheetState.SENT: "blue",
    SheetState.REFUSED: "red",
    SheetState.PAYMENT_REFUSED: "red",
    SheetState.PARTLY_PAID: "yellow",
    SheetState.WRITTEN_OFF: "dim",
    SheetState.ABANDONED: "dim",
}

_KINDS = {"QUARANTINED": "mis de côté", "BOUNCE": "non remis"}
_MOVED = "mouvement de dette"
_REFUSED = (SheetState.REFUSED, SheetState.PAYMENT_REFUSED)


def screen(*, stderr: bool = False) -> Console:
    """A console as wide as the terminal, or as the tables need; what strangers wrote is no markup to it."""
    console = Console(stderr=stderr, markup=False, emoji=False)
    if not console.is_terminal:
        console.width = _FILE_WIDTH
    return console


def labelled(label: str, text: str, style: str = "yellow") -> Text:
    """A line that begins with a coloured label."""
    return Text.assemble((label, style), " ", text)


def alert_line(alert: Alert) -> Text:
    """One thing to look into, since when, and what to do."""
    days = f", depuis {alert.days} jour{'s' if alert.days > 1 else ''}" if alert.days else ""
    whose = f" ({alert.ps})" if alert.ps else ""
    also = f" ({alert.also})" if alert.also else ""
    command = command_after(alert)
    how = f"{alert.next_step} ({command})" if command else alert.next_step
    return labelled(
        f"Alerte, {alert.about}{also}{whose} :", f"{alert.text}{days}. {how[:1].upper()}{how[1:]}", "bold red"
    )


def patient_line(patient: Patient, today: str) -> Text:
    """Who is on a Vitale card, until when the rights last, and who pays; `today` is AAAAMMJJ."""
    told = [
        f"{patient.first_name} {patient.name}",
        f"né(e) le {_day(patient.born)}",
        f"caisse {patient.regime}-{patient.caisse}",
    ]
    ended = bool(patient.rights_end) and patient.rights_end < today
    if patient.rights_end:
        told.append(f"droits {'finis le' if ended else 'jusqu’au'} {_day(patient.rights_end)}")
    if patient.has_ald(today):
        told.append("ALD")
    if patient.accidents:
        told.append("accidents du travail : " + " et ".join(map(str, patient.accidents)))
    if patient.amc is not None:
        told.append("C2S" if patient.amc.c2s else f"mutuelle {patient.amc.number}")
    return labelled("Carte Vitale :", ", ".join(told), "bold red" if ended else "")


def _day(date: str) -> str:
    """AAAAMMJJ as it is read in French."""
    return f"{date[6:]}/{date[4:6]}/{date[:4]}"


def kibibytes(count: int) -> str:
    """A memory size, in Kio."""
    return f"{count / 1024:.1f} Kio".replace(".", ",")


def invoice_tables(rows: Iterable[OverviewRow], carers: Mapping[str, str] | None = None) -> list[Table]:
    """Where each invoice stands, one table for each professional; `carers` are names by their numbers."""
    tables: dict[str, Table] = {}
    names = carers or {}
    for row in rows:
        if row.ps not in tables:
            named = f", {names[row.ps]}" if row.ps in names else ""
            tables[row.ps] = _invoice_table(f"Factures de {row.ps}{named}")
        lots = f", lot {' et '.join(row.lots)}" if row.lots else ""
        links = (
            f"visite {row.visit_id}{lots}",
            substitute_line(row.substitute, names),
            invoice_links(row.replaces, row.replaced_by),
            row.reason,
        )
        amounts = (row.fee, row.amo, row.amc, row.paid - row.given_back, row.patient_owes)
        tables[row.ps].add_row(
            row.number.lstrip("0"),
            row.patient.title(),
            *(euros(amount) for amount in amounts),
            _states(row),
            " ; ".join(text for text in links if text),
            style="dim" if row.replaced_by else "red" if row.state in _REFUSED else None,
        )
    return list(tables.values())


def _invoice_table(title: str) -> Table:
    table = Table(title=title, title_style="bold")
    table.add_column("N°", justify="right", no_wrap=True)
    table.add_column("Patient", no_wrap=True, max_width=16)
    for heading in ("Total", "AMO", "AMC", "Payé", "Patient\ndoit"):
        table.add_column(heading, justify="right", no_wrap=True)
    table.add_column("État", min_width=13)
    table.add_column("Motif")
    return table


def _states(row: OverviewRow) -> Text:
    """The sheets of an invoice, one line each, the state in its colour."""
    lines = Text()
    for kind, state in zip(row.kinds, row.states, strict=True):
        label = sheet_label(state, cancelled=row.cancelled)
        lines.append("\n" if lines else "").append(f"{kind} ").append(label, _COLOURS.get(state, ""))
    return lines


def visit_table(told: Iterable[SeenVisit]) -> Table:
    """The visits taken into the journal."""
    table = Table(title="Visites", title_style="bold")
    for heading in ("Visite", "Journée", "Émetteur", "Patient", "Soins", "Actes", "État"):
        table.add_column(heading)
    for one in told:
        row = one.row
        lots = [f"lot {lot}" for lot in one.lots]
        state = ", ".join((row.state.label, *([one.invoice] if one.invoice else []), *lots))
        table.add_row(
            str(row.id), _day(row.date), f"{row.ps}{cared_by(one)}", str(one.who), one.day, one.acts, state
        )
    return table


def cared_by(one: SeenVisit) -> str:
    """Who made a visit in the place of its PS, behind the PS's number; "" when nobody did."""
    told = one.judged.visit.replacement
    return f", soins de {told.name}" if told is not None else ""


def return_table(settled: Iterable[Settled]) -> Table:
    """The returns of one visit to the mailbox, each with what it changed."""
    table = Table(title="Retours reçus", title_style="bold")
    for heading in ("N°", "Retour", "Ce qu’il dit", "Payé", "Sans suite", "Remarques"):
        table.add_column(heading, justify="right" if heading == "Payé" else "left")
    for one in settled:
        paid = sum(row.effect.paid for row in one.effects if row.applied)
        apart = sum(not row.applied for row in one.effects)
        notes = "\n".join([*one.read.notes, *one.read.odd, *([one.row.reason] if one.row.reason else [])])
        kind = _KINDS.get(one.read.kind, one.read.kind)
        money = f"{euros(paid)} €" if paid else ""
        table.add_row(str(one.row.id), kind, _told_by(one), money, str(apart or ""), notes)
    return table


def money_lines(settled: Iterable[Settled]) -> list[str]:
    """What returns announced in all and what became of it, each cent once; none where they tell no money."""
    rows = [row for one in settled for row in one.effects]
    counts = [row.effect for row in rows if row.applied]
    apart = sum(row.effect.paid for row in rows if not row.applied)
    told, payments = cents_of(counts), sum(1 for effect in counts if effect.paid)
    lines = [f"Payé en tout : {euros(told.paid)} €, en {counted(payments, 'paiement')}"] if payments else []
    others = (
        ("Refusé", told.refused),
        ("Différé", told.deferred),
        ("Franchises, que les patients doivent à leur caisse", told.franchise),
        ("Reste dû", told.remainder),
        ("Mouvements de dettes, sans paiement", told.moved),
        ("Annoncé et sans suite ici", apart),
    )
    return [*lines, *(f"{label} : {euros(cents)} €" for label, cents in others if cents)]


def _told_by(one: Settled) -> str:
    """What a return says, by how often it says it."""
    said = Counter(_MOVED if row.effect.moved else row.effect.outcome.label for row in one.effects)
    return ", ".join(f"{count} × {label}" for label, count in said.items())


def outside_lines(payments: Iterable[EffectRow]) -> list[str]:
    """Payments outside invoices and movements of debts, one line each."""
    return [
        f"Dette ({told.ps}) : {told.label}"
        if told.moved
        else f"Paiement hors facture ({told.ps}) : {told.reason}, {euros(told.paid)} €"
        for told in (row.effect for row in payments)
    ]


def substitute_line(rpps: str, carers: Mapping[str, str]) -> str:
    """Who cared in the place of the PS, "" when nobody did."""
    return f"soins de {carers.get(rpps, rpps)}, en remplacement" if rpps else ""


def invoice_links(replaces: str, replaced_by: str) -> str:
    """The invoices that the same visit had before and has since."""
    before = f"remplace la facture {replaces}" if replaces else ""
    after = f"remplacée par la facture {replaced_by}" if replaced_by else ""
    return ", ".join(text for text in (before, after) if text)


def shares_line(shares: ThreeShares, amo: int, amc: int) -> str:
    """What caisse, complementary insurer and patient give; and what the insurers pay the patient back, where
    `amo` and `amc`, their shares, are not paid to the carer.
    """
    back = amo + amc - shares.amo - shares.amc
    told = f", dont {euros(back)} € lui seront remboursés" if back else ""
    return (
        f"caisse {euros(shares.amo)} € · mutuelle {euros(shares.amc)} € · "
        f"le patient doit {euros(shares.patient)} €{told}"
    )


def total_line(totals: Totals, rows: Sequence[OverviewRow]) -> str:
    """What all the invoices of the journal come to, each visit once, and how many of them are shown."""
    told = f"{counted(totals.invoices, 'facture')} : {euros(totals.fee)} €, {euros(totals.paid)} € payés"
    told += f", dont {euros(totals.given_back)} € rendus" if totals.given_back else ""
    shown = sum(row.counts for row in rows)
    return told if shown == totals.invoices else f"Affichées : {shown}. En tout : {told}"


def counted(number: int, word: str, plural: str = "") -> str:
    """A number and what it counts, in the plural from two on."""
    return f"{number} {word if number < 2 else plural or word + 's'}"


def reader_line(identity: Identity, runtime: str = "") -> str:
    """Who the reader is and how its memory stands."""
    memory = (
        f"mémoire {kibibytes(identity.heap_size)}, occupée {kibibytes(identity.heap_used)}, "
        f"au plus haut {kibibytes(identity.heap_peak)}"
        if identity.heap_size
        else "mémoire non limitée"
    )
    where = f" ({runtime})" if runtime else ""
    who = f"Lecteur {identity.board}{where}, micrologiciel {identity.firmware}, profil {identity.profile}"
    return f"{who} : {memory}"


_MODES = {
    SECURED: "sécurisées",
    VISIT: "en mode visite",
    DESYNCHRONISED: "désynchronisées",
    NO_CARD: "sans carte Vitale",
    DEGRADED: "en mode dégradé",
}


def lot_content(lot: LotRow) -> str:
    """What a lot holds and for whom: its code of recipient is F and 8 digits, or D and an AMC's number."""
    whom = f"caisse {lot.crf[1:3]}-{lot.crf[3:6]}" if lot.crf[:1] == "F" else f"mutuelle {lot.crf[1:]}"
    return f"{len(lot.sheet_ids)} {lot.kind} {_MODES.get(lot.mode, lot.mode)}, {whom}"


def payments_table(payments: Iterable[PatientPayment]) -> Table:
    """What a patient paid, was given back, and what was put right."""
    table = Table(title="Paiements du patient", title_style="bold")
    for heading in ("N°", "Reçu", "Jour", "Comment", "Montant", "Note"):
        table.add_column(heading, justify="right" if heading in ("N°", "Montant") else "left")
    for one in payments:
        note = f"reprend le paiement {one.reverses}" if one.reverses else ""
        note = f"repris par le paiement {one.reversed_by}" if one.reversed_by else note
        table.add_row(
            str(one.id),
            one.receipt,
            _day(one.day),
            f"{one.kind.label}, {one.means.label}",
            f"{euros(one.cents)} €",
            " ; ".join(filter(None, (note, one.word))),
            style="dim" if one.reversed_by or one.reverses else None,
        )
    return table


def trace_tables(trace: Trace, carers: Mapping[str, str] | None = None) -> list[Table]:
    """An invoice's or a message's whole way, and its history; `carers` as in `invoice_tables`."""
    from tournee.app.handing_over import is_clear
    from tournee.cli.display.pieces import proof_row

    way = Table(title="Chemin", title_style="bold")
    for heading in ("Quoi", "Numéro", "État", "Détail"):
        way.add_column(heading)
    for invoice in trace.invoices:
        for sheet in invoice.sheets:
            detail = f"visite {invoice.visit_id}, {sheet.patient.title()}, {euros(sheet.fee)} €"
            detail += f", part du patient {euros(invoice.shares.patient)} €" if invoice.shares.patient else ""
            links = (
                substitute_line(invoice.substitute, carers or {}),
                invoice_links(invoice.replaces, invoice.replaced_by),
            )
            told = " ".join(filter(None, (detail, *links, sheet.reason)))
            way.add_row(sheet.kind, invoice.number, sheet.label, told)
    for lot in trace.lots:
        detail = " ".join((lot_content(lot), lot.reason)).strip()
        for word, numbers in (("refait", lot.remakes), ("refait dans", lot.remade_in)):
            detail += f" ({word} le lot {', '.join(numbers)})" if numbers else ""
        way.add_row("lot", lot.number, lot.state.label, detail)
    for file in trace.files:
        way.add_row(
            "fichier",
            file.name,
            file.state.label,
            f"{counted(file.invoices, 'facture')} {file.reason}".strip(),
        )
    for proof in trace.proofs:
        way.add_row(*proof_row(proof))
    for message in trace.messages:
        detail = " ".join((message.subject, *([CLEAR] if is_clear(message) else []), message.reason))
        way.add_row("message", message.compostage, message.state.label, detail.strip())
    for received in trace.returns:
        told = " ; ".join((received.summary, *received.notes))
        way.add_row(received.kind, str(received.id), received.state.label, told)
    tables = [way]
    if trace.patient_payments:
        tables.append(payments_table(trace.patient_payments))
    past = Table(title="Historique", title_style="bold")
    for heading in ("Quand", "Quoi", "État", "Détail"):
        past.add_column(heading)
    for row in trace.history:
        past.add_row(row.at.replace("T", " "), row.name, row.label, row.detail)
    return [*tables, past]
