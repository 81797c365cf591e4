"""What a board's firmware takes: flash, heap, stacks, work per byte; measured on the emulated board.

    ./tools/dev size lm3s               measures, and prints the board's line beside what is written down
    ./tools/dev size lm3s --write       writes it down in boards/figures.toml and boards/README.md

Work is counted in instructions, by QEMU's `-icount`: the same on every machine.
"""

import argparse
import re
import socket
import subprocess
import sys
import tempfile
import tomllib
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "tests" / "reader"))

import reader_sheets as sheets  # the lots that the reader's tests certify

from tournee.boards import build
from tournee.emulation.board import EmulatedBoard
from tournee.emulation.cards import load_card
from tournee.errors import TourneeError
from tournee.reader import Reader

ROOT = Path(__file__).resolve().parent.parent
FIGURES = ROOT / "boards" / "figures.toml"
README = ROOT / "boards" / "README.md"
COST = ROOT / "boards" / "probes" / "cost.py"
#: What is measured: its unit, and how much worse than written down it may get, in hundredths.
ROOM = {"flash": 5, "heap": 3, "least_heap": 3, "stack": 10, "python_stack": 10, "instructions_per_byte": 3}
_INVOICES = 10
_STEP = 256  # bytes: how closely the smallest heap is sought
_BLOCK = 16  # bytes of MicroPython's heap block
_PATTERN = 0x5A  # a byte of the stack that was never used
_NANOSECONDS = 16  # of an instruction, -icount shift=4


def measure(name: str, *, least: bool = False) -> dict[str, int]:
    """Figures of a board of our own port; `least_heap` only when it is to be sought."""
    board_dir = ROOT / "boards" / name
    board = tomllib.loads((board_dir / "board.toml").read_text())
    elf, image = build.flashed(board_dir, board, build.sources_of(board_dir, board))
    text = subprocess.run(["arm-none-eabi-size", elf], check=True, capture_output=True, text=True).stdout
    figures = {"flash": int(text.splitlines()[1].split()[0]) + image.stat().st_size}
    figures |= memory(board_dir, board, elf)
    figures["instructions_per_byte"] = cost(board_dir)[0]
    if least:
        figures["least_heap"] = least_heap(board_dir, figures["heap"])
    return figures


def cost(board_dir: Path) -> tuple[int, int]:
    """Instructions for a byte of a lot certified, and for a byte of the same lot hashed in C."""
    lot = sheets.lot(_INVOICES)
    with tempfile.TemporaryDirectory() as folder:
        script = Path(folder) / "cost.py"
        script.write_text(COST.read_text().replace('LOT = b""', f"LOT = {lot!r}"))
        with EmulatedBoard(board_dir, script=script, options=["-icount", "shift=4"]) as board:
            told = board.console()
    certified, hashed = (int(us) for us in re.findall(r"^\w+ (\d+)$", told, re.MULTILINE))
    return certified * 1000 // _NANOSECONDS // len(lot), hashed * 1000 // _NANOSECONDS // len(lot)


def certify(running: EmulatedBoard, invoices: int = _INVOICES) -> int:
    """Have a running board certify a lot; the most heap that was in use."""
    running.insert("ps", load_card("infirmiere"))
    running.insert("vitale", load_card("moreau"))
    with Reader.open(running.link_url) as reader:
        reader.unlock("1234")
        reader.read_vitale()
        lot, total = sheets.lot(invoices), invoices * sheets.FEE
        reader.certify_lot(lot, kind="FSE", mode="03", invoices=invoices, total=total)
        return reader.identify().heap_peak


def least_heap(board_dir: Path, used: int) -> int:
    """The smallest heap, in steps of 256 bytes, in which the board starts and certifies a lot."""
    low, high = used // _STEP, 2 * used // _STEP  # too small, enough
    while high - low > 1:
        middle = (low + high) // 2
        try:
            with EmulatedBoard(board_dir, heap=middle * _STEP) as running:
                certify(running, 1)
            high = middle
        except TourneeError:
            low = middle
    return high * _STEP


def memory(board_dir: Path, board: dict[str, Any], elf: Path) -> dict[str, int]:
    """Highest use of heap and stacks over a certified lot, and the largest free block of the heap then.

    The board's memory is read from outside, by the emulator's monitor.
    """
    ram_at, size = board["memory"]["ram_at"], board["memory"]["ram"]
    with tempfile.TemporaryDirectory() as folder:
        wire = Path(folder) / "monitor"
        options = ("-chardev", f"socket,id=monitor,path={wire},server=on,wait=off", "-mon", "chardev=monitor")
        with EmulatedBoard(board_dir, options=options) as running:
            peak = certify(running)
            with socket.socket(socket.AF_UNIX) as monitor:
                monitor.connect(str(wire))
                monitor.sendall(f'pmemsave {ram_at:#x} {size:#x} "{folder}/ram"\n'.encode())
                told = b""
                while told.count(b"(qemu)") < 2:  # before and after the command
                    told += monitor.recv(1000)
        ram = Path(folder, "ram").read_bytes()
    at = {name: address - ram_at for name, address in symbols(elf).items()}
    words = iter(ram[at["stack_bottom"] : at["stack_top"]])
    untouched = next(number for number, byte in enumerate(words) if byte != _PATTERN)
    frames = ram[at["python_stack"] : at["python_stack"] + board["memory"]["python_stack"]]
    return {
        "heap": peak,
        "largest_free": largest_free(ram[at["heap_start"] :], board["memory"]["heap"]),
        "stack": at["stack_top"] - at["stack_bottom"] - untouched,
        "python_stack": len(frames.rstrip(b"\0")),
    }


def symbols(elf: Path) -> dict[str, int]:
    """Addresses of a program's names."""
    told = subprocess.run(["arm-none-eabi-nm", elf], check=True, capture_output=True, text=True).stdout
    return {words[2]: int(words[0], 16) for words in map(str.split, told.splitlines()) if len(words) == 3}


def largest_free(heap: bytes, size: int) -> int:
    """Bytes of the longest run of free blocks, by two bits a block at its start, 0 when free."""
    table = heap[: size // (1 + 4 * _BLOCK)]
    kinds = "".join(f"{byte >> shift & 3}" for byte in table for shift in (0, 2, 4, 6))
    return max(map(len, re.findall("0+", kinds))) * _BLOCK


def row(name: str, figures: dict[str, Any]) -> str:
    """The board's line of the table."""
    board = tomllib.loads((ROOT / "boards" / name / "board.toml").read_text())["memory"]
    cells = [
        f"`{name}`",
        f"{figures['flash']:,}",
        f"{board['heap']:,}",
        f"{figures['heap']:,}",
        f"{figures['least_heap']:,}",
        f"{figures['largest_free']:,}",
        f"{figures['stack']:,} of {board['stack']:,}",
        f"{figures['python_stack']:,} of {board['python_stack']:,}",
        f"{figures['instructions_per_byte']:,}",
    ]
    return f"| {' | '.join(cells)} |"


HEADING = """\
| board | flash | heap | in use | least heap | largest free block | C stack | Python stack | instr. a byte |
|---|---|---|---|---|---|---|---|---|"""


def written() -> dict[str, dict[str, int]]:
    """The figures written down, by board."""
    return tomllib.loads(FIGURES.read_text()) if FIGURES.exists() else {}


def table() -> str:
    """The table of the boards' README."""
    return "\n".join([HEADING, *(row(name, figures) for name, figures in written().items())]) + "\n"


def worse(name: str, figures: dict[str, int]) -> list[str]:
    """The figures that got worse than written down by more than their room, each in a sentence."""
    before = written()[name]
    return [
        f"{name}: {key} is {figures[key]}, was {before[key]}, and may be {limit}"
        for key, room in ROOM.items()
        if key in figures and figures[key] > (limit := before[key] * (100 + room) // 100)
    ]


def main() -> int:
    """Measure a board, or write its figures down."""
    parser = argparse.ArgumentParser(prog="./tools/dev size", description=__doc__.splitlines()[0])
    parser.add_argument("board", choices=("lm3s", "mps2", "netduino"))
    parser.add_argument("--write", action="store_true", help="write the figures down")
    options = parser.parse_args()
    figures = measure(options.board, least=True)
    if options.write:
        kept = written() | {options.board: figures}
        FIGURES.write_text(
            "# What boards take, by `./tools/dev size BOARD --write`; tools/size.py says how.\n"
            + "".join(
                f"\n[{name}]\n" + "".join(f"{key} = {value}\n" for key, value in sorted(values.items()))
                for name, values in sorted(kept.items())
            )
        )
        before, _, after = README.read_text().partition(HEADING)
        README.write_text(before + table() + after[after.index("\n\n") + 1 :])
    print(HEADING)
    print(row(options.board, figures))
    for sentence in worse(options.board, figures):
        print(sentence, file=sys.stderr)
    return 1 if worse(options.board, figures) else 0


if __name__ == "__main__":
    sys.exit(main())
