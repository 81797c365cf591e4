"""A piece of the day of services: an emulated Vitale card brought up to date."""

from __future__ import annotations

from tournee.app.cards import read_vitale
from tournee.app.services.card_update.due import WHERE, due_of
from tournee.app.services.card_update.updating import update_card
from tournee.emulation.card_updates import UpdatableCards
from tournee.emulation.cards.updating import CardZone
from tournee.emulation.services.scenes.day import Stage
from tournee.errors import EmulationError

TITLE = "Carte Vitale à mettre à jour (simulation)"
_CARD = "martinez"


class _CardOfStage:
    """The card in the stage's reader."""

    def __init__(self, stage: Stage) -> None:
        self._stage, self._cards = stage, UpdatableCards(stage.config.parent)
        self.last = b""

    def state(self) -> tuple[str, int, bytes]:
        serial, now = self._cards.state(_CARD)
        return serial, now.counter, now.digest

    def update(self, update: bytes) -> tuple[bytes, int]:
        self.last = update
        after = self._cards.update(_CARD, update)
        self._stage.board.insert("vitale", self._cards.load(_CARD))
        return after.digest, after.counter

    def again(self) -> CardZone:
        """The same update once more, which the card refuses."""
        return self._cards.update(_CARD, self.last)


def play(stage: Stage) -> tuple[list[str], list[str]]:
    """A card that is due is told, then updated; the same update a second time is refused."""
    stage.insert("vitale", _CARD)
    card = _CardOfStage(stage)
    with stage.office() as office:
        with stage.reader(office) as reader:
            patient = read_vitale(office, reader).patients[0]
        due = due_of(office, patient, office.clock().date())
        assert due is not None
        done = [f"Carte à mettre à jour : {due.text}. Une vraie carte le serait {WHERE}."]
        update_card(office, card)
        with stage.reader(office) as reader:
            after = read_vitale(office, reader).patients[0]
        end = after.rights_end
        done.append(f"Carte d’essai mise à jour : droits jusqu’au {end[6:]}/{end[4:6]}/{end[:4]}.")
    wrong = []
    try:
        card.again()
    except EmulationError as error:
        wrong.append(f"La même mise à jour rejouée : {error.message} {error.cause.capitalize()}.")
    return done, wrong
