"""The zone of an emulated Vitale card brought up to date: judged, swapped whole, cut at each write."""

from __future__ import annotations

import hashlib
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric import padding, rsa
from cryptography.hazmat.primitives.hashes import SHA256

from tournee.billing.zones.card import patients_from_groups
from tournee.emulation.card_updates import UpdatableCards
from tournee.emulation.cards.content import authority_key, card_content
from tournee.emulation.cards.updating import FileMemory, UpdatableZone, made_update
from tournee.emulation.services.card_update import CardUpdateCounterpart
from tournee.emulation.services.counterpart import Received
from tournee.emulation.services.rights_answers import updated_zone
from tournee.errors import EmulationError
from tournee.formats import zones
from tournee.services.card_update import table

SERIAL = "800000116"
MADE_WITH = card_content("martinez").zone
NEW = updated_zone(MADE_WITH)


class PowerCutError(Exception):
    """The card lost its power."""


class Memory:
    """A card's memory whose power fails at one of its writes, after so many of its bytes."""

    def __init__(self) -> None:
        self.data = bytearray()
        self.writes = 0
        self.cut_at, self.kept = 0, 0

    def read(self, at: int, length: int) -> bytes:
        return bytes(self.data[at : at + length])

    def write(self, at: int, data: bytes) -> None:
        self.writes += 1
        is_cut = self.writes == self.cut_at
        told = data[: self.kept] if is_cut else data
        self.data.extend(b"\xff" * max(0, at + len(told) - len(self.data)))
        self.data[at : at + len(told)] = told
        if is_cut:
            raise PowerCutError


def sign(data: bytes) -> bytes:
    return authority_key().sign(data, padding.PKCS1v15(), SHA256())


def card(memory, made_with: bytes = MADE_WITH) -> UpdatableZone:
    return UpdatableZone(memory, SERIAL, made_with, authority_key().public_key())


def update(counter: int = 1, zone: bytes = NEW, serial: str = SERIAL) -> bytes:
    return made_update(serial, counter, zone, sign)


def test_a_card_has_the_zone_that_it_was_made_with_until_it_is_updated():
    """MAJ-2."""
    memory = Memory()
    assert (card(memory).now.counter, card(memory).now.zone) == (0, MADE_WITH)
    assert card(memory).update(update()).zone == NEW
    assert (card(memory).now.counter, card(memory).now.zone) == (1, NEW)


def test_the_next_update_goes_into_the_other_area():
    """MAJ-3."""
    memory = Memory()
    for counter, zone in ((1, NEW), (2, MADE_WITH), (7, NEW)):
        card(memory).update(update(counter, zone))
        assert (card(memory).now.counter, card(memory).now.zone) == (counter, zone)


@pytest.mark.parametrize("first", [False, True], ids=["never updated", "updated before"])
@pytest.mark.parametrize("kept", [0, 1, 47, 49, 127])
def test_power_cut_at_each_write_leaves_the_old_zone_or_the_new(first, kept):
    """MAJ-3: and the update that comes again is taken."""
    whole = Memory()
    if first:
        card(whole).update(update(1, MADE_WITH[:-1] + b"X"))
    before, start = card(whole).now, whole.writes
    card(whole).update(update(2))
    for cut_at in range(start + 1, whole.writes + 1):
        memory = Memory()
        if first:
            card(memory).update(update(1, MADE_WITH[:-1] + b"X"))
        memory.cut_at, memory.kept = cut_at, kept
        with pytest.raises(PowerCutError):
            card(memory).update(update(2))
        found = card(memory).now
        is_new = (found.counter, found.zone) == (2, NEW)
        assert is_new or found == before
        assert is_new is (cut_at == whole.writes and kept >= 46)
        memory.cut_at = 0
        if not is_new:
            assert card(memory).update(update(2)).zone == NEW


@pytest.mark.parametrize(
    ("made", "why"),
    [
        (update(0), "plus récente"),
        (update(serial="800000102"), "autre carte"),
        (made_update(SERIAL, 1, NEW, lambda data: sign(data)[::-1]), "signée"),
        (update()[:-1], "forme|signée"),
        (update().replace(b"MARTINEZ", b"MARTINEX", 1), "signée"),
        (b"", "longueur"),
        (bytes(table.UPDATE_MAX + 1), "longueur"),
        (b"XXXXX" + update()[5:], "forme"),
    ],
    ids=["counter", "card", "signature", "cut", "changed", "nothing", "long", "form"],
)
def test_what_is_not_an_update_of_this_card_is_refused_and_nothing_is_written(made, why):
    """MAJ-2."""
    memory = Memory()
    with pytest.raises(EmulationError) as told:
        card(memory).update(made)
    assert any(word in told.value.cause for word in why.split("|"))
    assert memory.writes == 0


def test_the_same_update_twice_is_refused():
    """MAJ-2: its counter is not above the card's."""
    memory = Memory()
    card(memory).update(update(3))
    for counter in (2, 3):
        with pytest.raises(EmulationError, match="refuse"):
            card(memory).update(update(counter))
    assert card(memory).now.counter == 3


def test_another_key_updates_nothing():
    """MAJ-2."""
    other = rsa.generate_private_key(65537, 2048)
    made = made_update(SERIAL, 1, NEW, lambda data: other.sign(data, padding.PKCS1v15(), SHA256()))
    with pytest.raises(EmulationError):
        card(Memory()).update(made)


def test_a_card_in_a_file_is_the_same_after_it_was_taken_out(tmp_path: Path):
    """MAJ-3."""
    card(FileMemory(tmp_path / "x.ef")).update(update())
    assert card(FileMemory(tmp_path / "x.ef")).now.zone == NEW
    cards = UpdatableCards(tmp_path / "desk")
    (tmp_path / "desk").mkdir()
    assert cards.state("martinez")[1].counter == 0
    after = cards.update("martinez", update())
    assert after.zone == NEW
    assert UpdatableCards(tmp_path / "desk").state("martinez") == (SERIAL, after)
    assert UpdatableCards(tmp_path / "desk").state("lambert")[1].counter == 0


def test_the_new_zone_has_the_rights_of_today_and_the_rest_as_it_was():
    """MAJ-2."""
    (patient,) = patients_from_groups(zones.decode(NEW))
    assert patient.rights_end == "20271231"
    assert patient.has_ald("20261130")
    assert [one.id for one in zones.decode(NEW)][:3] == [101, 102, 104]
    family = card_content("moreau").zone
    thomas, sophie, *children = patients_from_groups(zones.decode(updated_zone(family)))
    assert (thomas.caisse, thomas.amc, sophie.amc.number) == ("041", None, "0099900009")
    assert len(children) == 2


def asked(server: CardUpdateCounterpart, serial: str, counter: int, zone: bytes) -> tuple[int, bytes]:
    body = serial.encode().ljust(10) + counter.to_bytes(4, "big") + hashlib.sha256(zone).digest()
    reply = server.answer(Received("POST", "/maj", "application/octet-stream", {}, body))
    return reply.status, reply.body


def test_the_server_counts_up_and_says_when_there_is_nothing():
    """MAJ-2."""
    server = CardUpdateCounterpart()
    status, made = asked(server, SERIAL, 4, MADE_WITH)
    assert status == table.UPDATED
    memory = Memory()
    card(memory).update(update(4, MADE_WITH))
    assert card(memory).update(made).counter == 5
    assert asked(server, SERIAL, 5, NEW) == (table.UP_TO_DATE, b"")
    assert asked(server, "999999999", 0, NEW) == (table.UNKNOWN, b"")
    assert server.answer(Received("POST", "/maj", "", {}, b"x")).status == 400
