"""The maker's register: the secret of every reader made, by serial number. One file, for its owner alone."""

from __future__ import annotations

import json
from pathlib import Path

from tournee.errors import StoreError
from tournee.secrets import read_secret, write_secret

_REGISTER = "le registre"


class ReaderRegister:
    """Serial numbers and secrets in a JSON file of mode 0600, written whole or not at all. StoreError."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._readers: dict[str, dict[str, str]] = {}
        if not path.exists():
            return
        text = read_secret(path, _REGISTER, StoreError, "restaurez une sauvegarde")
        try:
            self._readers = dict(json.loads(text)["readers"])
        except (ValueError, KeyError, TypeError, RecursionError) as error:
            raise StoreError(
                f"Le registre {path} est illisible.",
                cause="ce n’est pas un registre, ou il est coupé",
                next_step="restaurez une sauvegarde",
            ) from error

    def __contains__(self, serial: str) -> bool:
        return serial in self._readers

    def secret(self, serial: str) -> bytes:
        """The secret of a reader. KeyError."""
        return bytes.fromhex(self._readers[serial]["secret"])

    def add(self, serial: str, secret: bytes, board: str) -> None:
        """Write a reader down, before it gets its secret; one that is there must keep its own."""
        if serial in self._readers and self.secret(serial) != secret:
            raise StoreError(
                f"Le numéro de série {serial} est déjà au registre.", next_step="choisissez-en un autre"
            )
        self._readers[serial] = {"secret": secret.hex(), "board": board}
        text = json.dumps({"readers": self._readers}, indent=1, sort_keys=True) + "\n"
        write_secret(self._path, text, _REGISTER, StoreError)
