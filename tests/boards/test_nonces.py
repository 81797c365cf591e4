"""Nonces of a board without randomness: none comes twice, whenever power fails."""

import hashlib
import hmac
import runpy
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1] / "reader"))

from reader_flash import Flash, Power, PowerCut

from reader.crypto.sha256 import Sha256
from reader.storage.journal import IDENTITY, Journal
from sesam import codes

Nonces = runpy.run_path(str(Path(__file__).parents[2] / "boards" / "drivers" / "nonces.py"))["Nonces"]
SECRET = bytes(range(32))


def provisioned(power=None):
    flash = Flash(power=power)
    journal = Journal(flash)
    journal.begin(IDENTITY, 48)
    journal.add(b"TEST-0001".ljust(16, b"\0") + SECRET)
    assert journal.end()
    return flash


def started(flash):
    nonces = Nonces(Sha256)
    nonces.journal = Journal(flash)
    return nonces


def filled(nonces):
    buf = bytearray(32)
    assert nonces.fill(buf) == 0
    return bytes(buf)


def test_nonce_is_the_hmac_of_both_counts_under_the_secret():
    flash = provisioned()
    for start in (1, 2):
        nonces = started(flash)
        for handshake in (0, 1):
            counts = start.to_bytes(4, "big") + handshake.to_bytes(4, "big")
            expected = hmac.digest(SECRET, b"tournee open-1 nonce" + counts, hashlib.sha256)
            assert filled(nonces) == expected


def test_start_without_a_handshake_writes_nothing():
    flash = provisioned()
    before = bytes(flash.data)
    started(flash)
    assert bytes(flash.data) == before


def test_no_nonce_comes_twice_whenever_power_fails():
    power = Power()
    flash = provisioned(power)
    seen = []
    for budget in range(60):
        power.budget = budget
        try:
            nonces = started(flash)
            seen += [filled(nonces), filled(nonces)]
        except PowerCut:
            pass
        power.budget = None
        seen.append(filled(started(flash)))
    assert len(seen) == len(set(seen)) > 60


def test_handshakes_that_come_round_count_as_another_start():
    nonces = started(provisioned())
    first = filled(nonces)
    nonces._count[4:] = b"\xff\xff\xff\xff"
    seen = {first, filled(nonces), filled(nonces), filled(nonces)}
    assert len(seen) == 4
    assert nonces._count == bytearray((0, 0, 0, 2, 0, 0, 0, 2))


def test_start_that_the_journal_does_not_hold_serves_no_handshake():
    flash = provisioned()
    nonces = started(flash)
    flash.write = lambda at, buf: None  # worn out
    buf = bytearray(32)
    assert nonces.fill(buf) == codes.JOURNAL
    assert not any(buf)
