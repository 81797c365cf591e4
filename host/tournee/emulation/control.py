"""A standing emulated reader, for who tries the command line by hand and moves the cards himself.

In its directory, `reader` leads to the link's pseudo-terminal and `desk.sock` takes commands: one JSON line
in, one out.
"""

from __future__ import annotations

import base64
import json
import socket
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tournee.emulation.board import EmulatedBoard
from tournee.emulation.card_updates import UpdatableCards
from tournee.emulation.cards import Fault, card_names
from tournee.emulation.cards.content import card_content
from tournee.errors import EmulationError

if TYPE_CHECKING:
    from tournee.emulation.services.phone import LaidPhone

LINK_NAME = "reader"
SOCKET_NAME = "desk.sock"
PHONE = "apcv"  # where a phone is laid, beside the slots
_LINE_MAX = 65536
_ANSWER_TIMEOUT_S = 10
_LOOK_AT_BOARD_S = 1


class ControlledBoard:
    """The emulated board with its symbolic link and command socket in a directory, made when missing.

    A context: entering starts everything, leaving stops it and clears the directory of both names.
    """

    def __init__(self, directory: Path, board: EmulatedBoard | None = None) -> None:
        self.board = board or EmulatedBoard()
        self._directory = directory
        self._phone: LaidPhone | None = None
        self._updatable = UpdatableCards(directory)
        self._listener = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        self._commands: dict[str, Callable[[dict[str, Any]], object]] = {
            "insert": self._insert,
            "remove": self._remove,
            "lay": self._lay,
            "apdu": lambda order: self._laid_phone().transmit(bytes.fromhex(order["apdu"])).hex(),
            "cards": lambda _: self._cards(),
            "vitale": lambda _: self._vitale(),
            "update": lambda order: self._update(base64.b64decode(order["update"])),
            "stop": lambda _: None,
        }

    def __enter__(self) -> ControlledBoard:
        self._directory.mkdir(parents=True, exist_ok=True)
        if is_running(self._directory):
            raise EmulationError(f"Un lecteur émulé est déjà en marche dans {self._directory}.")
        self._clear()
        try:
            self._listener.bind(str(self._directory / SOCKET_NAME))
        except OSError as error:
            self._listener.close()
            raise EmulationError(
                f"Le lecteur émulé ne peut pas s'ouvrir dans {self._directory}.", cause=str(error)
            ) from error
        (self._directory / SOCKET_NAME).chmod(0o600)
        self._listener.listen()
        self._listener.settimeout(_LOOK_AT_BOARD_S)
        self.board.start()
        (self._directory / LINK_NAME).symlink_to(self.board.link_url)
        return self

    def __exit__(self, *_: object) -> None:
        self._listener.close()
        self.board.stop()
        self._clear()

    def serve(self) -> None:
        """Answer commands until `stop`; a mistaken one is answered too.

        Raises `EmulationError` when the firmware died.
        """
        command = ""
        while command != "stop":
            try:
                caller, _ = self._listener.accept()
            except TimeoutError:
                self.board.check()
                continue
            with caller:
                caller.settimeout(_ANSWER_TIMEOUT_S)
                command = self._answer(caller)

    def _answer(self, caller: socket.socket) -> str:
        command = ""
        try:
            order = json.loads(_read_line(caller))
            command = order["command"]
            answer = {"ok": True, "result": self._commands[command](order)}
        except EmulationError as error:
            answer = {
                "ok": False,
                "message": error.message,
                "cause": error.cause,
                "next_step": error.next_step,
            }
        except (ValueError, KeyError, TypeError):
            answer = {
                "ok": False,
                "message": "Ordre incompréhensible pour le lecteur émulé.",
                "cause": "",
                "next_step": "",
            }
        except OSError:
            return ""
        try:
            caller.sendall(json.dumps(answer).encode() + b"\n")
        except OSError:  # the caller left: the order is done all the same
            return command
        return command

    def _insert(self, order: dict[str, Any]) -> None:
        name = order["card"]
        kind = "cps" if order["slot"] == "ps" else "vitale"
        if name in card_names() and card_content(name).kind != kind:
            raise EmulationError(
                f"La carte {name} ne va pas dans cette fente.",
                next_step=f"choisissez parmi : {', '.join(card_names(kind))}.",
            )
        card = self._updatable.load(name)
        for text in order.get("faults", ()):
            card.fail(Fault.from_text(text))
        self.board.insert(order["slot"], card)

    def _remove(self, order: dict[str, Any]) -> None:
        if order["slot"] == PHONE:
            self._phone = None
        else:
            self.board.remove(order["slot"])

    def _lay(self, order: dict[str, Any]) -> None:
        from tournee.emulation.services.phone import LaidPhone, phone_in

        phone = phone_in(self._directory, order["card"])
        self._phone = LaidPhone(phone, lambda: datetime.now(UTC), of=order.get("of", ""))

    def _laid_phone(self) -> LaidPhone:
        if self._phone is None:
            raise EmulationError("Aucun téléphone n'est posé sur le lecteur émulé.")
        return self._phone

    def _cards(self) -> dict[str, Any]:
        return {
            "slots": {slot: card.name if card else None for slot, card in self.board.cards.items()},
            "known": [
                {"name": name, "kind": card_content(name).kind, "about": card_content(name).about}
                for name in card_names()
            ],
        }

    def _vitale(self) -> dict[str, Any]:
        """The Vitale card that is in, as who may update it asks for it."""
        serial, now = self._updatable.state(self._vitale_name())
        return {"serial": serial, "counter": now.counter, "digest": now.digest.hex()}

    def _update(self, update: bytes) -> dict[str, Any]:
        """Have that card take an update; it is powered anew."""
        name = self._vitale_name()
        after = self._updatable.update(name, update)
        self.board.insert("vitale", self._updatable.load(name))
        return {"digest": after.digest.hex(), "counter": after.counter}

    def _vitale_name(self) -> str:
        card = self.board.cards.get("vitale")
        if card is None:
            raise EmulationError("Il n'y a pas de carte Vitale dans le lecteur émulé.")
        return card.name

    def _clear(self) -> None:
        for name in (LINK_NAME, SOCKET_NAME):
            (self._directory / name).unlink(missing_ok=True)


def is_running(directory: Path) -> bool:
    """Whether a desk answers in that directory."""
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as line:
        try:
            line.connect(str(directory / SOCKET_NAME))
        except OSError:
            return False
        return True


def ask(directory: Path, command: str, **details: object) -> Any:
    """Have the desk of that directory do `insert` (slot, card, faults), `remove` (slot), `cards` or `stop`.

    `cards` gives `slots` (slot to card name or None) and `known` (name, kind, about of each card there is).
    Raises `EmulationError` when there is no desk, or with what the desk has against it.
    """
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as line:
        line.settimeout(_ANSWER_TIMEOUT_S)
        try:
            line.connect(str(directory / SOCKET_NAME))
            line.sendall(json.dumps({"command": command, **details}).encode() + b"\n")
            answer = json.loads(_read_line(line))
        except (OSError, ValueError) as error:
            raise EmulationError(
                f"Aucun lecteur émulé ne répond dans {directory}.",
                next_step="démarrez-le : tournee reader emulate.",
            ) from error
    if not answer["ok"]:
        raise EmulationError(answer["message"], cause=answer["cause"], next_step=answer["next_step"])
    return answer["result"]


def _read_line(line: socket.socket) -> bytes:
    data = b""
    while not data.endswith(b"\n") and len(data) < _LINE_MAX:
        part = line.recv(4096)
        if not part:
            break
        data += part
    return data
