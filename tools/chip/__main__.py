"""A maker's proof on the real firmware: python tools/chip --firmware FILE.uf2

An official MicroPython for the RP2040, named by its path, runs on an emulated chip with our reader on it,
flashed by the commands of its `board.toml`; then it is started, asked, certified with, and cut. The report is
kept.
"""

from __future__ import annotations

import argparse
import hashlib
import sys
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent))
sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "page"))

from cards import certification, conform, line_times
from cuts import cuts
from fetched import NotFetched
from firmware import Unfit, read_firmware
from power import CACHE, Desk
from report import Report
from starting import boot, copy_of, early_host, flash, service

from lots import lots
from tournee import __version__
from tournee.boards import BOARDS, FIRMWARE

PARTS = {
    "boot": (boot, service),
    "host": (early_host,),
    "conform": (conform,),
    "cards": (certification, lots),
    "times": (line_times,),
    "cuts": (cuts,),
}
EXIT_SETUP = 3


def reader_of(board: str, image: str | None) -> str:
    """SHA-256 of the reader that is proven: its image, or its sources with their places. OSError."""
    if image:
        return hashlib.sha256(Path(image).read_bytes()).hexdigest()
    digest = hashlib.sha256()
    for folder in (FIRMWARE, BOARDS / "drivers", BOARDS / board):
        for file in sorted(one for one in folder.rglob("*") if one.suffix in (".py", ".toml")):
            digest.update(file.relative_to(folder).as_posix().encode() + b"\0" + file.read_bytes())
    return digest.hexdigest()


def main() -> int:
    """Run the parts asked for; the report's status."""
    parser = argparse.ArgumentParser(prog="./tools/dev chip", description=__doc__.split("\n", 1)[0])
    parser.add_argument(
        "--firmware", type=Path, required=True, metavar="FILE.uf2", help="an official RPI_PICO image"
    )
    parser.add_argument("--board", default="rp2040", help="the board whose drivers go onto it")
    parser.add_argument("--image", metavar="FILE", help="an image of the application, as `flash` takes it")
    parser.add_argument("--key", metavar="FILE", help="the key that signed it")
    parser.add_argument(
        "--only", action="append", choices=PARTS, metavar="PART", help=f"one of: {', '.join(PARTS)}"
    )
    parser.add_argument(
        "--report", type=Path, metavar="FOLDER", help="where the report goes; the traces stay there too"
    )
    parser.add_argument(
        "--flashed", type=Path, metavar="FLASH.bin", help="go on with the flash of an earlier report"
    )
    parser.add_argument(
        "--every-cut",
        action="store_true",
        help="start the board after every cut: most of an hour more",
    )
    parser.add_argument("--json", action="store_true", help="the report on standard output, nothing else")
    given = parser.parse_args()
    options = {"--image": given.image, "--key": given.key}
    image = [word for name, value in options.items() if value for word in (name, value)]
    try:
        firmware = read_firmware(given.firmware)
        made = {"MicroPython": firmware.version, "of": firmware.built, "sha256": firmware.sha256}
        made |= {"reader": reader_of(given.board, given.image), "tournee": __version__}
        report = Report(given.board, made, given.every_cut, given.json)
        folder = given.report or CACHE / f"report-{report.began.replace(':', '')}"
        desk = Desk(given.board, folder)
        if given.flashed:
            desk.flash.write_bytes(given.flashed.read_bytes())
    except (NotFetched, OSError, Unfit) as error:
        print(f"chip: {error}", file=sys.stderr)
        return EXIT_SETUP
    began = time.monotonic()
    try:
        if not given.flashed and not flash(desk, firmware, given.firmware, image, report):
            return report.status
        for part in given.only or PARTS:
            for check in PARTS[part]:
                try:
                    check(copy_of(desk, part), report)
                except Exception as error:  # a part that breaks off leaves the others their turn
                    report.add(part, check.__name__, False, f"{type(error).__name__}: {error}")
    finally:
        report.figures["seconds here"] = round(time.monotonic() - began)
        report.keep(folder)
        print(report.json() if given.json else f"{folder}: report.json, report.txt")
    return report.status


if __name__ == "__main__":
    sys.exit(main())
