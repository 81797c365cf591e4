"""What happens to one invoice, as entries: its fees by the year of care, what returns paid of it, its end."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from tournee.app.accounts.books.posting import BookEntry, Side, entry
from tournee.model import ThreeShares
from tournee.model.codes import AMC
from tournee.store import LedgerPayment, LedgerRow, SheetState

_FEES, _LOSS, _FRANCHISE = Side("fees"), Side("loss"), Side("franchise")
_ANNOUNCED, _BANK = Side("announced"), Side("bank")


class Event(NamedTuple):
    """A state that a sheet came to, and when (ISO 8601)."""

    at: str
    sheet_id: int
    state: str


@dataclass(frozen=True)
class YearOfCare:
    """What an invoice asks for the care of one year: its last day (AAAAMMJJ), fee, insurers' shares."""

    last_day: str
    fee: int
    amo: int
    amc: int


@dataclass(frozen=True)
class InvoiceLife:
    """An invoice, the years of its care, what became of its sheets, the auxiliary of its patient, and the day
    from which it is no more: replaced, given up, or its visit set aside; "" while it stands.
    """

    row: LedgerRow
    years: tuple[YearOfCare, ...]
    events: tuple[Event, ...]
    patient: Side
    ended: str

    @property
    def caisse(self) -> Side:
        """The receivable of the caisse."""
        return self._insurer("caisse", "F")

    @property
    def mutuelle(self) -> Side:
        """The receivable of the complementary insurer."""
        return self._insurer("mutuelle", "D")

    @property
    def handed_back_on(self) -> str:
        """The day (AAAAMMJJ) on which what its insurers took back by word of mouth is booked."""
        return max((one.at for one in self.events), default=self.row.made)[:10].replace("-", "")

    def _insurer(self, key: str, letter: str) -> Side:
        crf = next((sheet.crf for sheet in self.row.sheets if sheet.crf[:1] == letter), "")
        number = crf[1:6] if letter == "F" else crf[1:]
        return Side(key, f"{letter}{number}", f"{key} {number}") if number else Side(key)


def invoice_entries(life: InvoiceLife) -> Iterator[BookEntry]:
    """All of an invoice's life, each entry of its own day."""
    row = life.row
    for sign, day, label in (
        (1, "", "Honoraires"),
        *([(-1, life.ended, "Facture remplacée ou abandonnée")] if life.ended else []),
    ):
        for year, shares in zip(life.years, _shares_by_year(life), strict=True):
            made = entry(
                "VE",
                day or year.last_day,
                row.number,
                label,
                (life.caisse, sign * shares.amo),
                (life.mutuelle, sign * shares.amc),
                (life.patient, sign * shares.patient),
                (_FEES, -sign * year.fee),
                voucher_day=row.made,
                noted=day or max(row.made, year.last_day),
            )
            if made:
                yield made
    yield from _Claims(life).entries()


def _shares_by_year(life: InvoiceLife) -> Iterator[ThreeShares]:
    """What each gives for each year; the last year takes what is left by a rounding."""
    signed = life.row.signed
    left_amo, left_amc = signed.amo, signed.amc
    for rank, year in enumerate(life.years, 1):
        is_last = rank == len(life.years)
        amo = left_amo if is_last else min(year.amo, left_amo)
        amc = left_amc if is_last else min(year.amc, left_amc)
        left_amo, left_amc = left_amo - amo, left_amc - amc
        yield ThreeShares(amo, amc, year.fee - amo - amc)


class _Claims:
    """Goes through what happened to the insurers' shares, in order."""

    def __init__(self, life: InvoiceLife) -> None:
        self._life = life
        self._left = {"amo": life.row.signed.amo, "amc": life.row.signed.amc}
        self._given_up = {"amo": False, "amc": False}
        self._moved = 0  # of the complementary share, to the patient

    def entries(self) -> Iterator[BookEntry]:
        row = self._life.row
        payments = [(one.at, 0, one) for one in row.payments]
        events = [(one.at, 1, one) for one in self._life.events]
        both: list[tuple[str, int, LedgerPayment | Event]] = [*payments, *events]
        for _, _, what in sorted(both, key=lambda item: item[:2]):
            yield from self._pay(what) if isinstance(what, LedgerPayment) else self._move(what)
        if row.handed_back:
            made_ = entry(
                "BQ",
                self._life.handed_back_on,
                row.number,
                "Rendu à l’organisme",
                (self._life.caisse, row.handed_back),
                (_BANK, -row.handed_back),
            )
            if made_:
                yield made_

    def _pay(self, payment: LedgerPayment) -> Iterator[BookEntry]:
        took = payment.paid + payment.franchise
        if not took:
            return
        if payment.share == AMC:
            parts = {"amo": 0, "amc": took}
        else:
            own = took if took < 0 else min(took, max(self._left["amo"], 0))
            other = 0 if took < 0 else min(took - own, max(self._left["amc"], 0))
            parts = {"amo": took - other, "amc": other}
        moves = []
        for share, side in (("amo", self._life.caisse), ("amc", self._life.mutuelle)):
            self._left[share] -= parts[share]
            moves.append((_LOSS if self._given_up[share] else side, -parts[share]))
        voucher = f"RSP {payment.return_id}"
        made = entry(
            *("RS", payment.day, voucher, f"Retour {payment.return_id}, facture {self._life.row.number}"),
            *((_ANNOUNCED, payment.paid), (_FRANCHISE, payment.franchise), *moves),
        )
        if made:
            yield made

    def _move(self, event: Event) -> Iterator[BookEntry]:
        day = event.at[:10].replace("-", "")
        row, state = self._life.row, event.state
        if state == SheetState.WRITTEN_OFF.value:
            for share, side in self._claimed(event.sheet_id):
                lost = max(self._left[share], 0)
                self._left[share] -= lost
                self._given_up[share] = True
                made = entry("OD", day, row.number, "Passé en perte", (_LOSS, lost), (side, -lost))
                if made:
                    yield made
        elif state == SheetState.ON_PATIENT.value:
            self._moved = row.signed.amc
            yield from self._to_patient(day, self._moved)
        elif self._moved and self._is_of_amc(event.sheet_id):
            back, self._moved = self._moved, 0
            yield from self._to_patient(day, -back)

    def _to_patient(self, day: str, cents: int) -> Iterator[BookEntry]:
        self._left["amc"] -= cents
        label = (
            "Part complémentaire demandée au patient" if cents > 0 else "Part complémentaire payée après tout"
        )
        made = entry(
            "OD",
            day,
            self._life.row.number,
            label,
            (self._life.patient, cents),
            (self._life.mutuelle, -cents),
        )
        if made:
            yield made

    def _claimed(self, sheet_id: int) -> Sequence[tuple[str, Side]]:
        """The shares that a sheet claims."""
        kinds = {sheet.id: sheet.kind for sheet in self._life.row.sheets}
        shares = {"FSE": [("amo", self._life.caisse)], "DRE": [("amc", self._life.mutuelle)]}[kinds[sheet_id]]
        if len(kinds) == 1 and kinds[sheet_id] == "FSE":
            return [*shares, ("amc", self._life.mutuelle)]
        return shares

    def _is_of_amc(self, sheet_id: int) -> bool:
        return any(share == "amc" for share, _ in self._claimed(sheet_id))
