"""The maker's register: every reader made, its secret, and what happened to it and when.

A reader is `pending` from before its secret is sent until it has answered with it, then `made`. `reset`
readers have forgotten their secret and may be given a new one under their number; `withdrawn` ones never
again. The secret of these two is no longer in the register.
"""

from __future__ import annotations

import getpass
import json
import os
import platform
import re
import secrets
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from tournee.errors import ConfigError, StoreError
from tournee.maker.shipping.register_file import RegisterFile

PENDING, MADE, RESET, WITHDRAWN = "pending", "made", "reset", "withdrawn"
SAID = {PENDING: "en cours", MADE: "en service", RESET: "remis à neuf", WITHDRAWN: "retiré"}
"""What a maker reads of each state."""
PRINTED = "printed"  # an event alone: its label was made once more
STATES = (PENDING, MADE, RESET, WITHDRAWN)
_SECRET = 32  # bytes
_SERIAL = re.compile(r"[A-Z0-9-]{1,16}")


def check_serial(serial: str) -> None:
    """ConfigError for a serial number that cannot be one."""
    if not _SERIAL.fullmatch(serial):
        raise ConfigError(
            f"Numéro de série impossible : {serial!r}.",
            next_step="1 à 16 lettres majuscules, chiffres ou tirets",
        )


@dataclass(frozen=True)
class MadeReader:
    """A reader as the register has it; `secret` is empty once it is no longer valid. An event says when
    (UTC), what (a state, or `printed`), by whom, and why where that was told."""

    serial: str
    board: str
    state: str
    secret: bytes = field(repr=False)
    events: tuple[dict[str, str], ...]
    firmware: str = ""

    @property
    def since(self) -> str:
        """When its state began."""
        return next((one["at"] for one in reversed(self.events) if one["what"] == self.state), "")

    def told(self) -> dict[str, object]:
        """All but the secret, for JSON."""
        told: dict[str, object] = {"serial": self.serial, "board": self.board, "state": self.state}
        return told | {"since": self.since, "firmware": self.firmware, "events": list(self.events)}


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="seconds")


def _who() -> str:
    try:
        user = getpass.getuser()
    except (KeyError, OSError):  # an account without a name, as containers have
        user = str(os.getuid())
    return f"{user}@{platform.node()}"


class ReaderRegister:
    """Readers by serial number. StoreError when the file cannot be read or written."""

    def __init__(
        self, file: RegisterFile, now: Callable[[], str] = _now, who: Callable[[], str] = _who
    ) -> None:
        self._file = file
        self._now, self._who = now, who

    def readers(self) -> Iterator[MadeReader]:
        """All of them, by serial number."""
        kept = self._file.load()["readers"]
        return (_reader(serial, kept[serial]) for serial in sorted(kept))

    def find(self, serial: str) -> MadeReader:
        """One of them. StoreError when it is not there."""
        known = self.known(serial)
        if known is None:
            raise _unknown(serial)
        return known

    def known(self, serial: str) -> MadeReader | None:
        """One of them, None when it is not there."""
        kept = self._file.load()["readers"].get(serial)
        return _reader(serial, kept) if kept else None

    def search(self, words: str = "", state: str = "", board: str = "") -> list[MadeReader]:
        """Those whose number, board, firmware or events hold all of these words, of a state and board."""
        wanted = words.casefold().split()
        return [
            one
            for one in self.readers()
            if (not state or one.state == state)
            and (not board or one.board == board)
            and all(word in _searched(one) for word in wanted)
        ]

    def begin(self, serial: str, board: str) -> MadeReader:
        """Write a reader down before its secret is sent to it; one that is pending keeps its own.

        StoreError for a number that was given already.
        """
        check_serial(serial)
        with self._file.changing() as document:
            kept = document["readers"].setdefault(serial, {"events": []})
            state = kept.get("state", RESET)
            if state == PENDING and kept["board"] == board:
                return _reader(serial, kept)
            if state != RESET:
                raise StoreError(
                    f"Le numéro de série {serial} est déjà au registre.",
                    cause=f"donné à une carte {kept['board']} ; {SAID[state]}",
                    next_step="choisissez-en un autre",
                )
            kept |= {"board": board, "secret": secrets.token_bytes(_SECRET).hex(), "firmware": ""}
            self._mark(kept, PENDING)
            return _reader(serial, kept)

    def made(self, serial: str, firmware: str) -> None:
        """The reader has answered with its secret; told again, nothing changes."""
        with self._file.changing() as document:
            kept = _of(document, serial)
            if kept["state"] == PENDING:
                kept["firmware"] = firmware
                self._mark(kept, MADE)

    def printed(self, serials: list[str], why: str) -> list[MadeReader]:
        """Note that labels are made once more, all or none; StoreError for a reader without a secret."""
        with self._file.changing() as document:
            found = [_of(document, serial) for serial in serials]
            for serial, kept in zip(serials, found, strict=True):
                if not kept["secret"]:
                    raise StoreError(
                        f"Le lecteur {serial} n’a plus d’étiquette : son secret n’est plus valable.",
                        cause=f"il est {SAID[kept['state']]}, depuis {_reader(serial, kept).since}",
                    )
            for kept in found:
                self._note(kept, PRINTED, why)
            return [_reader(serial, kept) for serial, kept in zip(serials, found, strict=True)]

    def end(self, serial: str, state: str, why: str) -> MadeReader:
        """Forget the secret of a reader that was reset, or is withdrawn for ever; StoreError where it
        is already."""
        with self._file.changing() as document:
            kept = _of(document, serial)
            if kept["state"] in (state, WITHDRAWN):
                since = _reader(serial, kept).since
                raise StoreError(f"Le lecteur {serial} est déjà {SAID[kept['state']]}, depuis {since}.")
            kept["secret"] = ""
            self._mark(kept, state, why)
            return _reader(serial, kept)

    def _mark(self, kept: dict[str, Any], state: str, why: str = "") -> None:
        kept["state"] = state
        self._note(kept, state, why)

    def _note(self, kept: dict[str, Any], what: str, why: str = "") -> None:
        event = {"at": self._now(), "what": what, "by": self._who()}
        kept["events"].append(event | ({"why": why} if why else {}))


def imported(text: str) -> dict[str, Any]:
    """The document made of a register in clear, as it was before 0.2. StoreError."""
    try:
        readers = {
            str(serial): {
                "board": str(one["board"]),
                "secret": bytes.fromhex(one["secret"]).hex(),
                "state": MADE,
                "firmware": "",
                "events": [{"at": _now(), "what": MADE, "by": _who(), "why": "import"}],
            }
            for serial, one in json.loads(text)["readers"].items()
        }
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        raise StoreError("Ce fichier n’est pas un registre en clair.", cause="il est coupé ?") from error
    for serial, one in readers.items():
        check_serial(serial)
        if len(one["secret"]) != 2 * _SECRET:
            raise StoreError(f"Le secret de {serial} n’a pas {_SECRET} octets.")
    return {"readers": readers}


def _of(document: dict[str, Any], serial: str) -> dict[str, Any]:
    kept = document["readers"].get(serial)
    if kept is None:
        raise _unknown(serial)
    return kept  # type: ignore[no-any-return]


def _unknown(serial: str) -> StoreError:
    return StoreError(
        f"Le lecteur {serial} n’est pas au registre.", next_step="cherchez-le : tournee-maker register list"
    )


def _reader(serial: str, kept: dict[str, Any]) -> MadeReader:
    return MadeReader(
        serial,
        kept["board"],
        kept["state"],
        bytes.fromhex(kept["secret"]),
        tuple(dict(event) for event in kept["events"]),
        kept.get("firmware", ""),
    )


def _searched(one: MadeReader) -> str:
    parts = [one.serial, one.board, one.state, one.firmware]
    parts += [word for event in one.events for word in event.values()]
    return " ".join(parts).casefold()
