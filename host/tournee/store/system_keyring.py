"""The system keyring as a place for the journal's key; loaded only when asked: that takes a moment."""

from contextlib import suppress

import keyring
from keyring.backend import KeyringBackend
from keyring.backends import fail, null
from keyring.errors import KeyringError

_SERVICE = "tournee"
_REFUSED = (KeyringError, RuntimeError)


class SystemKeyring:
    """A keyring that may be absent, locked or read-only: it then keeps nothing and says so."""

    def __init__(self, backend: KeyringBackend | None) -> None:
        """`backend` is the keyring to use, the system's when None."""
        self._backend = backend if backend is not None else keyring.get_keyring()
        absent = isinstance(self._backend, (fail.Keyring, null.Keyring)) or self._backend.priority <= 0
        self._usable = not absent

    def find(self, name: str) -> str | None:
        """What is kept under `name`, None where nothing is or the keyring does not open."""
        try:
            return self._backend.get_password(_SERVICE, name) if self._usable else None
        except _REFUSED:
            return None

    def keep(self, name: str, text: str) -> bool:
        """Keep `text` under `name`; tells whether it can be read back."""
        try:
            if self._usable:
                self._backend.set_password(_SERVICE, name, text)
        except _REFUSED:
            return False
        return self.find(name) == text

    def drop(self, name: str) -> None:
        """Keep nothing under `name` any more; harmless where nothing is."""
        with suppress(*_REFUSED):
            if self._usable:
                self._backend.delete_password(_SERVICE, name)
