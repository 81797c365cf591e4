"""The whole reader with its cards, cut at every frame in each direction: each card signs once."""

import hashlib
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from faulty_wire import TO_HOST, TO_READER, FaultyWire
from link_rig import MESSAGE_MAX, VECTORS, ManualClock

from reader.core import Core
from reader.crypto.sha256 import Sha256
from tournee.emulation.cards import load_card
from tournee.emulation.slots import DirectSlot, FakeClock
from tournee.reader import Reader

CLOCK_KHZ = 4000


def records(path: Path) -> bytes:
    """Read a file of records, one a line before a bar."""
    lines = path.read_text().splitlines()
    return b"".join(line.removesuffix("|").encode() for line in lines if not line.startswith("#"))


INVOICE = records(VECTORS / "invoice.txt")
LOT = records(VECTORS / "lot.txt")
SEALED = b"".join(INVOICE[at : at + 29] + b"000000009" + INVOICE[at + 38 : at + 128] for at in (0, 128, 256))


class WholeReader:
    """The device core as a board runs it, its stream two byte strings."""

    def __init__(self) -> None:
        self.clock = FakeClock()
        self.cards = [load_card("infirmiere"), load_card("moreau")]
        self.slots = [DirectSlot(card, self.clock) for card in self.cards]
        self.coming = bytearray()
        self.written = bytearray()
        self.core = Core(self, tuple(self.slots), self.clock, Sha256, b"test", MESSAGE_MAX, CLOCK_KHZ)

    def read(self, buf: bytearray, timeout_ms: int) -> int:
        count = min(len(buf), len(self.coming))
        buf[:count] = self.coming[:count]
        del self.coming[:count]
        return count

    def write(self, buf: bytearray, start: int, n: int) -> int:
        self.written += buf[start : start + n]
        return n

    def feed(self, data: bytes) -> bytes:
        self.coming += data
        while self.coming:
            self.core.step(0)
        out = bytes(self.written)
        self.written.clear()
        return out


def run(plan):
    board = WholeReader()
    clock = ManualClock()
    wire = FaultyWire(board, clock, plan)
    reader = Reader(wire.connect, clock=clock, session=b"session1")
    ps = reader.read_ps_card()
    tries = reader.unlock("1234")
    vitale = reader.read_vitale()
    invoice = reader.certify_invoice(INVOICE, kind="FSE", mode="03", total=1000)
    lot = reader.certify_lot(LOT, kind="FSE", mode="03", invoices=3, total=3000)
    sealed = reader.seal_invoice(SEALED, kind="FSE", total=1000)
    countersigned = reader.certify_invoice(SEALED, kind="FSE", mode="04", total=1000, sealed=sealed)
    signatures = [card.signatures for card in board.cards]
    return (ps, tries, vitale, invoice, lot, sealed, countersigned, reader.cards()), signatures, wire


@pytest.fixture(scope="module")
def undisturbed():
    return run(lambda *_: None)


def verify(certificate: bytes, signature: bytes, data: bytes) -> None:
    key = x509.load_der_x509_certificate(certificate).public_key()
    key.verify(signature, data, PKCS1v15(), hashes.SHA256())


def test_undisturbed_each_card_signs_what_was_sent(undisturbed):
    (ps, tries, vitale, invoice, lot, sealed, countersigned, _), signatures, _ = undisturbed
    verify(ps.certificate, invoice.signature, INVOICE)
    verify(vitale.certificate, invoice.seal, INVOICE)
    verify(ps.certificate, lot.signature, LOT)
    assert (tries, lot.seal, lot.digest) == (3, None, hashlib.sha256(LOT).digest())
    verify(vitale.certificate, sealed.seal, SEALED)
    verify(ps.certificate, countersigned.signature, SEALED)
    assert (countersigned.seal, countersigned.digest) == (None, sealed.digest)
    assert signatures == [3, 2]


@pytest.mark.parametrize("fault", ["cut inside", "cut after"])
@pytest.mark.parametrize("direction", [TO_READER, TO_HOST])
def test_fault_at_any_frame_changes_nothing_and_no_card_signs_twice(undisturbed, direction, fault):
    expected, expected_signatures, wire = undisturbed
    for spoilt in range(wire.counts[direction]):
        answers, signatures, _ = run(
            lambda way, rank, at=spoilt: fault if (way, rank) == (direction, at) else None
        )
        assert answers == expected, spoilt
        assert signatures == expected_signatures, spoilt
