"""A card that others wrote (jcecard, OpenPGP) under our channel: SELECT, VERIFY, signature.

By PC/SC as it is, and over T=1 through our virtual line: our dialogue is judged by a card that is not ours.
"""

import logging

import pytest
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding, rsa
from main import PcscChannel, open_slots
from pcsc_service import READERS

from reader.arena import Arena
from reader.crypto.sha256 import Sha256
from reader.transmission.channel import Channel
from sesam.port import ticks_ms
from tournee.emulation.cards import VirtualCard
from tournee.emulation.cards.applications.application import Command, Response
from tournee.emulation.slots import DirectSlot, FakeClock

OPENPGP = bytes.fromhex("D27600012401")
PIN, ADMIN = b"123456", b"12345678"
T1_ATR = bytes.fromhex("3B800181")
DIGEST_INFO = bytes.fromhex("3031300d060960864801650304020105000420")
MESSAGE = b"75600012 " * 30


class Foreign:
    """jcecard in a PC/SC reader (`vpcd.WholeCommandCard`), a key of RSA-2048 made in it."""

    def __init__(self, folder):
        from jcecard.main import OpenPGPCard

        logging.disable(logging.INFO)
        self.card = OpenPGPCard(storage_path=folder / "card.json")
        self.card.power_on()
        for command in (
            b"\x00\xa4\x04\x00\x06" + OPENPGP,
            b"\x00\x20\x00\x83\x08" + ADMIN,
            bytes.fromhex("00da00c106 010800001100"),
        ):
            assert self.card.process_apdu(command)[-2:] == b"\x90\x00"
        answer = self.card.process_apdu(bytes.fromhex("00478000000002b6000000"))
        modulus = answer[answer.index(b"\x81\x82\x01\x00") + 4 :][:256]
        self.key = rsa.RSAPublicNumbers(65537, int.from_bytes(modulus, "big")).public_key()

    def power(self):
        self.card.power_on()
        return self.card.get_atr()

    def off(self):
        self.card.power_off()

    def transmit(self, command):
        return self.card.process_apdu(command)


class ForeignApplication:
    """The same card behind our virtual line."""

    signatures = 0

    def __init__(self, foreign):
        self.card = foreign.card

    def reset(self):
        self.card.power_off()
        self.card.power_on()

    def refusal(self, cla, ins):
        return 0

    def execute(self, command: Command) -> Response:
        apdu = bytes((command.cla, command.ins, command.p1, command.p2))
        apdu += bytes((len(command.data),)) + command.data if command.data else b""
        answer = self.card.process_apdu(apdu + (bytes((command.le & 255,)) if command.le else b""))
        return Response(int.from_bytes(answer[-2:], "big"), answer[:-2])


@pytest.fixture
def foreign(tmp_path):
    yield Foreign(tmp_path)
    logging.disable(logging.NOTSET)


@pytest.fixture(params=["PC/SC", "T=1"])
def channel(request, foreign):
    arena = Arena(1280, Sha256)
    if request.param == "T=1":
        clock = FakeClock()
        slot = DirectSlot(VirtualCard("foreign", T1_ATR, ForeignApplication(foreign)), clock)
        yield Channel(slot, arena, 4000, clock, lambda: None)
        return
    readers = request.getfixturevalue("readers")
    readers.hold(foreign)
    slot, _ = open_slots(READERS[0], READERS[1])
    channel = PcscChannel(slot, arena, 0, ticks_ms, lambda: None)
    assert channel.present()
    yield channel
    channel.deactivate()


def tell(channel, header, data=b"", le=-1):
    """One command; its status word."""
    channel.header(*header)
    assert channel.transmit(channel.put(data), le) == 0
    return channel.sw


def test_card_that_others_wrote_is_selected_unlocked_and_signs(channel, foreign):
    assert channel.activate() == 0
    assert tell(channel, (0, 0xA4, 4, 0x0C), OPENPGP) == 0x9000
    assert tell(channel, (0, 0x20, 0, 0x81), b"000000") & 0xFFF0 == 0x63C0
    assert tell(channel, (0, 0x2A, 0x9E, 0x9A), DIGEST_INFO + bytes(32), 256) == 0x6982
    assert tell(channel, (0, 0x20, 0, 0x81), PIN) == 0x9000
    digest = hashes.Hash(hashes.SHA256())
    digest.update(MESSAGE)
    assert tell(channel, (0, 0x2A, 0x9E, 0x9A), DIGEST_INFO + digest.finalize(), 256) == 0x9000
    signature = bytes(channel.response[: channel.length])
    foreign.key.verify(signature, MESSAGE, padding.PKCS1v15(), hashes.SHA256())


def test_card_of_no_kind_of_ours_is_told_as_unknown(readers, foreign):
    from tournee.reader import Reader
    from tournee.reader.failures import CardFailed

    readers.hold(foreign)
    with Reader.open("pcsc:") as reader, pytest.raises(CardFailed, match="inconnue") as unknown:
        reader.read_ps_card()
    assert unknown.value.name == "UNKNOWN_CARD"
