"""Seals, signatures, cards and codes in any order: what is signed is what was read, by the cards asked."""

import hashlib
from random import Random

import pytest
import reader_sheets as sheets
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding
from reader_bench import Bench

from sesam import codes, messages
from tournee.emulation.cards import load_card
from tournee.emulation.cards.content import card_content

STEPS = 60
NAMES = ("infirmiere", "moreau")
INVOICES = [sheets.invoice(1), sheets.invoice(2, 2), sheets.invoice(3)]
BEGINS = ("SEAL", "mode 3", "mode 4", "mode 5")
STATUSES = {value for name, value in vars(codes).items() if name.isupper()}


class Host:
    """One that asks at random, and knows what the reader has taken since the last beginning."""

    def __init__(self, seed: int) -> None:
        self.random = Random(seed)
        self.bench = Bench(*NAMES)
        self.asked = ""
        self.invoice = INVOICES[0]
        self.taken = 0
        self.signed: set[str] = set()

    def begin(self) -> None:
        self.asked = self.random.choice(BEGINS)
        self.invoice, self.taken = self.random.choice(INVOICES), 0
        if self.asked == "SEAL":
            self.bench.answer("SEAL", kind=1)
        else:
            self.bench.answer("CERTIFY", what=1, kind=1, mode=int(self.asked[-1]))

    def records(self) -> None:
        end = min(self.taken + 128 * self.random.randint(1, 4), len(self.invoice))
        data = self.invoice[self.taken : end] or self.invoice[-128:]
        answer = self.bench.answer("RECORDS", first=self.taken // 128, data=data)
        if answer.number != messages.FAILURE:
            self.taken += len(data)

    def sign(self) -> None:
        total = sheets.FEE * (len(self.invoice) // 128 - 2)
        before = [slot.card.signatures if slot.card else 0 for slot in self.bench.slots]
        answer = self.bench.answer("SIGN", invoices=1, total=total)
        after = [slot.card.signatures if slot.card else 0 for slot in self.bench.slots]
        if answer.number == messages.FAILURE:
            assert answer.uint("status") in STATUSES
            return
        data = self.invoice
        assert self.taken == len(data)
        assert answer.data("digest") == hashlib.sha256(data).digest()
        alone = self.asked == "SEAL"
        verify(NAMES[alone], answer.data("signature"), data)
        if self.asked == "mode 3":
            verify("moreau", answer.data("seal"), data)
        else:
            assert answer.data("seal") == b""
        parts = (not alone, alone or self.asked == "mode 3")
        assert all(now - then <= part for now, then, part in zip(after, before, parts, strict=True))
        self.signed.add(self.asked)

    def card(self) -> None:
        place = self.random.randrange(2)
        if self.random.random() < 0.7:
            self.bench.slots[place].insert(load_card(NAMES[place]))
        else:
            self.bench.slots[place].remove()
        self.bench.channels[place].watch()

    def other(self) -> None:
        name = self.random.choice(("ABANDON", "UNLOCK", "CARDS", "session"))
        if name == "session":
            self.bench.service.begin_session()
        else:
            self.bench.answer(name, **({"code": b"1234"} if name == "UNLOCK" else {}))

    def step(self) -> None:
        if self.random.random() < 0.4:  # straight to a signature
            for _ in range(2):
                self.bench.answer("UNLOCK", code=b"1234")
            self.begin()
            while self.taken < len(self.invoice):
                before = self.taken
                self.records()
                if self.taken == before:
                    return
            self.sign()
        else:
            self.random.choice((self.begin, self.records, self.records, self.sign, self.card, self.other))()


def verify(name, signature, data):
    card_content(name).key.public_key().verify(signature, data, padding.PKCS1v15(), hashes.SHA256())


@pytest.mark.parametrize("seed", range(12))
def test_what_is_signed_is_what_was_read_by_the_cards_that_were_asked(seed):
    host = Host(seed)
    for _ in range(STEPS):
        host.step()
    assert host.signed
