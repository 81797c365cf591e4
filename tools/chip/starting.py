"""A board flashed as its maker does it, then started: alone, and with a host that does not wait for it."""

from __future__ import annotations

import shutil
import time
from pathlib import Path

from firmware import Firmware
from power import Desk
from report import Report

from tournee.firmware.sesam import frame, messages
from tournee.maker import flashing
from tournee.reader import Reader, codec
from tournee.reader.link.framing import encode_frame
from tournee.reader.maker import MakerReader
from tournee.reader.transports.streams import SerialTransport

_PAUSE_S = 0.02  # between two frames of a host that does not wait
_EARLY_S = 6.0  # of the board, for which that host speaks, if it is not answered before
_PROMPTS = b">>>", b"raw REPL"
_ENDS = b"\x03\x03\x01\x04"  # interrupt, raw REPL, reset: what mpremote sends


def flash(desk: Desk, firmware: Firmware, file: Path, image: Path | None, report: Report) -> bool:
    """Copy the firmware onto the chip's drive, then the reader onto the board, by `[flashing]`."""
    drive = desk.folder / "drive.uf2"
    given = {
        "firmware": str(file),
        "file": str(drive),
        "image": str(image or flashing.modules_folder(desk.name)),
    }
    began = time.monotonic()
    board_s = 0.0
    try:
        copied, *rest = flashing.plan(desk.settings, given | {"port": "{port}"})
        flashing.run([copied], lambda _: None)
        desk.flash.write_bytes(firmware.flash)
        with desk.powered(cards=False) as board:
            port = {"{port}": board.link_url}
            flashing.run([[port.get(part, part) for part in step] for step in rest], lambda _: None)
            board_s = time.monotonic()
    except Exception as error:
        return report.add("flash", "flashed by the commands of its board.toml", False, error)
    size = sum(one.stat().st_size for one in Path(given["image"]).rglob("*") if one.is_file())
    seen = f"{size:,} bytes in {board_s:.0f} s of the board, {time.monotonic() - began:.0f} s here"
    report.figures["bytes flashed"] = size
    return report.add("flash", "flashed by the commands of its board.toml", True, seen)


def boot(desk: Desk, report: Report) -> bool:
    """From power to WELCOME; then the service button."""
    try:
        with desk.powered() as board, MakerReader.open(board.link_url) as reader:
            answered = time.monotonic()
            identity, state = reader.identify(), reader.state()
    except Exception as error:
        return report.add("boot", "it answers after power", False, error)
    report.figures["boot to WELCOME, ms of the board"] = round(answered * 1000)
    report.figures["heap"] = (
        f"{identity.heap_used:,} used, {identity.heap_peak:,} at most, of {identity.heap_size:,}"
    )
    report.add("boot", "it answers after power", True, f"{answered:.2f} s of the board")
    return report.add("boot", "it keeps a journal", state.journal)


def early_host(desk: Desk, report: Report) -> bool:
    """Hosts that speak while it boots, from its first moment on; and one that has it start anew."""
    hello = codec.encode(
        messages.HELLO, {"session": bytes(range(1, 9)), "version": messages.VERSION, "resume": 0}
    )
    frames = {
        "HELLO again and again": bytes(encode_frame(frame.HELLO, 1, hello)),
        "what ends programs": _ENDS,
    }
    good = True
    for name, data in frames.items():
        try:
            with desk.powered() as board:
                came = _speak(board.link_url, data)
                with Reader.open(board.link_url) as reader:
                    answers = reader.identify().profile == "open-1"
            prompt = any(one in came for one in _PROMPTS)
            good &= report.add(
                "host",
                f"host that speaks too soon ({name})",
                answers and not prompt,
                f"{len(came)} bytes came",
            )
        except Exception as error:
            good = report.add("host", f"host that speaks too soon ({name})", False, error)
    try:
        with desk.powered() as board, MakerReader.open(board.link_url) as reader:
            reader.restart()
            good &= report.add(
                "host", "started anew by its host, it answers", reader.identify().profile == "open-1"
            )
    except Exception as error:
        good = report.add("host", "started anew by its host, it answers", False, error)
    return good


def _speak(url: str, data: bytes) -> bytes:
    """Send `data` without a pause until something comes back; what came."""
    stream = SerialTransport(url)
    came = b""
    try:
        while not came and time.monotonic() < _EARLY_S:
            stream.write(data)
            pause = time.monotonic() + _PAUSE_S
            while time.monotonic() < pause:
                came += stream.read(10)
    finally:
        stream.close()
    return came


def service(desk: Desk, report: Report) -> bool:
    """The button held as it starts: the maker's prompt, and no reader."""
    with desk.powered(held=True) as board:
        stream = SerialTransport(board.link_url)
        came = b""
        while _PROMPTS[0] not in came and time.monotonic() < _EARLY_S:
            stream.write(b"\r\n")
            came += stream.read(500)
        stream.close()
    return report.add("boot", "its service button gives the maker's prompt", _PROMPTS[0] in came)


def copy_of(desk: Desk, name: str) -> Desk:
    """A board of the same flash with nothing of an older run."""
    shutil.rmtree(desk.folder / name, ignore_errors=True)
    return desk.copy(name)
