"""An emulated board: the firmware in its own process, its link on a pseudo-terminal, cards in its slots."""

import ctypes
import os
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import tty
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from types import TracebackType
from typing import Self

from tournee.boards import BOARDS, build, cross
from tournee.emulation.cards import VirtualCard
from tournee.emulation.slots import SlotThread
from tournee.errors import EmulationError
from tournee.reader.maker import MakerReader
from tournee.tables.document import read_ours

SLOTS = ("ps", "vitale")
_PR_SET_PDEATHSIG = 1
_WORDS_KEPT = 8000
_LAST_WORDS_S = 0.2
_READY = {"qemu": b"ready\n"}  # the console's line that ends a boot: what is sent before it would be lost
_ANEW = {"qemu": b"ready", "micropython": b"starts anew"}  # the line that tells of another start
_RUNTIMES = {
    "qemu": "MicroPython, portage Cortex-M, processeur émulé par QEMU",
    "micropython": "MicroPython, portage unix",
    "cpython": "CPython (pas de MicroPython pour cette machine) : même micrologiciel, mémoire non limitée",
}


def emulated_boards() -> list[str]:
    """Names of the boards whose `board.toml` says how an emulator starts them."""
    return [file.parent.name for file in sorted(BOARDS.glob("*/board.toml")) if _is_emulated(file)]


def _is_emulated(file: Path) -> bool:
    return file.is_file() and "emulator" in read_ours(file)


class EmulatedBoard:
    """A context: the firmware of `board_dir` runs, with `heap` bytes in place of what its `board.toml` says.

    `runtime` forces one of those that its `board.toml` has. The process dies with the board, with this
    process however it ends, and with its link. Leaving the context after the firmware died by itself raises
    `EmulationError` with its traceback.

    `flash` is the file that stands for what the board keeps without power; it outlives the board. Where the
    image lies in it, a file that is not there yet is made. Without `flash` the next start knows nothing of
    this one. `script` is a module that the board runs in place of the reader: `console` gives what it
    printed, once it has ended; one that `listens` says so as the reader does. `options` are added to the
    command.
    """

    def __init__(
        self,
        board_dir: Path = BOARDS / "unix",
        heap: int | None = None,
        *,
        runtime: str | None = None,
        flash: Path | None = None,
        script: Path | None = None,
        listens: bool = False,
        options: Sequence[str] = (),
    ) -> None:
        if not _is_emulated(board_dir / "board.toml"):
            raise EmulationError(
                f"Pas de carte électronique émulée « {board_dir.name} ».",
                next_step=f"choisissez parmi : {', '.join(emulated_boards())}.",
            )
        try:
            self._command, self._runtime = build.start_command(board_dir, heap, runtime, script)
        except (OSError, RuntimeError, subprocess.CalledProcessError) as error:
            raise EmulationError(
                f"La carte électronique émulée « {board_dir.name} » ne se construit pas.",
                cause=str(error),
                next_step=f"pour une carte sous QEMU, installez {cross.NEEDS}",
            ) from error
        self._command += options
        self._ready = _READY.get(self._runtime, b"") if listens or not script else b""
        self._anew = None if script else _ANEW.get(self._runtime)
        self._fresh_flash: Callable[[Path], None] | None = None
        if self._runtime == "qemu" and any("{flash}" in part for part in self._command):
            self._fresh_flash = partial(build.fresh_flash, board_dir, script=script)
        self._folder: tempfile.TemporaryDirectory[str] | None = None
        self._flash = flash
        self._process: subprocess.Popen[bytes] | None = None
        self._keeper = threading.Thread()
        self._slave = -1
        self._words = b""
        self._stopping = False
        self._slots: dict[str, SlotThread] = {}

    @property
    def runtime(self) -> str:
        """What runs the firmware, in words for the user."""
        return _RUNTIMES[self._runtime]

    @property
    def cards(self) -> dict[str, VirtualCard | None]:
        """What is in each slot; their `signatures` tell what the keys did."""
        return {name: slot.card for name, slot in self._slots.items()}

    def insert(self, slot: str, card: VirtualCard) -> None:
        """Put a card into `ps` or `vitale`."""
        self.check()
        self._slot(slot).insert(card)

    def remove(self, slot: str) -> None:
        """Take the card out of `ps` or `vitale`."""
        self.check()
        self._slot(slot).remove()

    def check(self) -> None:
        """Raise `EmulationError` with the firmware's traceback when it no longer runs."""
        if self._process is None or self._keeper.is_alive() or self._stopping:
            return
        raise EmulationError(
            f"Le lecteur émulé s'est arrêté (état {self._process.returncode}).",
            cause=self._words.decode(errors="replace").strip() or "aucun message",
        )

    def console(self) -> str:
        """Wait for the end of a `script`; what it printed. `EmulationError` when it did not end well."""
        self._keeper.join()
        assert self._process is not None
        if self._process.returncode:
            self.check()
        self._stopping = True  # it ended as it was to
        return self._words.decode()

    def start(self) -> Self:
        """Start the firmware; the link is open at `link_url` from now on, whoever listens."""
        master, self._slave = os.openpty()
        tty.setraw(self._slave)
        self.link_url = os.ttyname(self._slave)
        ends = {name: socket.socketpair() for name in SLOTS}
        passed = [master, *(ends[name][1].fileno() for name in SLOTS)]
        for fd in passed:
            os.set_blocking(fd, False)
        if (flash := self._flash_file()) is not None:
            passed.append(os.open(flash, os.O_RDWR | os.O_CREAT, 0o600))
        started = threading.Event()
        self._keeper = threading.Thread(target=self._keep, args=(passed, started), name="board", daemon=True)
        self._keeper.start()
        started.wait()  # for the process, and for the firmware where bytes sent before it would be lost
        os.close(master)
        if flash is not None:
            os.close(passed[-1])
        for name, (ours, theirs) in ends.items():
            theirs.close()
            self._slots[name] = SlotThread(ours)
        if self._process is None or self._ready not in self._words:
            self.stop()
            raise EmulationError(
                "Le lecteur émulé ne démarre pas.", cause=self._words.decode(errors="replace").strip()
            )
        return self

    def provision(self, serial: str, secret: bytes) -> None:
        """Give the reader its serial number and secret, as its maker does, and have it start again: from now
        on it serves the protected channel alone. The board needs a `flash`."""
        with MakerReader.open(self.link_url) as maker:
            maker.provision(serial, secret)
            maker.restart()

    def wait(self) -> None:
        """Wait until the firmware ends. `EmulationError` with its traceback."""
        self._keeper.join()
        self.check()

    def stop(self) -> None:
        """Kill the firmware, close slots and link; allowed at any time, twice as well."""
        self._stopping = True
        if self._process is not None:
            self._process.kill()
            self._keeper.join()
        for slot in self._slots.values():
            slot.close()
        self._slots.clear()
        if self._folder is not None:
            self._folder.cleanup()
            self._folder = None
        if self._slave >= 0:
            os.close(self._slave)
            self._slave = -1

    def __enter__(self) -> Self:
        return self.start()

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        try:
            if isinstance(error, Exception) and self._process is not None:
                self._keeper.join(_LAST_WORDS_S)  # a firmware that dies hangs up before it has ended
            if error is None or isinstance(error, Exception):
                self.check()
        finally:
            self.stop()

    def _flash_file(self) -> Path | None:
        """The file that stands for flash, made when the image lies in it and it is not there."""
        if self._fresh_flash is None:
            return self._flash
        flash = self._flash
        if flash is None:
            self._folder = tempfile.TemporaryDirectory(prefix="tournee-board-")
            flash = Path(self._folder.name) / "flash"
        if not flash.exists():
            self._fresh_flash(flash)
        return flash

    def _slot(self, name: str) -> SlotThread:
        if name not in self._slots:
            raise EmulationError(
                f"Fente inconnue : {name}.", next_step=f"choisissez parmi : {', '.join(SLOTS)}."
            )
        return self._slots[name]

    def _keep(self, passed: list[int], started: threading.Event) -> None:
        """Start the process and stay until it ends.

        The kernel's death signal watches the thread that started the process, hence a thread of its own.
        """
        named = dict(zip(("link", *SLOTS, "flash"), (*passed, ""), strict=False))
        command = [part.format(**named) for part in self._command]
        try:
            self._process = subprocess.Popen(
                command,
                pass_fds=passed,
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT,  # MicroPython prints its tracebacks to standard output
                start_new_session=True,  # a Ctrl-C at the terminal is the host's alone
                preexec_fn=_dies_with(os.getpid()),
            )
        except OSError as error:
            self._words = str(error).encode()
            started.set()
            return
        assert self._process.stdout is not None
        line = b""
        with self._process.stdout as words:
            while True:
                if self._ready in self._words:
                    started.set()
                part = os.read(words.fileno(), _WORDS_KEPT)
                if not part:
                    break
                self._words = (self._words + part)[-_WORDS_KEPT:]
                *told, line = (line[-_WORDS_KEPT:] + part).split(b"\n")
                if started.is_set() and self._anew in told:
                    for slot in list(self._slots.values()):
                        slot.started_anew()
        self._process.wait()
        started.set()


def _dies_with(parent: int) -> Callable[[], None] | None:
    """What the child does before it becomes the firmware, so that no orphan outlives a killed host."""
    if sys.platform != "linux":
        return None
    prctl = ctypes.CDLL(None).prctl

    def arm() -> None:
        prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
        if os.getppid() != parent:
            os._exit(1)

    return arm
