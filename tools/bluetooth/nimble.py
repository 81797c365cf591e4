"""The reader of the harness: a maker's MicroPython in a process of its own, our driver on its `bluetooth`,
virtual cards in its slots."""

from __future__ import annotations

import json
import os
import queue
import re
import shutil
import subprocess
import threading
import time
import tomllib
from pathlib import Path

from tournee.boards import BOARDS
from tournee.emulation.board import EmulatedBoard
from tournee.emulation.cards import load_card

DEVICE = Path(__file__).parent / "device" / "main.py"
_NAME = "air"
_MODULES = ["descriptors.py", "flash.py", "slots.py", "gatt.py", "kept_bonds.py", "whole_file.py"]
_OTHERS = re.compile(r"\[(image|emulator)\]")  # tables of the unix board that the air's has otherwise
_OLDEST = (1, 27)
_WAIT_S = 20.0
_ASK = (
    "import sys, gc\n"
    "print(sys.implementation.name, *sys.implementation.version[:3])\n"
    "import bluetooth\n"
    "print(' '.join(dir(bluetooth.BLE)))\n"
)


class Unfit(Exception):  # noqa: N818 - what the program is
    """The program is not what this harness wants: told with what to do about it."""


def check_runtime(program: Path) -> str:
    """The version of this MicroPython, as it says it itself. Unfit."""
    try:
        done = subprocess.run(
            [program, "-c", _ASK], capture_output=True, text=True, timeout=20, check=False, errors="replace"
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        raise Unfit(f"{program} does not run: {error}") from error
    lines = done.stdout.splitlines()
    words = lines[0].split() if lines else []
    if len(words) < 3 or words[0] != "micropython":
        raise Unfit(f"{program} is no MicroPython (it said: {(done.stdout + done.stderr).strip()[:200]!r})")
    version = int(words[1]), int(words[2])
    if version < _OLDEST:
        oldest = ".".join(map(str, _OLDEST))
        raise Unfit(f"{program} is MicroPython {'.'.join(words[1:])}: {oldest} or newer is needed")
    if len(lines) < 2 or "gap_passkey" not in lines[1]:
        raise Unfit(
            f"{program} has no `bluetooth` that pairs: build it with "
            "MICROPY_PY_BLUETOOTH=1 MICROPY_BLUETOOTH_NIMBLE=1"
        )
    return ".".join(words[1:])


class NimbleBoard:
    """A context: a reader on `program`, its HCI at `line`; `folder` keeps what it keeps without power.

    `task` is `reader` or `echo`, `heap` in bytes. `on_code` hears the six digits, when they are shown. `over`
    has modules that are added, by their names.
    """

    def __init__(
        self,
        program: list[str],
        folder: Path,
        line: str,
        on_code: object,
        task: str = "reader",
        heap: int = 393_216,
        over: dict[str, str] | None = None,
    ) -> None:
        sources = folder / "boards" / _NAME
        sources.mkdir(parents=True, exist_ok=True)
        for module in ("descriptors.py", "flash.py"):
            shutil.copy(BOARDS / "unix" / module, sources)
        for name, text in (over or {}).items():
            (sources / name).write_text(text)
        command = ["/usr/bin/env", f"MICROPYBTUART={line}", *program, "-X", f"heapsize={heap}"]
        command += ["{image}/main.py", task, str(folder), "flash={flash}", "{link}", "{ps}", "{vitale}"]
        (sources / "board.toml").write_text(_settings(command, [*_MODULES, *(over or {})]))
        self._board = EmulatedBoard(sources, runtime="cpython", flash=folder / "flash", script=DEVICE)
        self._on_code = on_code
        self._said: queue.SimpleQueue[str] = queue.SimpleQueue()
        self.room = 0

    def __enter__(self) -> NimbleBoard:
        self._board.start()
        self._console = os.open(self._board.link_url, os.O_RDWR | os.O_NOCTTY)
        self._listener = threading.Thread(target=self._listen, daemon=True)
        self._listener.start()
        try:
            self.room = int(self._next("ready"))
        except BaseException:
            self.__exit__()
            raise
        self._board.insert("ps", load_card("infirmiere"))
        self._board.insert("vitale", load_card("moreau"))
        return self

    def __exit__(self, *_: object) -> None:
        self._board.stop()
        os.close(self._console)

    @property
    def signatures(self) -> int:
        """How often the PS's card has signed."""
        card = self._board.cards["ps"]
        assert card is not None
        return card.signatures

    def check(self) -> None:
        """EmulationError with the traceback where the reader has ended."""
        self._board.check()

    def events(self) -> list[tuple[int, int, int, int]]:
        """What the stack has told since the last look: event, what about, where in our code, answer."""
        data = bytes.fromhex(self._ask(b"e", "events"))
        return [(data[at], data[at + 1], data[at + 2], data[at + 3]) for at in range(0, len(data), 4)]

    def count(self) -> None:
        """Collect nothing from here on, and count what the air's path takes of the heap."""
        self._ask(b"d", "disabled")

    def counted(self) -> list[int]:
        """Bytes of heap since `count`: in all; in the driver's reads; of these in the stack's own, how many
        bytes it handed out, and in how many reads; in the driver's writes, and how many there were."""
        return [int(one) for one in self._ask(b"m", "memory").split()]

    def pause(self) -> None:
        """Have the reader do something else for a second and a half, and read nothing meanwhile."""
        self._ask(b"p", "paused")

    def _ask(self, letter: bytes, wanted: str) -> str:
        os.write(self._console, letter)
        return self._next(wanted)

    def _next(self, wanted: str) -> str:
        end = time.monotonic() + _WAIT_S
        while time.monotonic() < end:
            try:
                line = self._said.get(timeout=0.2)
            except queue.Empty:
                self._board.check()
                continue
            word, _, rest = line.partition(" ")
            if word == wanted:
                return rest
            if word == "lacking":
                raise Unfit(f"the driver refuses this stack: {rest}")
        raise TimeoutError(f"the reader did not say {wanted!r} in {_WAIT_S:.0f} s")

    def _listen(self) -> None:
        came = b""
        while True:
            try:
                data = os.read(self._console, 4096)
            except OSError:
                return
            if not data:
                return
            came += data
            *lines, came = came.split(b"\n")
            for line in lines:
                text = line.decode(errors="replace").strip("\r")
                if text.startswith("code "):
                    self._on_code(int(text[5:]))
                elif text != "code":
                    self._said.put(text)


def _settings(command: list[str], modules: list[str]) -> str:
    """The unix board's `board.toml` with a radio, the air's modules and this command."""
    text = (BOARDS / "unix" / "board.toml").read_text().replace('name = "unix"', f'name = "{_NAME}"')
    kept = [table for table in re.split(r"^(?=\[)", text, flags=re.MULTILINE) if not _OTHERS.match(table)]
    radio = tomllib.loads((BOARDS / "rp2350w" / "board.toml").read_text())["bluetooth"]
    more = {
        "bluetooth": radio,
        "image": {"modules": ["main.py", *modules]},
        "emulator": {"cpython": command},
    }
    for table, values in more.items():
        lines = [f"{key} = {json.dumps(value)}" for key, value in values.items()]
        kept.append("\n".join((f"[{table}]", *lines, "")))
    return "".join(kept)
