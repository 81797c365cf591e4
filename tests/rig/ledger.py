"""The fortnight as a stranger adds it up: from the messages that left and the returns that came, no more."""

from __future__ import annotations

from collections import defaultdict
from functools import cached_property
from pathlib import Path

from columns import Acknowledged, Keys, SentFile, SentInvoice, Told, read_arl, read_file, read_rsp

Number = tuple[str, str]
"""A PS and an invoice number."""


class Ledger:
    """What is in `sent/` and `retours/` of a practice, opened with the keys of both ends."""

    def __init__(self, directory: Path) -> None:
        self._directory = directory
        oct_ = Keys(directory / "oct")
        ps = Keys(directory / "ps") if (directory / "ps").exists() else oct_  # returns in clear need no key
        self.files: list[SentFile] = []
        for path in sorted((directory / "sent").glob("*.eml")):
            subject, described, content = oct_.opened(path.read_bytes())
            if described.startswith("FACTURE/"):
                self.files.append(read_file(path.name, subject, content))
        self.acknowledged: list[Acknowledged] = []
        self.told: list[Told] = []
        self.apart = 0
        letters = [path for part in ("new", "cur") for path in (directory / "retours" / part).iterdir()]
        for path in sorted(letters, key=lambda path: path.name):
            _, described, content = ps.opened(path.read_bytes())
            if described.startswith("ARL"):
                self.acknowledged += read_arl(path.name, content)
            elif described.startswith("RSP"):
                told, apart = read_rsp(path.name, content)
                self.told += told
                self.apart += apart

    @property
    def invoices(self) -> list[SentInvoice]:
        """Every sheet of every message, as often as it left."""
        return [invoice for file in self.files for invoice in file.invoices]

    @cached_property
    def taken(self) -> dict[Number, list[SentInvoice]]:
        """The sheets that an ARL accepted, by their invoice."""
        accepted = {(one.ps, one.file, one.lot, one.lot_date) for one in self.acknowledged if one.taken}
        found: dict[Number, dict[str, SentInvoice]] = defaultdict(dict)
        for file in self.files:
            for one in file.invoices:
                if (file.ps, file.name, one.lot, one.lot_date) in accepted:
                    found[one.ps, one.number][one.kind] = one
        return {number: list(sheets.values()) for number, sheets in found.items()}

    @cached_property
    def paid(self) -> dict[Number, int]:
        """Cents that the returns pay of each invoice."""
        found: dict[Number, int] = defaultdict(int)
        for one in self.told:
            found[one.ps, one.number] += one.paid
        return dict(found)

    @cached_property
    def refused(self) -> set[Number]:
        """Invoices that an insurer will not pay, and paid nothing of."""
        found = {
            (one.ps, one.number) for one in self.told if one.rejected or "R" in one.amo_state + one.amc_state
        }
        return {number for number in found if not self.paid.get(number)}
