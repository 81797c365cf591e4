"""A started board with cards in its slots: the conformance kit, a certification, what its I/O lines show."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import asdict

from line_trace import faults, sessions, times
from power import Desk
from report import Report

from tournee.emulation.cards import load_card
from tournee.maker import card_checks, conformance
from tournee.reader import Reader
from tournee.reader.maker import MakerReader
from tournee.tables.document import read_ours

CODE = "1234"
VITALE = 1  # the slot whose card is changed for others
_SETTLED_S = 0.1  # within which a reader at rest sees a card come or go
#: A card's answer to reset, its protocol, and the limits that follow from both (`iso7816.characters`).
CARDS: dict[str, tuple[str, int, dict[str, int]]] = {
    "T=0": ("3B00", 0, {}),
    "T=0, twelve times as fast": ("3B1018", 0, {}),
    "T=0, N = 5": ("3B4005", 0, {"n": 5}),
    "T=1": ("3B800181", 1, {}),
    "T=1, N = 5": ("3BC0058131204D18", 1, {"n": 5}),
    "T=1, twelve times as fast, CWI 5": ("3B90188131FE5593", 1, {"cwi": 5}),
    "T=1, twelve times as fast, CWI 5, N = 255": ("3BD018FF8131FE552C", 1, {"cwi": 5, "n": 255}),
}


class Invoice:
    """The conformance kit's invoice, of known signatures."""

    def __init__(self) -> None:
        vector = read_ours(card_checks._VECTOR)
        self._records = "".join(vector["records"]).encode("ascii")
        self._total = int(vector["total"])
        self.known = bytes.fromhex(vector["signature"]), bytes.fromhex(vector["seal"])

    def certify(self, reader: Reader) -> tuple[bytes, bytes]:
        """Have it signed and sealed by the cards in the slots."""
        made = reader.certify_invoice(self._records, kind="FSE", mode="03", total=self._total)
        return made.signature, made.seal


def conform(desk: Desk, report: Report) -> bool:
    """The conformance kit, with the test cards."""
    seen: dict[bool, int] = {True: 0, False: 0}
    kits: list[Callable[[str], object]] = [conformance.check, lambda url: card_checks.CardChecks(url, CODE)]
    try:
        with desk.powered() as board:
            for kit in kits:
                for one in kit(board.link_url):  # type: ignore[attr-defined]
                    seen[one.good] += 1
                    report.add("conform", one.name, one.good, f"{one.seen} ({one.took_ms} ms of the board)")
    except Exception as error:
        seen[False] += 1
        report.add("conform", "the kit comes to its end", False, error)
    report.figures["conform"] = f"{seen[True]} of {sum(seen.values())}"
    return not seen[False]


def certification(desk: Desk, report: Report) -> bool:
    """One invoice certified, its signatures known, and how long it takes."""
    invoice = Invoice()
    try:
        with desk.powered() as board, Reader.open(board.link_url) as reader:
            reader.unlock(CODE)
            began = time.monotonic()
            made = invoice.certify(reader)
            took = time.monotonic() - began
            identity = reader.identify()
    except Exception as error:
        return report.add("cards", "an invoice is certified", False, error)
    report.figures["certification, ms of the board"] = round(took * 1000)
    report.figures["heap after it"] = f"{identity.heap_peak:,} at most, of {identity.heap_size:,}"
    return report.add(
        "cards", "an invoice is certified, its signatures known", made == invoice.known, f"{took:.2f} s"
    )


def line_times(desk: Desk, report: Report) -> bool:
    """A session with each kind of card, put in and taken out again; and one that a restart ends."""
    unlike = {name: load_card("moreau", atr=bytes.fromhex(atr)) for name, (atr, _, _) in CARDS.items()}
    wrong = ""
    try:
        with desk.powered(cards=False) as board, MakerReader.open(board.link_url) as reader:
            for card in unlike.values():
                board.insert("vitale", card)
                time.sleep(_SETTLED_S)
                reader.read_vitale()
                board.remove("vitale")
                time.sleep(_SETTLED_S)
            board.insert("vitale", unlike["T=0"])
            time.sleep(_SETTLED_S)
            reader.read_vitale()
            reader.restart()
    except Exception as error:
        wrong = f"{type(error).__name__}: {error}"
    found = [one for one in sessions(desk.trace, VITALE) if one.spoke]
    good = report.add(
        "times", "a session with each card comes to its end", len(found) == len(CARDS) + 1, wrong
    )
    ways = [*CARDS.items(), ("T=0, its reader started anew", CARDS["T=0"])]
    for (name, (_, protocol, limits)), one in zip(ways, found, strict=False):
        against = faults(one, protocol, **limits)
        told = ", ".join(f"{key} {value:.4g}" for key, value in asdict(times(one)).items())
        report.figures[f"times, {name}"] = told
        good &= report.add("times", name, not against, "; ".join(against) or told)
    return good
