import hashlib

from hypothesis import given
from hypothesis import strategies as st

from tournee.emulation.cards.applications.sha256 import INITIAL_STATE, compress, finish


def continued(message, kept_back):
    """Hash whole blocks by `compress`, keep at least `kept_back` bytes for `finish`."""
    whole = max(0, (len(message) - kept_back) // 64)
    state = INITIAL_STATE
    for at in range(whole):
        state = compress(state, message[at * 64 : at * 64 + 64])
    return finish(state, whole * 512, message[whole * 64 :])


@given(st.binary(max_size=300))
def test_continued_hash_equals_hashlib(message):
    assert continued(message, 0) == hashlib.sha256(message).digest()


@given(st.binary(min_size=1, max_size=300))
def test_last_block_held_back_whole_equals_hashlib(message):
    assert continued(message, 1) == hashlib.sha256(message).digest()


def test_every_length_of_last_block_equals_hashlib():
    message = bytes(range(64)) * 3
    for length in range(128, 193):
        assert continued(message[:length], 1) == hashlib.sha256(message[:length]).digest()
