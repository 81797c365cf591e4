"""Photographs that were taken and are not kept yet: a few, in memory alone, while their corners are set."""

from __future__ import annotations

import secrets
from dataclasses import dataclass, field

from tournee.errors import TourneeError

_KEPT_MAX = 4


@dataclass
class TakenPhotos:
    """By a name that nobody guesses; the oldest goes when there are too many."""

    _held: dict[str, bytes] = field(default_factory=dict)

    def take(self, data: bytes) -> str:
        """Hold a photograph; gives its name."""
        name = secrets.token_urlsafe(12)
        self._held[name] = data
        while len(self._held) > _KEPT_MAX:
            del self._held[next(iter(self._held))]
        return name

    def get(self, name: str) -> bytes:
        """The one of a name; TourneeError when it is gone."""
        if name not in self._held:
            raise TourneeError("Cette photo n’est plus là.", next_step="reprenez-la")
        return self._held[name]

    def drop(self, name: str) -> None:
        """Forget one: it is kept, or not wanted."""
        self._held.pop(name, None)
