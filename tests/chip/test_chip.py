"""What of ours stands around an emulated RP2040, without a firmware; its parts in JavaScript have tests of
their own, which run here under node."""

import hashlib
import json
import runpy
import struct
import subprocess
import sys
import time
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parents[2] / "tools" / "chip"))
sys.path.insert(0, str(Path(__file__).parents[2] / "tools" / "page"))

import firmware
import line_trace
import report
from board_time import BoardTime, live_in
from fetched import NODE

HERE = Path(__file__).parent
TOOLS = HERE.parents[1] / "tools"
RP2040 = 0xE48BFF56
BANNER = b"3.4.0; MicroPython v1.28.0 on 2026-04-05\0"


def block(address, payload, *, family=RP2040, flags=0x2000, last=0x0AB16F30):
    head = struct.pack("<8I", 0x0A324655, 0x9E5D5157, flags, address, len(payload), 0, 1, family)
    return (head + payload).ljust(508, b"\0") + struct.pack("<I", last)


def uf2(tmp_path, *blocks):
    file = tmp_path / "firmware.uf2"
    file.write_bytes(b"".join(blocks))
    return file


def test_parts_in_javascript():
    done = subprocess.run(
        [NODE, "--test", HERE / "parts.test.mjs"], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout[-4000:]
    assert "# pass 18" in done.stdout or "pass 18" in done.stdout


def test_blocks_lie_where_they_say_and_the_rest_is_erased(tmp_path):
    made = firmware.read_firmware(
        uf2(tmp_path, block(0x10000100, BANNER), block(0x10000000, b"\1" * 256), block(0, b"x", flags=1))
    )
    assert made.flash[:256] == b"\1" * 256
    assert made.flash[256 : 256 + len(BANNER)] == BANNER
    assert set(made.flash[256 + len(BANNER) :]) == {255}
    assert (made.version, made.built, len(made.flash)) == ("1.28.0", "2026-04-05", 2 << 20)


BAD = {
    "RP2350": ([block(0x10000000, BANNER, family=0xE48BFF59)], "is for an RP2350 .Arm., not for an RP2040"),
    "outside": ([block(0x101FFFF0, BANNER)], "outside of the flash"),
    "below": ([block(0x0FFFFFFF, BANNER)], "outside of the flash"),
    "marks": ([block(0x10000000, BANNER, last=1)], "block 0 has not its marks"),
    "length": ([b"UF2\n"], "not whole blocks"),
    "empty": ([], "not whole blocks"),
    "no banner": ([block(0x10000000, b"hello")], "no MicroPython says its version"),
    "old": (
        [block(0x10000000, BANNER.replace(b"1.28", b"1.26"))],
        "MicroPython 1.26.0; the drivers want 1.27",
    ),
    "large": ([block(0x10000000, BANNER) * 8193], "more than its flash holds"),
}


@pytest.mark.parametrize("name", BAD)
def test_what_is_no_firmware_of_the_chip_is_refused(tmp_path, name):
    blocks, told = BAD[name]
    with pytest.raises(firmware.Unfit, match=told):
        firmware.read_firmware(uf2(tmp_path, *blocks))


def test_a_firmware_that_does_not_serve_ends_the_command_with_its_reason(tmp_path):
    file = uf2(tmp_path, block(0x10000000, b"hello"))
    command = [
        sys.executable,
        str(TOOLS / "chip"),
        "--firmware",
        str(file),
        "--report",
        str(tmp_path / "kept"),
    ]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (
        3,
        "chip: firmware.uf2: no MicroPython says its version in it\n",
    )
    assert not (tmp_path / "kept").exists()


def test_report_names_the_reader_that_was_proven(tmp_path):
    image = tmp_path / "reader.img"
    image.write_bytes(b"abc")
    reader_of = runpy.run_path(str(TOOLS / "chip" / "__main__.py"))["reader_of"]
    assert reader_of("rp2040", str(image)) == hashlib.sha256(b"abc").hexdigest()
    assert reader_of("rp2040", None) == reader_of("rp2040", None) != reader_of("rp2350w", None)


ETU = 1e6 * 372 / 3125


def edge(at, contact, level):
    return {"slot": 1, "at": at, "contact": contact, "level": level}


def character(at, sender, **more):
    return {"slot": 1, "at": at, "from": sender, "byte": 0, "etu": ETU, "nominal": ETU, **more}


def written(tmp_path, turn, clock=3125, frame="8E2"):
    """The trace of a session of T=0: a reset, a character of the card, ours `turn` etu later, the end."""
    lines = [
        {"at": 0, "event": "power"},
        edge(0, "IO", 1),
        edge(1, "IO", 0),
        edge(10, "VCC", 1),
        edge(20, "IO", 1),
        edge(30, "CLK", clock),
        edge(30 + 500e6 / clock, "RST", 1),
        character(1e9 + turn * ETU, "reader", format=frame),
        character(1e9, "card"),
        edge(2e9, "RST", 0),
        edge(2e9 + 1, "CLK", 0),
        edge(2e9 + 2, "IO", 0),
        edge(2e9 + 3, "VCC", 0),
    ]
    file = tmp_path / "trace.jsonl"
    file.write_text("".join(json.dumps(line) + "\n" for line in lines) + '{"slot":1,"at"')
    return file


def test_sessions_are_judged_from_the_first_contact_to_the_last(tmp_path):
    (one,) = line_trace.sessions(written(tmp_path, 22), 1)
    assert one.spoke
    assert line_trace.faults(one, 0) == []
    assert line_trace.times(one).turn == pytest.approx(22)
    assert list(line_trace.sessions(written(tmp_path, 22), 0)) == []


@pytest.mark.parametrize(
    ("how", "clause"),
    [({"turn": 13}, "10.2"), ({"turn": 22, "clock": 6250}, "5.2.3"), ({"turn": 22, "frame": "8E1"}, "7.2")],
)
def test_what_breaks_the_standard_is_told_with_its_clause(tmp_path, how, clause):
    (one,) = line_trace.sessions(written(tmp_path, **how), 1)
    assert [fault.split()[0] for fault in line_trace.faults(one, 0)] == [clause]


def test_status_is_of_the_first_part_that_fails_and_the_report_is_kept(tmp_path, capsys):
    made = report.Report("rp2040", {"MicroPython": "1.28.0"})
    assert made.add("boot", "it answers", True, "1 s")
    assert made.status == 0
    made.add("cuts", "power fails", False, "signed twice")
    assert made.status == report.STATUSES["cuts"]
    made.add("conform", "a check", False)
    assert made.status == report.STATUSES["conform"]
    made.keep(tmp_path / "kept")
    kept = json.loads((tmp_path / "kept" / "report.json").read_text())
    assert (kept["good"], kept["lines"][1]["seen"]) == (False, "signed twice")
    assert (tmp_path / "kept" / "report.txt").read_text().endswith("1 of 3 good\n")
    assert "FAILED  cuts     power fails: signed twice" in capsys.readouterr().out


def test_the_process_lives_in_the_boards_time(tmp_path):
    file = tmp_path / "clock"
    file.write_bytes(b"")
    with live_in(BoardTime(file)) as now:
        assert now() == 0
        file.write_bytes(struct.pack("<d", 1500.0))
        assert time.monotonic() == 1.5
        assert time.monotonic_ns() == 1_500_000_000
        file.write_bytes(struct.pack("<d", -1500.0))  # it has ended
        while time.monotonic() < 2.0:
            pass
    assert time.monotonic is not now
