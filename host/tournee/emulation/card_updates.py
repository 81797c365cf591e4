"""Updates of the Vitale cards of a standing emulated reader; what a card keeps is in the reader's folder."""

from __future__ import annotations

from pathlib import Path

from cryptography.hazmat.primitives.asymmetric import rsa

from tournee.emulation.cards import VirtualCard, load_card
from tournee.emulation.cards.content import authority_key, card_content
from tournee.emulation.cards.updating import CardZone, FileMemory, UpdatableZone
from tournee.errors import EmulationError
from tournee.formats import zones

FOLDER = "cartes-vitale"
_INSURED = 101


class UpdatableCards:
    """The cards of one reader: `folder` keeps what was updated, for the next time that they are put in."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder / FOLDER

    def load(self, name: str) -> VirtualCard:
        """A card as it was updated last."""
        if card_content(name).kind != "vitale" or not self._memory(name).exists():
            return load_card(name)
        return load_card(name, zone=self._zone(name).now.zone)

    def state(self, name: str) -> tuple[str, CardZone]:
        """The serial number of a card, and its zone."""
        return serial_of(name), self._zone(name).now

    def update(self, name: str, update: bytes) -> CardZone:
        """Have a card take an update; its zone then. EmulationError where it refuses."""
        self._folder.mkdir(exist_ok=True)
        return self._zone(name).update(update)

    def _zone(self, name: str) -> UpdatableZone:
        public = authority_key().public_key()
        assert isinstance(public, rsa.RSAPublicKey)
        return UpdatableZone(FileMemory(self._memory(name)), serial_of(name), card_content(name).zone, public)

    def _memory(self, name: str) -> Path:
        return self._folder / f"{name}.ef"


def serial_of(name: str) -> str:
    """The serial number of a Vitale test card; EmulationError for a card that has none."""
    content = card_content(name)
    found = [group.field("serie").strip() for group in zones.decode(content.zone) if group.id == _INSURED]
    if content.kind != "vitale" or not found:
        raise EmulationError(
            f"La carte {name} ne se met pas à jour.", next_step="insérez une carte Vitale d’essai"
        )
    return found[0]
