"""A board flashed as its maker does it, then started: alone, and with a host that does not wait for it."""

from __future__ import annotations

import shutil
import subprocess
import sys
import time
from pathlib import Path

from firmware import Firmware
from power import Desk
from report import Report

from tournee.firmware.sesam import frame, messages
from tournee.reader import Reader, codec
from tournee.reader.link.framing import encode_frame
from tournee.reader.maker import MakerReader
from tournee.reader.transports.streams import SerialTransport

_MAKER = "from tournee.maker.main import main; main()"
_PAUSE_S = 0.02  # between two frames of a host that does not wait
_EARLY_S = 6.0  # of the board, for which that host speaks, if it is not answered before
_PROMPTS = b">>>", b"raw REPL"
_ENDS = b"\x03\x03\x01\x04"  # interrupt, raw REPL, reset: what mpremote sends


def flash(desk: Desk, firmware: Firmware, file: Path, image: list[str], report: Report) -> bool:
    """Copy the firmware onto the chip, then the reader onto the board, by `tournee-maker flash`; `image`
    are its options for another one than the development's."""
    drive = desk.folder / "drive.uf2"
    command = [sys.executable, "-c", _MAKER, "flash", desk.name, *image]
    command += ["--firmware", str(file), "--firmware-sha256", firmware.sha256, "--file", str(drive)]
    began = time.monotonic()
    desk.flash.write_bytes(firmware.flash)
    with desk.powered(cards=False) as board:  # the prompt of a chip that has nothing else yet
        done = subprocess.run(
            [*command, "--port", board.link_url], capture_output=True, text=True, check=False
        )
        board_s = time.monotonic()
    whole = done.returncode == 0 and drive.read_bytes() == file.read_bytes()
    seen = f"{board_s:.0f} s of the board, {time.monotonic() - began:.0f} s here"
    last = (done.stderr or done.stdout).strip()[-400:]
    return report.add("flash", "flashed by tournee-maker flash", whole, seen if whole else last)


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
