"""What an application hands to the journal, made up for tests: days, sheets, lots, files, messages."""

from datetime import datetime

from tournee.model import Sheet
from tournee.store import (
    FileDraft,
    Journal,
    LotDraft,
    LotState,
    MessageDraft,
    SheetState,
    VisitDraft,
    VisitFacts,
    VisitState,
)

KEY = bytes(range(32))
NOW = datetime(2026, 3, 2, 18, 30, 5)
PS = "756000014"
NIR = "2550699999001"
NAME = "LEFEVRE ELOISE"
OTHER_NIR, OTHER_PS = "1480275999002", "751000027"


def line(start: bytes, *placed: tuple[int, bytes]) -> bytes:
    """A record of 128 bytes with values at 1-based columns."""
    record = bytearray(start.ljust(128))
    for column, value in placed:
        record[column - 1 : column - 1 + len(value)] = value
    return bytes(record)


def visit(first: str, last: str = "", nir: str = NIR, facts: bytes = b"", **more) -> VisitDraft:
    """A visit whose payload and facts tell its first day."""
    told = facts or b"facts of %s" % first.encode()
    return VisitDraft(b"payload %s" % first.encode(), VisitFacts(nir, first, last or first, told, **more))


def add_visits(journal: Journal, *visits: VisitDraft | bytes, ps: str = PS) -> None:
    """Take these visits in, as a day of their own."""
    journal.visits.add_day(f"day {len(journal.visits.find())}", ps, "20260302", visits)


class Maker:
    """What an application hands to the journal: drafts that bear the numbers they are given."""

    ps, nir, name = PS, NIR, NAME

    def sheets(self, *kinds: str, crf: str = "F01751123"):
        def build(number: int) -> list[Sheet]:
            body = line(b"2", (12, NIR.encode()), (30, b"%09d" % number)) + line(b"5")
            return [Sheet(kind, crf, "03", "751", body, 1, 1000, 600, 400, NAME, NIR) for kind in kinds]

        return build

    def lot(self, date: bytes = b"260302"):
        return lambda number: LotDraft(
            line(b"1", (20, b"%03d" % number), (30, NAME.encode()), (72, date)), line(b"6")
        )

    def file(self, invoices: int = 1):
        return lambda number: FileDraft(line(b"000", (50, b"%06d" % number)), line(b"999"), invoices, "oct")

    def message(self, moment: datetime = NOW):
        def build(counter: int) -> MessageDraft:
            stamp = f"{moment:%Y%m%d%H%M%S}{counter:05}"
            return MessageDraft(f"SV140700/00000{PS}/{stamp}/00001", stamp, b"message " + stamp.encode())

        return build

    def day(self, journal: Journal, visits: int = 1) -> int:
        told = [b"visit %d" % rank for rank in range(visits)]
        return journal.visits.add_day("digest", PS, "20260302", told)

    def invoice(self, journal: Journal, *kinds: str) -> int:
        """A certified invoice of the first pending visit, of a new day where there is none."""
        pending = journal.visits.find(VisitState.PENDING)
        if not pending:
            digest = f"day {len(journal.visits.find())}"
            journal.visits.add_day(digest, PS, "20260302", [b"visit"])
            pending = journal.visits.find(VisitState.PENDING)
        return self.bill(journal, pending[0].id, *kinds)

    def bill(self, journal: Journal, visit: int, *kinds: str) -> int:
        """A certified invoice of this visit."""
        invoice = journal.invoices.make(visit, PS, self.sheets(*(kinds or ("FSE",))))
        for sheet in journal.invoices.get(invoice).sheets:
            journal.invoices.certified(sheet.id, line(b"7"))
        return invoice

    def certified_lot(self, journal: Journal, kind: str = "FSE", date: bytes = b"260302") -> int:
        sheets = [sheet for sheet in journal.invoices.sheets(SheetState.CERTIFIED) if sheet.kind == kind]
        lot = journal.lots.make(PS, kind, sheets[0].crf, "03", [sheet.id for sheet in sheets], self.lot(date))
        journal.lots.certified(lot, line(b"7"))
        return lot

    def made_file(self, journal: Journal) -> int:
        lots = [lot.id for lot in journal.lots.find(LotState.CERTIFIED)]
        return journal.files.make(PS, lots, self.file())

    def sent_file(self, journal: Journal) -> int:
        """A file of all that is certified, sent."""
        for kind in ("FSE", "DRE"):
            if any(sheet.kind == kind for sheet in journal.invoices.sheets(SheetState.CERTIFIED)):
                self.certified_lot(journal, kind)
        file = self.made_file(journal)
        message = journal.messages.make(file, "oct", self.message())
        journal.messages.transmitting(message)
        journal.messages.sent(message)
        return file
