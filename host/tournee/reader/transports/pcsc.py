"""A desktop's readers by PC/SC, as one more stream: the board `boards/pcsc` runs in a thread behind it.

`pcsc:` takes the readers by the cards that they hold; `pcsc:NAME|NAME` names the reader of the PS's card,
then that of the Vitale card, each by any part of its name that no other has.
"""

import importlib.util
import socket
import sys
import threading
from collections.abc import Callable
from functools import cache
from pathlib import Path
from types import ModuleType

from tournee.errors import ReaderError

SCHEME = "pcsc:"
_BOARD = Path(__file__).resolve().parents[2] / "boards" / "pcsc" / "main.py"
_PACKAGE = "tournee_board_pcsc"
_END_S = 2
_START = "branchez le lecteur et démarrez le service (Linux : pcscd ; Windows : « Carte à puce »)"


class PcscUnavailable(ReaderError):  # noqa: N818 - the names of these say what happened
    """PC/SC cannot serve as it was asked to; trying again changes nothing."""


def open_pcsc(url: str) -> tuple[socket.socket, Callable[[], None]]:
    """Start the board on the readers of a `pcsc:` URL; return the host's end of its link, and what waits
    (a short while) for the board's end once that end is closed: it leaves the cards without power.

    PcscUnavailable.
    """
    ps, _, vitale = url.removeprefix(SCHEME).partition("|")
    board = board_module()
    try:
        slots = board.open_slots(ps.strip(), vitale.strip())
    except board.PcscError as error:
        raise _unavailable(error.reason, error.names) from error
    ours, theirs = socket.socketpair()
    thread = threading.Thread(target=board.serve, args=(theirs, slots), name="pcsc", daemon=True)
    thread.start()
    return ours, lambda: thread.join(_END_S)


@cache
def board_module() -> ModuleType:
    """The board as it is loaded from its folder; PcscUnavailable where it, or pyscard, is not there."""
    if importlib.util.find_spec("smartcard") is None:
        raise PcscUnavailable(
            "Les lecteurs PC/SC ne sont pas pris en charge par cette installation.",
            cause="le module Python pyscard manque",
            next_step="installez-le : pip install 'tournee[pcsc]'",
        )
    if not _BOARD.is_file():
        raise PcscUnavailable(
            "Les lecteurs PC/SC ne sont pas pris en charge par cette installation.",
            cause=f"le dossier {_BOARD.parent} manque",
            next_step="employez le dépôt complet (dossiers boards et firmware)",
        )
    spec = importlib.util.spec_from_file_location(
        _PACKAGE, _BOARD, submodule_search_locations=[str(_BOARD.parent)]
    )
    sys.path.append(str(_BOARD.parents[2] / "firmware"))
    assert spec is not None and spec.loader is not None
    board = importlib.util.module_from_spec(spec)
    sys.modules[_PACKAGE] = board
    spec.loader.exec_module(board)
    return board


def _unavailable(reason: str, names: tuple[str, ...]) -> PcscUnavailable:
    if reason == "service":
        return PcscUnavailable("Le service PC/SC ne répond pas.", cause="service arrêté", next_step=_START)
    if reason == "readers":
        return PcscUnavailable("Aucun lecteur PC/SC.", cause="lecteur débranché", next_step=_START)
    return PcscUnavailable(
        "Le lecteur PC/SC demandé est introuvable, ou son nom en désigne plusieurs.",
        cause="lecteurs présents : " + " ; ".join(names),
        next_step='corrigez [lecteur] port : "pcsc:", ou "pcsc:LECTEUR DE LA CPS|LECTEUR DE LA VITALE"',
    )
