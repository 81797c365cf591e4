"""A desktop's readers by PC/SC, as one more stream: the board `boards/pcsc` runs in a process behind it.

`pcsc:` takes the readers by the cards that they hold; `pcsc:NAME|NAME` names the reader of the PS's card,
then that of the Vitale card, each by any part of its name that no other has.
"""

from __future__ import annotations

import json
import logging
import socket
import subprocess
import sys
import threading
from collections.abc import Callable
from pathlib import Path
from queue import Empty, SimpleQueue
from typing import IO

from tournee.errors import ReaderError
from tournee.extras import missing

SCHEME = "pcsc:"
_PACKAGE = Path(__file__).resolve().parents[2]
_LAUNCH = _PACKAGE / "boards" / "pcsc" / "launch.py"
_START_S = 30  # Python, pyscard, and a service that is slow to answer
_END_S = 2
_START = "branchez le lecteur et démarrez le service (Linux : pcscd ; Windows : « Carte à puce »)"
_DIED = b'{"reason": "end"}'
_log = logging.getLogger("tournee.boards.pcsc")


class PcscUnavailable(ReaderError):  # noqa: N818 - the names of these say what happened
    """PC/SC cannot serve as it was asked to; trying again changes nothing."""


def open_pcsc(url: str) -> tuple[socket.socket, Callable[[], None]]:
    """Start the board on the readers of a `pcsc:` URL; return the host's end of its link, and what waits
    (a short while) for the board's end once that end is closed: it leaves the cards without power.

    PcscUnavailable.
    """
    ps, _, vitale = url.removeprefix(SCHEME).partition("|")
    ours, theirs = socket.socketpair()
    with theirs:
        board = _started([ps.strip(), vitale.strip()], theirs)

    def ended() -> None:
        try:
            board.wait(_END_S)
        except subprocess.TimeoutExpired:  # a driver holds it: the service takes the card back
            board.kill()
            board.wait()

    assert board.stdout is not None
    said: SimpleQueue[bytes] = SimpleQueue()
    threading.Thread(target=_listen, args=(board.stdout, said), name="pcsc", daemon=True).start()
    try:
        refusal = json.loads(said.get(timeout=_START_S) or _DIED)
    except Empty:
        board.kill()
        refusal = {"reason": "service"}
    if refusal:
        ours.close()
        ended()
        raise _unavailable(**refusal)
    return ours, ended


def _started(names: list[str], theirs: socket.socket) -> subprocess.Popen[bytes]:
    """The board's process, which has the other end of the link and none of this one's interrupts."""
    level = str(_log.getEffectiveLevel())
    command = [sys.executable, "-P", str(_LAUNCH), str(_PACKAGE / "firmware"), level, *names]
    if sys.platform == "win32":
        flags = subprocess.CREATE_NEW_PROCESS_GROUP | subprocess.CREATE_NO_WINDOW
        board = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, creationflags=flags)
        assert board.stdin is not None
        with board.stdin:
            board.stdin.write(theirs.share(board.pid))
        return board
    link = theirs.fileno()
    return subprocess.Popen(
        [*command, str(link)],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        pass_fds=[link],
        start_new_session=True,
    )


def _listen(words: IO[bytes], said: SimpleQueue[bytes]) -> None:
    """Take in what the board says: its first line, nothing when it ended without one, then its log."""
    with words:
        said.put(words.readline())
        for line in words:
            level, _, text = line.decode("utf-8", "replace").strip().partition(" ")
            _log.log(int(level), "%s", text)


def _unavailable(reason: str, names: tuple[str, ...] = ()) -> PcscUnavailable:
    if reason == "pyscard":
        return PcscUnavailable(str(missing("pcsc")))
    if reason == "end":
        return PcscUnavailable(
            "Les lecteurs PC/SC ne démarrent pas.", cause="arrêt inattendu", next_step=_START
        )
    if reason == "service":
        return PcscUnavailable("Le service PC/SC ne répond pas.", cause="service arrêté", next_step=_START)
    if reason == "readers":
        return PcscUnavailable("Aucun lecteur PC/SC.", cause="lecteur débranché", next_step=_START)
    return PcscUnavailable(
        "Le lecteur PC/SC demandé est introuvable, ou son nom en désigne plusieurs.",
        cause="lecteurs présents : " + " ; ".join(names),
        next_step='corrigez [lecteur] port : "pcsc:", ou "pcsc:LECTEUR DE LA CPS|LECTEUR DE LA VITALE"',
    )
