"""What passes: bursts, cuts, every MTU, a slow air, lots of 1, 10 and 40 sheets, `conform`."""

from __future__ import annotations

import hashlib
import os
import sys
import time
from pathlib import Path

from rigs import Rig, holds

from tournee.maker import conformance
from tournee.maker.card_checks import CardChecks
from tournee.reader import Reader
from tournee.reader.maker import MakerReader

sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "tests" / "reader"))
import reader_sheets as sheets

LOTS = (1, 10, 40)
MTUS = (23, 64, 185, 247, 517)
_CODE = "1234"
_ECHOED = 30_000  # bytes
_SEGMENT = 244  # bytes of a write at MTU 247
_SECRET = bytes(range(32))


def echoed(rig: Rig, sent: bytes, segment: int, at_once: int) -> tuple[bytes, float]:
    """Send all of `sent`, at most `at_once` bytes ahead of what has come back; this, and the seconds."""
    stream = rig.host().open()
    began = time.monotonic()
    back = bytearray()
    done, quiet = 0, 0
    while len(back) < len(sent) and quiet < 40:
        if done < len(sent) and done - len(back) < at_once:
            stream.write(sent[done : done + segment])
            done += len(sent[done : done + segment])
        came = stream.read(0 if done < len(sent) and done - len(back) < at_once else 100)
        quiet = 0 if came or done < len(sent) else quiet + 1
        back += came
    stream.close()
    return bytes(back), time.monotonic() - began


def echo(rig: Rig) -> str:
    """thirty thousand bytes there and back: none is lost, none comes twice or in another order"""
    rig.host().pair()
    sent = os.urandom(_ECHOED)
    back, took = echoed(rig, sent, _SEGMENT, rig.board.room - _SEGMENT)
    holds(back.removeprefix(b"\0") == sent, f"{len(back)} bytes of {len(sent)} came back")
    return f"{len(sent)} bytes in {took:.2f} s, {len(sent) / took / 1024:.0f} KiB/s each way"


def burst(rig: Rig) -> str:
    """what a window may send is whole, though the reader is busy; a byte more is lost without a word"""
    rig.host().pair()
    for more in (0, 1):
        stream = rig.host().open()
        while stream.read(200):
            pass
        rig.board.pause()
        sent = os.urandom(rig.board.room + more)
        for at in range(0, len(sent), _SEGMENT):
            stream.write(sent[at : at + _SEGMENT])
        back = b""
        end = time.monotonic() + 6
        while len(back) < rig.board.room and time.monotonic() < end:
            back += stream.read(100)
        back += stream.read(300)
        stream.close()
        holds(back == sent[: rig.board.room], f"{len(back)} of {len(sent)} bytes came back")
    return f"{rig.board.room} bytes whole; of {rig.board.room + 1} the last is gone"


def cuts(rig: Rig) -> str:
    """a lot is signed once though the air is cut in its middle, and the session goes on"""
    rig.host().pair()
    before = rig.board.signatures
    lot = sheets.lot(10)
    left = [len(lot) // 128 // 4, len(lot) // 128 // 2, len(lot) // 128 * 3 // 4]

    def cut(done: int, of: int) -> None:
        if left and done >= left[0]:
            left.pop(0)
            rig.out_of_range()

    with Reader.open(rig.host().open) as reader:
        reader.unlock(_CODE)
        made = reader.certify_lot(
            lot, kind="FSE", mode="03", invoices=10, total=10 * sheets.FEE, on_progress=cut
        )
        rig.out_of_range()
        holds(reader.cards().ps == 2, "the code has to be given again after a cut")
    holds(made.digest == hashlib.sha256(lot).digest(), "other bytes were signed")
    holds(rig.board.signatures == before + 1, f"signed {rig.board.signatures - before} times")
    holds(not left, f"{len(left)} cuts left")
    return "three cuts in a lot of ten, one after it: one signature, the right bytes, the same session"


def slow_air(rig: Rig) -> str:
    """over an air of six packets each way every 15 ms: thirty thousand bytes there and back, none lost"""
    return echo(rig)


def every_mtu(rig: Rig) -> str:
    """messages pass whole at every MTU that a tablet may ask for; the reader takes 247 at most"""
    rig.host().pair()
    told = []
    for mtu in MTUS:
        rig.mtu = mtu
        began = time.monotonic()
        with Reader.open(rig.host().open) as reader:
            sizes = len(reader.read_vitale().certificate), len(reader.read_ps_card().certificate)
            holds(min(sizes) > 700, f"MTU {mtu}: {sizes} bytes")
        told.append(f"{mtu}: {(time.monotonic() - began) * 1000:.0f} ms")
    return "both cards read at MTU " + ", ".join(told)


def lots(rig: Rig) -> str:
    """lots of 1, 10 and 40 sheets, over the protected channel: signed once each, the right bytes"""
    rig.host().pair()
    with MakerReader.open(rig.host().open) as maker:
        maker.provision("TO-000001", _SECRET)
    rig.restart()
    told = []
    with Reader.open(rig.host().open, _SECRET) as reader:
        for invoices in LOTS:
            reader.unlock(_CODE)
            lot = sheets.lot(invoices)
            before = rig.board.signatures
            began = time.monotonic()
            made = reader.certify_lot(
                lot, kind="FSE", mode="03", invoices=invoices, total=invoices * sheets.FEE
            )
            took = time.monotonic() - began
            holds(made.digest == hashlib.sha256(lot).digest(), f"{invoices}: other bytes were signed")
            holds(rig.board.signatures == before + 1, f"{invoices}: {rig.board.signatures - before} times")
            told.append(f"{invoices}: {len(lot)} bytes in {took:.2f} s")
    return "; ".join(told)


def conform(rig: Rig) -> str:
    """`tournee-maker conform --test-cards` over the air, in clear and over the protected channel"""
    rig.host().pair()
    findings = [*conformance.check(rig.host().open), *CardChecks(rig.host().open, _CODE)]
    clear = len(findings)
    with MakerReader.open(rig.host().open) as maker:
        maker.provision("TO-000001", _SECRET)
    rig.restart()
    findings += conformance.check(rig.host().open, _SECRET)
    findings += CardChecks(rig.host().open, _CODE, _SECRET)
    bad = [f"{one.name} : {one.seen}" for one in findings if not one.good]
    good = len(findings) - len(bad)
    holds(not bad, f"{good} of {len(findings)}; " + "; ".join(bad))
    return f"{clear} of {clear} in clear, {len(findings) - clear} of {len(findings) - clear} protected"


echo.needs = {"task": "echo"}  # type: ignore[attr-defined]
burst.needs = {"task": "echo"}  # type: ignore[attr-defined]
slow_air.needs = {"task": "echo", "interval_ms": 15}  # type: ignore[attr-defined]
SCENARIOS = (echo, slow_air, burst, cuts, every_mtu, lots, conform)
