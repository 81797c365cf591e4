"""Where a service is asked, and by what both ends know each other."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

NAMES = {
    "droits": "Le service des droits",
    "amc": "Le service des mutuelles",
    "apcv": "Le service de l’appli carte Vitale",
    "ordonnance": "La base des ordonnances",
    "maj": "Le serveur de mise à jour des cartes",
}
"""Services by the word that the configuration and the journal have, and what the carer reads."""

ENVELOPE_MAX = 1 << 16
"""Bytes of what a service is asked, and of what it answers: more is not read."""


@dataclass(frozen=True)
class ServicePoint:
    """One service: `https://host:port` and the `path` on it. `authority` (a PEM file) or `fingerprint` (the
    certificate's SHA-256, lower-case hexadecimal) says whom to believe, `certificate` and `key` (PEM files)
    who asks.
    """

    service: str
    host: str
    port: int
    path: str = "/"
    authority: Path | None = None
    fingerprint: str = ""
    certificate: Path | None = None
    key: Path | None = None

    @property
    def label(self) -> str:
        """The service as the carer reads it, at the head of a sentence."""
        return NAMES[self.service]
