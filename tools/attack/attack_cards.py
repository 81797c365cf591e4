"""Cards that are none: any answer of any length and status, files that lie, waits without end, any line.

The reader's own core runs here, on a clock that only waiting moves: an hour of a card's excuses takes no
time. What it makes of a card is read as the host reads it. After each such card a true one must be served.
"""

from __future__ import annotations

import dataclasses
import random
import sys
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

from engine import Tally, Target, attempt, rounds

sys.path.insert(0, str(Path(__file__).parents[2] / "firmware"))
sys.path.insert(0, str(Path(__file__).parents[2] / "tests" / "reader"))

import reader_sheets as sheets
from cryptography.hazmat.primitives.serialization import Encoding
from reader_bench import Bench as PlainBench
from reader_bench import Refused

from sesam import codes
from tournee.billing.zones.card import patients_from_groups, ps_from_groups, serial_from_groups
from tournee.emulation.cards import Emission, VirtualCard, load_card
from tournee.emulation.cards.applications import cps, vitale
from tournee.emulation.cards.applications.application import Application, Command, Response
from tournee.emulation.cards.content import TEST_PIN, card_content
from tournee.emulation.cards.line.faults import KINDS, Fault
from tournee.emulation.cards.line.style import Style
from tournee.errors import TourneeError
from tournee.exchange.certificates import key_id
from tournee.formats import zones
from tournee.formats.errors import SesamError
from tournee.reader.codec import Message
from tournee.reader.strangers import stranger_of

PS, VITALE = ("infirmiere", "kine", "infirmiere-cps4"), ("moreau", "robin", "lambert")
REQUEST_MS, LIFE_MS = 180_000, 3_500
"""What a host gives one request in all, and the next sign of life (PROTOCOL.md 6)."""
KNOWN = {value for name, value in vars(codes).items() if name.isupper() and isinstance(value, int)}
_STATUSES = (0x9000, 0x6100, 0x61FF, 0x6C00, 0x6CFF, 0x6282, 0x63C0, 0x6982, 0x6983, 0x6A82, 0x0000, 0xFFFF)


class Bench(PlainBench):
    """One whose every request is held to the host's bounds."""

    _life = 0

    def answer(self, name: str, **values: int | bytes | str) -> Message:
        """One request; its answer, in time, the host never left for long without a sign of life."""
        began = self._life = self.clock()
        self._longest = 0
        answer = super().answer(name, **values)
        self._alive()
        assert self.clock() - began <= REQUEST_MS, (name, self.clock() - began)
        assert self._longest <= LIFE_MS, (name, self._longest)
        return answer

    def _alive(self) -> None:
        super()._alive()
        self._longest = max(self._longest, self.clock() - self._life)
        self._life = self.clock()


class Lying:
    """An application that now and then answers what it likes."""

    def __init__(self, true: Application, drawn: random.Random) -> None:
        self._true = true
        self._drawn = drawn
        self._share = drawn.choice((0.02, 0.2, 0.6, 1.0))

    @property
    def signatures(self) -> int:
        """As the true one counts them."""
        return self._true.signatures

    def reset(self) -> None:
        """Nothing to lie about."""
        self._true.reset()

    def refusal(self, cla: int, ins: int) -> int:
        """Any refusal, or none."""
        lies = self._drawn.random() < self._share / 8
        return self._drawn.randrange(0x10000) if lies else self._true.refusal(cla, ins)

    def sends(self, cla: int, ins: int) -> bool:
        """Now and then the wrong way round."""
        return self._true.sends(cla, ins) != (self._drawn.random() < self._share / 16)

    def execute(self, command: Command) -> Response:
        """The true answer, changed."""
        answer = self._true.execute(command)
        drawn = self._drawn
        if drawn.random() >= self._share:
            return answer
        status = drawn.choice((answer.status, answer.status, *_STATUSES, drawn.randrange(0x10000)))
        return Response(status, _changed(answer.data, drawn), drawn.random() < 0.5)


class Babble:
    """A card without manners: bytes of any kind, at any time, to anything."""

    name, signatures = "babble", 0

    def __init__(self, drawn: random.Random) -> None:
        self._drawn = drawn
        self._atr = _changed(load_card(drawn.choice(PS)).activate()[0].data, drawn)

    def activate(self) -> list[Emission]:
        """Something like an answer to reset."""
        return [Emission(self._drawn.randrange(2000), self._atr)]

    def deactivate(self) -> None:
        """As it likes."""

    def speed(self, ta1: int) -> None:
        """It does not care."""

    def receive(self, raw: bytes) -> list[Emission]:
        """Procedure bytes, blocks, noise, or nothing."""
        drawn, said = self._drawn, []
        for _ in range(drawn.randrange(3)):
            data = drawn.choice(
                (b"\x60", bytes((drawn.randrange(256),)), drawn.randbytes(drawn.randrange(40)))
            )
            said.append(Emission(drawn.choice((0, 1, 900, 20_000)), data * drawn.choice((1, 1, 300))))
        return said


def run(seconds: float, seed: int) -> int:
    """Each kind of card its part of the time."""
    kinds: dict[str, Callable[[random.Random, str], VirtualCard]] = {
        "answers": _answering,
        "files": _filed,
        "waits and lines": _waiting,
        "noise": lambda drawn, name: Babble(drawn),  # type: ignore[dict-item,return-value]
    }
    held = True
    for kind, make in kinds.items():
        tally, drawn = Tally(f"cards: {kind}"), random.Random(f"{seed} {kind}")
        target = Target(tally.name, lambda data, make=make: _inserted(make, data), (), ())  # type: ignore[misc]
        for _ in rounds(seconds / len(kinds)):
            attempt(tally, target, drawn.randbytes(8))
        print(tally, flush=True)
        held = held and tally.held
    return 0 if held else 1


def _inserted(make: Callable[[random.Random, str], VirtualCard], data: bytes) -> None:
    """A hostile card in one slot, a true one in the other; then both true."""
    drawn = random.Random(data)
    slot = drawn.randrange(2)
    cards: list[VirtualCard] = [load_card("infirmiere"), load_card("moreau")]
    cards[slot] = make(drawn, drawn.choice((PS, VITALE)[slot]))
    bench = Bench(*cards)
    bench.ask("SET_DATE", date="202611301200")
    for act in drawn.choices((_ps, _vitale, _unlock, _invoice, _lot), k=4):
        try:
            act(bench)
        except Refused as refused:
            assert refused.status in KNOWN, hex(refused.status)
    bench.slots[slot].insert(load_card(("infirmiere", "moreau")[slot]))
    _unlock(bench)
    _invoice(bench)


def _ps(bench: Bench) -> None:
    zone, certificate = bench.read("READ_PS_CARD", 0), bench.read("READ_PS_CARD", 1)
    stranger_of(bench.read("READ_PS_CARD", 2))
    _read(lambda: ps_from_groups(_groups(zone)))
    _read(lambda: key_id(certificate))


def _vitale(bench: Bench) -> None:
    zone = bench.read("READ_VITALE", 0)
    certificate = bench.read("READ_VITALE", 1)
    _read(lambda: key_id(certificate))
    _read(lambda: patients_from_groups(_groups(zone)))
    _read(lambda: serial_from_groups(_groups(zone)))


def _unlock(bench: Bench) -> None:
    bench.ask("UNLOCK", code=TEST_PIN)


def _invoice(bench: Bench) -> None:
    made = bench.certify(sheets.invoice(1), invoices=1, total=sheets.FEE, what=1)
    assert len(made.data("signature")) == 256


def _lot(bench: Bench) -> None:
    bench.certify(sheets.lot(1), invoices=1, total=sheets.FEE)


def _groups(zone: bytes) -> list[zones.Group]:
    return list(zones.decode(zone))


def _read(read: Callable[[], object]) -> None:
    with suppress(TourneeError, SesamError):
        read()


def _answering(drawn: random.Random, name: str) -> VirtualCard:
    return VirtualCard(
        name, card_content(name).atr, Lying(load_card(name).application, drawn), style=_style(drawn)
    )


def _filed(drawn: random.Random, name: str) -> VirtualCard:
    """A card that works, and whose files were written by somebody else."""
    content, card = card_content(name), load_card(name)
    certificate = content.certificate.public_bytes(Encoding.DER)
    zone, other = cps if content.kind == "cps" else vitale, card.application
    files = {zone.EF_ZONE: _changed(content.zone, drawn), zone.EF_CERTIFICATE: _changed(certificate, drawn)}
    if isinstance(other, cps.CpsApplication):
        made: Application = type(other)(files, content.key, TEST_PIN)
    else:
        made = vitale.VitaleApplication(files, content.key)
    return VirtualCard(name, content.atr, made, style=_style(drawn))


def _waiting(drawn: random.Random, name: str) -> VirtualCard:
    """One that asks for time, again and again, over a line that fails anyhow."""
    content = card_content(name)
    waits = {"nulls": drawn.choice((0, 3, 400)), "work_nulls": drawn.choice((0, 90_000)), "null_ms": 1_000}
    extensions = {"work_wtx": drawn.choice((0, 5, 90_000)), "wtx_times": drawn.choice((0, 1, 50, 255))}
    style = dataclasses.replace(_style(drawn), **waits, **extensions)  # type: ignore[arg-type]
    faults = [_fault(drawn) for _ in range(drawn.randrange(4))]
    return VirtualCard(name, content.atr, load_card(name).application, style=style, faults=faults)


def _fault(drawn: random.Random) -> Fault:
    return Fault(
        drawn.choice(KINDS),
        drawn.choice(("atr", "pps", "ifs", "A4", "B0", "C0", "B2", "CA", "20", "22", "2A", "88", "CB")),
        nth=drawn.randrange(1, 5),
        byte=drawn.randrange(-1, 12),
        count=drawn.choice((1, 3, 2_000)),
        delay_ms=drawn.choice((0, 10, 900, 5_000)),
        data=drawn.randbytes(drawn.randrange(1, 9)),
        lasting=drawn.random() < 0.5,
    )


def _style(drawn: random.Random) -> Style:
    return Style(
        singly=drawn.choice((0, 0, 3, -1)),
        chunk=drawn.choice((1, 7, 255, 256)),
        pps=drawn.choice(("accept", "default", "silent")),
        ifsc=drawn.choice((0, 0, 1, 254)),
    )


def _changed(data: bytes, drawn: random.Random) -> bytes:
    """Cut, made longer, bytes and lengths other ones, or something else altogether."""
    changed = bytearray(data)
    for _ in range(drawn.choice((1, 1, 2, 8))):
        at, kind = drawn.randrange(len(changed) + 1), drawn.randrange(6)
        if kind == 0:
            del changed[at:]
        elif kind == 1:
            changed[at:at] = drawn.randbytes(drawn.choice((1, 3, 200)))
        elif kind == 2 and at < len(changed):
            changed[at] = drawn.choice((0, 1, 0x7F, 0x80, 0x82, 0xFF, drawn.randrange(256)))
        elif kind == 3:
            del changed[at : at + drawn.randrange(1, 40)]
        elif kind == 4:
            changed += changed[at : at + 300]
    return bytes(changed) if drawn.random() < 0.95 else drawn.randbytes(drawn.randrange(600))
