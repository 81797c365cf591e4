"""A started board with cards in its slots: the conformance kit, a certification, what its I/O lines show."""

from __future__ import annotations

import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import asdict, dataclass, field
from pathlib import Path

from line_trace import faults, sessions, times
from power import Desk
from report import Report

from tournee.emulation.cards import load_card
from tournee.maker import card_checks, conformance
from tournee.reader import Reader, Refused
from tournee.reader.maker import MakerReader
from tournee.tables.document import read_ours

CODE = "1234"
SLOTS = ("ps", "vitale")
_SETTLED_S = 0.3  # within which a reader at rest sees a card come or go: it looks five times a second


@dataclass(frozen=True)
class Kind:
    """A card that is read, its protocol, and the limits that follow from its answer to reset (`iso7816`)."""

    slot: str
    card: str
    protocol: int
    limits: dict[str, int] = field(default_factory=dict)
    atr: str = ""


#: Those that the reader knows at each speed that they have, and two that it puts off once it has seen them.
KINDS = {
    "CPS3, T=0": Kind("ps", "infirmiere", 0),
    "CPS4, T=1, twelve times as fast": Kind("ps", "infirmiere-cps4", 1),
    "CPS4, T=0, twelve times as fast, N = 255": Kind(
        "ps", "infirmiere-cps4", 0, {"n": 255}, "3BDC18FF00001225006480000401009000"
    ),
    "Vitale 2, T=0, four times as fast": Kind("vitale", "moreau", 0),
    "Vitale 1, inverse convention, put off": Kind("vitale", "vitale1", 0),
    "card of another country, T=1, N = 255, put off": Kind("vitale", "egk", 1, {"n": 255, "cwi": 4}),
    "CPS3 again, its reader started anew": Kind("ps", "infirmiere", 0),
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
            board.insert("ps", load_card("infirmiere"))
            while not (swapped := reader.cards().ps):
                pass  # it looked while none was in
    except Exception as error:
        return report.add("cards", "an invoice is certified", False, error)
    report.add("cards", "a card swapped at once has not the code of the one before", swapped == 1, swapped)
    report.figures["certification, ms of the board"] = round(took * 1000)
    report.figures["heap after it"] = f"{identity.heap_peak:,} at most, of {identity.heap_size:,}"
    return report.add(
        "cards", "an invoice is certified, its signatures known", made == invoice.known, f"{took:.2f} s"
    )


def line_times(desk: Desk, report: Report) -> bool:
    """A session with each kind of card, put in and taken out again; the last one is ended by a restart."""
    wrong = ""
    try:
        with desk.powered(cards=False) as board, MakerReader.open(board.link_url) as reader:
            for name, kind in KINDS.items():
                board.insert(kind.slot, load_card(kind.card, atr=bytes.fromhex(kind.atr) or None))
                time.sleep(_SETTLED_S)
                with suppress(Refused):
                    (reader.read_ps_card if kind.slot == "ps" else reader.read_vitale)()
                if name != list(KINDS)[-1]:
                    board.remove(kind.slot)
                    time.sleep(_SETTLED_S)
            reader.restart()
    except Exception as error:
        wrong = f"{type(error).__name__}: {error}"
    return judge(desk.trace, report, wrong)


def judge(trace: Path, report: Report, wrong: str = "") -> bool:
    """What ISO 7816-3 has against the sessions of `KINDS`, in their order; `wrong` is what broke them off."""
    found = {slot: [one for one in sessions(trace, SLOTS.index(slot)) if one.spoke] for slot in SLOTS}
    number = sum(map(len, found.values()))
    good = report.add(
        "times", "a session with each card comes to its end", number == len(KINDS), wrong or number
    )
    for name, kind in KINDS.items():
        if not found[kind.slot]:
            continue
        one = found[kind.slot].pop(0)
        against = faults(one, kind.protocol, **kind.limits)
        told = ", ".join(f"{key} {value:.4g}" for key, value in asdict(times(one)).items() if value)
        report.figures[f"times, {name}"] = told
        good &= report.add("times", name, not against, "; ".join(against) or told)
    return good
