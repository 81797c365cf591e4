"""A reader's modules onto a board of an official MicroPython, by `mpremote`: what runs there is looked at
first, `main.py` comes last: a board that was cut off ends in its REPL, and the same command goes on.

Each file is copied only where the board's own is another. What the board keeps (journal, bonds, last word) is
not touched unless it is to be erased; all else goes first.
"""

from __future__ import annotations

import importlib.util
import logging
import os
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

from tournee.boards import BOARDS, build, runtimes
from tournee.errors import EmulationError
from tournee.extras import missing

_log = logging.getLogger(__name__)

WAIT_S = 30.0  # for a port that comes
_PAUSE_S = 0.5
_STALL_S = 30.0  # a command that says nothing for so long has lost its board
_SHOWN = 200  # letters of what mpremote said last
_ROUNDS = 3  # a copy that breaks off is begun again so often
_EVERY = 10  # files between two words
_LASTING = 3  # steps that are done again after a cut: room, modules, main.py
_UNREACHED = "failed to access"  # mpremote's word for a port that is not there, or another's
_CLEAN = BOARDS / "drivers" / "flashing" / "clean.py"
_CALLED = "FILES = ()", "FOLDERS = ()"  # lines of it that are filled in


def commands(port: str, folder: Path, main: str, erase: Path | None = None) -> Iterator[list[str]]:
    """What `mpremote` is asked, in turn: what runs there, to `erase` all, room, the modules, main.py and a
    start."""
    files = modules(folder)
    yield _remote(port, "exec", runtimes.ASK)
    if erase:
        yield _remote(port, "run", str(erase))
    yield _remote(port, "exec", _room(files))
    copies = [word for name in files for word in ("+", "fs", "cp", str(folder / name), f":{name}")]
    yield _remote(port, *copies[1:])
    yield _remote(port, "fs", "cp", str(folder / f"{main}.py"), ":main.py", "+", "reset")


def put_on(
    board: Mapping[str, Any],
    port: str,
    folder: Path,
    main: str,
    tell: Callable[[str], None],
    entry: str,
    wait_s: float = WAIT_S,
    erase: Path | None = None,
) -> None:
    """Copy the modules of `folder` onto the board behind `port`, to start at `main`.

    EmulationError when nothing answers there within `wait_s` seconds, with the way in (`entry`) where a
    reader runs; when what runs there cannot run these modules; when the copy breaks off again and again.
    """
    ask, *steps = commands(port, folder, main, erase)
    _check(board, folder, _asked(ask, entry, wait_s, tell))
    count = len(modules(folder))
    for left in reversed(range(_ROUNDS)):
        heard = _progress(count, tell)
        done = 0
        for step in steps:
            status, said = _run(step, heard)
            if status:
                break
            done += 1
        else:
            tell(f"{count} modules sur la carte, qui démarre.")
            return
        if done:  # what was erased to its end is not erased twice
            steps = steps[-_LASTING:]
        if left:
            tell("La copie s’est interrompue : elle reprend.")
            _asked(ask, entry, wait_s, tell)
    raise EmulationError(
        "La copie s’est interrompue.",
        cause=(said or "").strip().rsplit("\n", 1)[-1][:_SHOWN] or "carte débranchée",
        next_step="rebranchez la carte et recommencez sans --firmware : ce qui est copié ne l’est plus",
    )


def modules(folder: Path) -> list[str]:
    """The files that are copied under their own names, in turn: all but those that are copied as main.py."""
    files = (file.relative_to(folder).as_posix() for file in folder.rglob("*") if file.is_file())
    return sorted(name for name in files if not name.endswith(build.MAIN))


def _room(files: list[str]) -> str:
    """What makes room on the board: all goes but what the reader keeps, and the modules that are there."""
    folders = sorted({parent.as_posix() for name in files for parent in Path(name).parents} - {"."})
    text = _CLEAN.read_text()
    for line, values in zip(_CALLED, (files, folders), strict=True):
        text = text.replace(line, line.replace("()", repr(tuple(values))))
    return text


def _asked(ask: list[str], entry: str, wait_s: float, tell: Callable[[str], None]) -> str:
    """What the board says of itself, once its port is there."""
    end = time.monotonic() + wait_s
    status, answer = _run(ask)
    if status and _UNREACHED in answer:
        tell("Le port de la carte est attendu…")
    while status and _UNREACHED in answer and time.monotonic() < end:
        time.sleep(_PAUSE_S)
        status, answer = _run(ask)
    if status == 0:
        return answer
    if _UNREACHED in answer:
        raise EmulationError(
            "Le port de la carte n’est pas venu, ou un autre programme le tient.",
            next_step="vérifiez --port et le câble, puis recommencez",
        )
    raise EmulationError(
        "La carte ne donne pas son REPL.",
        cause="un lecteur y tourne déjà",
        next_step=f"{entry}, puis recommencez",
    )


def _check(board: Mapping[str, Any], folder: Path, answer: str) -> None:
    runtime = runtimes.told(answer)
    native = folder / "native.mpy"
    header = native.read_bytes()[:4] if native.exists() else (folder / "board.mpy").read_bytes()[:4]
    why = "elle ne dit pas ce qui y tourne"
    if runtime is not None:
        _log.info("runtime: %s", runtime)
        why = runtimes.refusal(runtime, header, board["core"].get("chip", ""))
    if why:
        raise EmulationError(
            f"Cette carte ne peut pas être une {board['name']} : {why}.",
            next_step="mettez-y d’abord le MicroPython officiel de cette carte (--firmware)",
        )


def _progress(count: int, tell: Callable[[str], None]) -> Callable[[str], None]:
    """Tell every few files of those that mpremote says it copies."""
    copied = 0

    def heard(line: str) -> None:
        nonlocal copied
        if line.startswith("cp ") and ":main.py" not in line:
            copied += 1
            if copied % _EVERY == 0 or copied == count:
                tell(f"{copied} sur {count} : {line.rsplit(':', 1)[-1].strip()}")

    return heard


def _remote(port: str, *words: str) -> list[str]:
    return ["mpremote", "connect", port, *words]


def _run(command: list[str], heard: Callable[[str], None] = lambda line: None) -> tuple[int, str]:
    """Run `mpremote`; its status and all that it said, told line by line meanwhile."""
    if importlib.util.find_spec("mpremote") is None:
        raise missing("maker")
    process = subprocess.Popen(
        [sys.executable, "-m", *command],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        errors="replace",
        env={**os.environ, "PYTHONUNBUFFERED": "1"},
    )
    said: list[str] = []
    limit = _watch(process)
    try:
        for line in process.stdout or ():
            limit.cancel()
            said.append(line)
            heard(line)
            limit = _watch(process)
        return process.wait(), "".join(said)
    finally:
        limit.cancel()
        process.kill()
        process.wait()


def _watch(process: subprocess.Popen[str]) -> threading.Timer:
    """End a command that says nothing more."""
    limit = threading.Timer(_STALL_S, process.kill)
    limit.daemon = True
    limit.start()
    return limit
