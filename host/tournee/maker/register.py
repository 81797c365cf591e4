"""The maker's register: the secret of every reader made, by serial number. One file, for its owner alone."""

from __future__ import annotations

import contextlib
import json
import os
import tempfile
from pathlib import Path

from tournee.errors import StoreError


class Register:
    """Serial numbers and secrets in a JSON file of mode 0600, written whole or not at all. StoreError."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._readers: dict[str, dict[str, str]] = {}
        if not path.exists():
            return
        if path.stat().st_mode & 0o077:
            raise StoreError(
                f"Le registre {path} est lisible par d'autres.",
                cause="droits du fichier trop larges",
                next_step=f"chmod 600 {path}",
            )
        try:
            self._readers = dict(json.loads(path.read_text("utf-8"))["readers"])
        except (OSError, ValueError, KeyError, TypeError) as error:
            raise StoreError(
                f"Le registre {path} est illisible.", cause=str(error), next_step="restaurez une sauvegarde"
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
        descriptor, name = tempfile.mkstemp(dir=self._path.parent)  # mode 0600
        try:
            with os.fdopen(descriptor, "w", encoding="utf-8") as file:
                file.write(text)
                file.flush()
                os.fsync(file.fileno())
            Path(name).replace(self._path)
        except OSError as error:
            with contextlib.suppress(OSError):
                Path(name).unlink()
            raise StoreError(f"Le registre {self._path} ne s'écrit pas.", cause=str(error)) from error
