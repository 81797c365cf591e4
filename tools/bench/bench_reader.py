"""A lot certified in the emulated reader: instructions for each of its bytes, against SHA-256 in C over the
same bytes in the same run; and its time, against that of its bytes on a serial line at 1 Mbaud.

On the lm3s the hot loops are in C, on the unix board in machine code that mpy-cross made of viper.
"""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
import tempfile
from functools import partial
from pathlib import Path

from measure import row, timed

from tournee.boards import build

BAUD = 1_000_000
ROOT = Path(__file__).resolve().parents[2]
HASHED = "hashlib.sha256(LOT)"
EMPTY = """
import hashlib
LOT = %r
def run():
    %s
"""


def run() -> None:
    """Instructions on the lm3s (icount) and on unix (callgrind), then lots of 1, 10 and 100 invoices."""
    if shutil.which("valgrind") is None:
        sys.exit(
            "bench reader: valgrind, which counts instructions, is missing; ./tools/dev bench installs it"
        )
    sys.path.insert(0, str(ROOT / "tools"))
    import size  # what boards take; it finds the lots that the reader's tests certify

    certified, hashed = size.cost(ROOT / "boards" / "lm3s")
    instructions("lm3s, Cortex-M3 (icount)", certified, hashed)
    lot = size.sheets.lot(10)
    instructions("unix, x86-64 (callgrind)", *(count // len(lot) for count in _on_unix(lot, size.COST)))

    with size.EmulatedBoard() as board:
        board.insert("ps", size.load_card("infirmiere"))
        with size.Reader.open(board.link_url) as reader:
            reader.read_ps_card()
            reader.unlock("1234")
            for count in (1, 10, 100):
                lot, total = size.sheets.lot(count), count * size.sheets.FEE
                certify = partial(reader.certify_lot, lot, kind="FSE", mode="03", invoices=count, total=total)
                ours = timed(certify, 1)
                row(
                    f"lot of {count} certified ({len(lot)} bytes)",
                    ours,
                    "line at 1,000,000 baud",
                    len(lot) * 10 / BAUD,
                )
                print(f"{'':44} highest heap {reader.identify().heap_peak} bytes", flush=True)


def instructions(where: str, certified: int, hashed: int) -> None:
    """One line: ours, the peer's, the ratio."""
    peer = f"SHA-256 in C {hashed:7,} instructions a byte"
    print(
        f"{where:30} {certified:9,} instructions a byte   {peer}   ratio {certified / hashed:6.1f}",
        flush=True,
    )


def _on_unix(lot: bytes, probe: Path) -> tuple[int, int]:
    """Instructions of certifying the lot, and of hashing it in C, each less what an empty run takes."""
    texts = [
        EMPTY % (lot, "pass"),
        probe.read_text().replace('LOT = b""', f"LOT = {lot!r}").split("    hashed =")[0],
        EMPTY % (lot, HASHED),
    ]
    empty, certified, hashed = (_counted(text) for text in texts)
    return certified - empty, hashed - empty


def _counted(text: str) -> int:
    with tempfile.TemporaryDirectory() as folder:
        script = Path(folder) / "script.py"
        script.write_text(text)
        command, _ = build.start_command(ROOT / "boards" / "unix", heap=1 << 20, script=script)
    valgrind = ["valgrind", "--tool=callgrind", "--callgrind-out-file=/dev/null"]
    valgrind += ["--toggle-collect=micropython_unix_main"]
    plain = [part.format(link=0, ps=0, vitale=0, flash="") for part in command]  # the script asks for none
    done = subprocess.run([*valgrind, *plain], check=True, capture_output=True, text=True)
    return int(re.search(r"Collected : (\d+)", done.stderr)[1])  # type: ignore[index]
