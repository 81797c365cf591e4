"""The same language on the real MicroPython, in a small heap, against the host's judgement."""

import json
import os
import random
import subprocess
import sys
from pathlib import Path

import pytest

from sesam import keys, layout
from tournee.formats import records, zones
from tournee.formats.errors import RecordError

HERE = Path(__file__).parent
ROOT = HERE.parents[1]
VECTORS = HERE.parent / "vectors" / "sesam"
MICROPYTHON = Path(sys.executable).parent / "micropython"
HEAP = "64k"
RECORDS = 3000
ZONES = (
    "00661c01300c3230323430313031303030300c323032343132333130303030",
    "00691a0c3230323430313031303030300c323032343132333132333539",
)
NIRS = ("255069999900162", "155062A99900141", "155062B99900141", "123456782000000", "100012345650000")


def run(*arguments: str, heap: str = HEAP) -> str:
    done = subprocess.run(
        [MICROPYTHON, "-X", f"heapsize={heap}", *arguments],
        env={**os.environ, "MICROPYPATH": str(ROOT / "firmware")},
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def damaged_records() -> list[bytes]:
    """Golden records of the reader's kinds, most of them damaged; the same ones every time."""
    chance = random.Random(140700)
    golden = json.loads((VECTORS / "records.json").read_text())
    good = [one["record"].encode() for one in golden if one["kind"] in layout.KINDS]
    made = list(good)
    while len(made) < RECORDS:
        record = bytearray(chance.choice(good))
        for _ in range(chance.choice((1, 1, 1, 2, 3))):
            record[chance.randrange(128)] = chance.choice(b"0123456789 AZaz@=+/-\x00\x80\xff")
        made.append(bytes(record))
    return made


def host_answer(record: bytes) -> int:
    kind = records.kind_of(record, 0)
    if kind < 0 or kind >= len(layout.KINDS):
        return -1
    try:
        records.decode(record)
    except RecordError as error:
        return kind * 1000 + error.column
    return kind * 1000


@pytest.fixture(scope="module")
def answers(tmp_path_factory):
    """What MicroPython answered: (what was asked, the answer) in order, and the lines after them."""
    zone = b"".join(bytes.fromhex(line) for line in ZONES)
    asked = [("record", record, "") for record in damaged_records()]
    asked += [
        ("zone", zone, f"{group} {nth} {field}")
        for group in (102, 105, 107)
        for nth in (1, 2)
        for field in (1, 3)
    ]
    asked += [("nir", number.encode(), "") for number in NIRS]
    path = tmp_path_factory.mktemp("device") / "asked"
    path.write_text("".join(f"{what} {data.hex()} {rest}\n" for what, data, rest in asked))
    lines = run(str(HERE / "on_device.py"), str(path)).splitlines()
    return list(zip(asked, lines, strict=False)), lines[len(asked) :]


def test_reader_on_micropython_judges_every_record_as_the_host_does(answers):
    judged = [(data, int(line)) for (what, data, _), line in answers[0] if what == "record"]
    assert len(judged) == RECORDS
    assert [answer for _, answer in judged] == [host_answer(data) for data, _ in judged]


def test_fields_of_a_zone_are_found_alike(answers):
    for (what, data, rest), line in answers[0]:
        if what == "zone":
            group, nth, field = map(int, rest.split())
            assert int(line) == zones.find(data, 0, len(data), group, nth, field)


def test_keys_are_judged_alike(answers):
    for (what, data, _), line in answers[0]:
        if what == "nir":
            expected = keys.nir_ok(data, 0) * 4 + keys.billing_ok(data, 0) * 2 + keys.rpps_ok(data, 0)
            assert int(line) == expected


def test_checking_keeps_nothing_on_the_heap(answers):
    kept = [line for line in answers[1] if line.startswith("kept")]
    assert kept == ["kept 0"] * len(layout.KINDS)


def test_language_of_the_reader_fits_in_20_kilobytes(answers):
    (heap,) = [int(line.split()[1]) for line in answers[1] if line.startswith("heap")]
    assert 0 < heap < 20 * 1024


@pytest.mark.parametrize("module", ["layout", "keys", "zone_walk"])
def test_module_loads_in_the_small_heap(module):
    assert run("-c", f"import sesam.{module}") == ""
