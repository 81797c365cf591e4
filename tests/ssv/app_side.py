"""What the app makes of a day with an emulated reader: its lots, its files, its invoices."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

from tournee.app.cards import open_reader, read_ps, read_vitale, unlock
from tournee.app.certify import certify_visit, pending_visits
from tournee.app.context import Office
from tournee.app.outbound import close_lots, make_files
from tournee.app.visits.importing import import_day
from tournee.billing.invoice import Invoice, choose_patient, make_invoice
from tournee.emulation.board import EmulatedBoard
from tournee.emulation.cards import load_card
from tournee.emulation.cards.lookup import vitale_of
from tournee.exchange.route import Mailbox, MailboxKind, Mode, Route, Security, Server
from tournee.store import Cipher, Journal

MOMENT = datetime(2026, 11, 16, 19, 30, tzinfo=ZoneInfo("Europe/Paris"))
CODE = "1234"
OCT = "999999998"
Billed = tuple["str | None", str, Invoice]


def route(mode: Mode) -> Route:
    nowhere = Server("mail.example", 587, Security.STARTTLS, "", None, None)
    return Route(
        name="essai",
        address="oct@oct.example",
        sender="ps@ville.example",
        identifier=OCT,
        submission=nowhere,
        mailbox=Mailbox(MailboxKind.MAILDIR, path=Path()),
        mode=mode,
    )


def by_the_app(
    directory: Path, mode: Mode, data: bytes, ps_card: str = "infirmiere"
) -> tuple[list[bytes], dict[str, bytes], list[Billed]]:
    """Lots, files by recipient, and each visit's Vitale card, mode and invoice."""
    billed: list[Billed] = []
    with (
        EmulatedBoard() as board,
        open_reader(board.link_url, lambda: MOMENT) as reader,
        Journal(directory / "journal.db", Cipher(bytes(range(32))), lambda: MOMENT, station=0) as journal,
    ):
        office = Office(journal, route(mode), lambda: MOMENT)
        import_day(office, data, "day.toml")
        board.insert("ps", load_card(ps_card))
        ps = read_ps(reader)
        unlock(reader, lambda: CODE)
        for row, judged in pending_visits(office, ps):
            visit = judged.visit
            vitale, card = None, None
            if visit.typed is None:
                card = vitale_of(visit.nir)
                board.insert("vitale", load_card(card))
                vitale = read_vitale(office, reader)
            made = certify_visit(office, reader, ps, vitale, row, judged)
            patient = visit.typed or choose_patient(vitale.patients, visit)
            invoice = make_invoice(ps.identity, patient, judged, int(made.number))
            billed.append((card, visit.mode, invoice))
        lots = [lot.records for lot in close_lots(office, reader, ps)]
        made_files = {file.clear[28 - 1 : 42 - 1].decode(): file.clear for file in make_files(office)}
    return lots, made_files, billed
