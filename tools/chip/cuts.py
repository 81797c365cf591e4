"""Power that fails in the middle of each flash operation of a certification: the journal is whole, nothing is
signed twice but where nobody can know, which is told first."""

from __future__ import annotations

import math
import shutil
from pathlib import Path
from typing import Any

from cards import CODE, Invoice
from line_trace import events
from mounted import files_of
from power import Desk
from report import Report

from tournee.emulation.cards import VirtualCard, load_card
from tournee.firmware.sesam import codes
from tournee.reader import Reader, Refused
from tournee.reader.maker import MakerReader

SERIAL, SECRET = "TO-000001", bytes(range(32))
_FILES = "journal0", "journal1"
_PS = 0  # the slot of the card that signs
_SIGN = b"\x2a\x9e\x9a"  # COMPUTE DIGITAL SIGNATURE, behind its class
_SIGNATURE = 256  # bytes that the card answers it with


def cuts(desk: Desk, report: Report) -> bool:
    """Certify once, and keep the flash as a cut in the middle of each operation leaves it; mount each, start
    those where the files become others, or every one (`every`)."""
    invoice = Invoice()
    halves = desk.folder / "halves"
    shutil.rmtree(halves, ignore_errors=True)
    halves.mkdir()
    try:
        with desk.powered(cards=False) as board, MakerReader.open(board.link_url) as maker:
            maker.provision(SERIAL, SECRET)
        shutil.copyfile(desk.flash, desk.folder / "before.bin")
        with desk.powered(halves=halves) as board, Reader.open(board.link_url, SECRET) as reader:
            reader.unlock(CODE)
            first = invoice.certify(reader)
        whole = events(desk.trace)
    except Exception as error:
        return report.add("cuts", "an invoice is certified before any cut", False, error)
    good = report.add("cuts", "an invoice is certified before any cut", first == invoice.known)
    operations = [what for what in whole if what.get("event") in ("program", "erase")]
    report.figures["flash operations of a start and a certification"] = len(operations)
    if not operations:
        return report.add("cuts", "a certification is written down", False)
    images = [halves / f"{operation['number']}.bin" for operation in operations]
    files = files_of(images, _FILES, desk.folder / "mount.py")
    good &= report.add(
        "cuts", f"power fails in each of {len(files)} operations: the files are there", *_whole(files)
    )
    for operation, image in zip(operations, images, strict=True):
        if report.every or image in _turns(images, files):
            good &= _started(desk, operation, image, whole, invoice, report)
    return good & _really(desk, operations, invoice, report)


def _whole(files: list[str]) -> tuple[bool, str]:
    """Whether every image mounts, and what a record replaced never comes back."""
    states = [one for one, before in zip(files, ["", *files[:-1]], strict=True) if one != before]
    broken = [one for one in files if "Error" in one]
    return not broken and len(set(states)) == len(states), "; ".join(
        broken
    ) or f"{len(states)} states, in turn"


def _turns(images: list[Path], files: list[str]) -> set[Path]:
    """The first and the last image of each state of the files."""
    turns = {images[0], images[-1]}
    for at in range(1, len(files)):
        turns |= {images[at - 1], images[at]} if files[at] != files[at - 1] else set()
    return turns


def _started(
    desk: Desk,
    operation: dict[str, Any],
    image: Path,
    whole: list[dict[str, Any]],
    invoice: Invoice,
    report: Report,
) -> bool:
    """Start the board with one image, and have the same invoice certified."""
    signed = _signed_before(whole, operation["at"])
    try:
        wrong = _after(desk, image, signed, invoice)
    except Exception as error:
        wrong = f"{type(error).__name__}: {error}"
    report.figures["cuts the board was started after"] = (
        report.figures.get("cuts the board was started after", 0) + 1
    )
    name = f"{operation['event']} {operation['number']} at {operation['from']:06X}"
    seen = wrong or f"signed before: {'yes' if signed else 'no'}"
    return report.add("cuts", f"power fails in {name}, then it starts and certifies", not wrong, seen)


def _signed_before(whole: list[dict[str, Any]], at: float) -> bool:
    """Whether the PS's card had given a signature by then."""
    line = sorted(
        (what for what in whole if what.get("slot") == _PS and "byte" in what and what["at"] < at),
        key=lambda what: float(what["at"]),
    )
    said = bytes(what["byte"] for what in line)
    asked = said.find(_SIGN)
    while asked >= 0 and any(what["from"] == "card" for what in line[asked : asked + len(_SIGN)]):
        asked = said.find(_SIGN, asked + 1)
    return asked >= 0 and sum(what["from"] == "card" for what in line[asked:]) > _SIGNATURE


class Witness(MakerReader):
    """Notes how many signatures the card had made each time that the reader told an interruption: the host
    asks again by itself then, for the same bytes can only get the same signature."""

    def __init__(self, *given: Any, **named: Any) -> None:
        super().__init__(*given, **named)
        self.card: VirtualCard | None = None
        self.told: list[int] = []

    def _send(self, number: int, message: bytearray) -> Any:
        try:
            return super()._send(number, message)
        except Refused as refused:
            if refused.status == codes.INTERRUPTED and self.card:
                self.told.append(self.card.signatures)
            raise


def _after(desk: Desk, flash: Path, signed: bool, invoice: Invoice) -> str:
    """Start the board with this flash, and certify again; what is wrong with it."""
    other = Desk(desk.name, desk.folder / "cut")
    shutil.copyfile(flash, other.flash)
    other.cards = {"ps": load_card("infirmiere"), "vitale": load_card("moreau")}
    with other.powered() as board, Witness.open(board.link_url, SECRET) as reader:
        reader.card = other.cards["ps"]
        state = reader.state()
        if (state.serial, state.journal) != (SERIAL, True):
            return f"serial {state.serial!r}, journal {state.journal}"
        reader.unlock(CODE)
        made = invoice.certify(reader)
        again = invoice.certify(reader)
        told = reader.told
    return _wrong(signed, other.cards["ps"].signatures, told, made == again == invoice.known)


def _wrong(signed: bool, by_card: int, told: list[int], known: bool) -> str:
    """What is wrong with an invoice that was `signed` or not before a cut, and by the card `by_card` times
    since, the interruption told at these counts of its signatures."""
    if not known:
        return "other signatures"
    if told not in ([], [0]) or by_card > 1:
        return f"signed {by_card} times since, the interruption told {len(told)} times"
    if signed and by_card and not told:
        return "signed twice, and not told"
    return "" if signed or by_card else "never signed"


def _really(desk: Desk, operations: list[dict[str, Any]], invoice: Invoice, report: Report) -> bool:
    """Power that fails under a running certification, the host waiting; then it comes back."""
    last = operations[-1]["number"]
    other = Desk(desk.name, desk.folder / "dying")
    shutil.copyfile(desk.folder / "before.bin", other.flash)
    try:
        with other.powered(cut=last) as board, Reader.open(board.link_url, SECRET) as reader:
            reader.unlock(CODE)
            invoice.certify(reader)
        lost = "nothing was lost"
    except Exception as error:
        lost = type(error).__name__
    signed = _signed_before(events(other.trace), math.inf)
    wrong = _after(desk, other.flash, signed, invoice) if lost == "LinkLost" else lost
    return report.add(
        "cuts", f"the board dies in operation {last}, and starts again", not wrong, wrong or lost
    )
