"""The browser's back end gives the bytes of `cryptography`, and refuses what it refuses."""

import random

import pytest
from by_port import answer
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.hashes import SHA256, SHA512

SEED = 314


def _bytes(of, *sizes):
    return of.randbytes(of.choice(sizes) if len(sizes) > 1 else of.randint(0, sizes[0]))


def _altered(of, data):
    """A bit turned, an end cut, or a byte more."""
    kind = of.randrange(4)
    if kind == 0 or not data:
        return data + of.randbytes(1)
    if kind == 1:
        return data[: of.randrange(len(data))]
    at = of.randrange(len(data))
    return data[:at] + bytes((data[at] ^ 1 << of.randrange(8),)) + data[at + 1 :]


def gcm(of):
    key, nonce = _bytes(of, 16, 24, 32), _bytes(of, 12, 12, 12, 8, 13, 16, 64, 128)
    data, bound = _bytes(of, 600), _bytes(of, 40)
    made = bytes.fromhex(answer(["gcm+", key.hex(), nonce.hex(), data.hex(), bound.hex()]))
    yield ["gcm+", key, nonce, data, bound]
    yield ["gcm-", key, nonce, made, bound]
    yield ["gcm-", key, nonce, _altered(of, made), bound]
    yield ["gcm-", key, nonce, made, _altered(of, bound)]


def ccm(of):
    key, nonce, size = (
        _bytes(of, 16, 24, 32),
        _bytes(of, 7, 8, 11, 12, 13, 13),
        of.choice([4, 6, 8, 8, 12, 16]),
    )
    data = _bytes(of, 600)
    made = bytes.fromhex(answer(["ccm+", key.hex(), nonce.hex(), data.hex(), size]))
    yield ["ccm+", key, nonce, data, size]
    yield ["ccm-", key, nonce, made, size]
    yield ["ccm-", key, nonce, _altered(of, made), size]


def others(of):
    yield ["cbc", _bytes(of, 16, 32), of.randbytes(16), _bytes(of, 200), of.randint(1, 70)]
    yield ["hkdf", _bytes(of, 64), _bytes(of, 40), _bytes(of, 40), of.randint(1, 200)]


def wrong_lengths(of):
    """Keys, nonces and tags that are none, and content that a nonce cannot count."""
    key, nonce = of.randbytes(16), of.randbytes(12)
    for size in (0, 15, 17, 31, 33):
        yield ["gcm+", of.randbytes(size), nonce, b"told", b""]
        yield ["ccm+", of.randbytes(size), nonce, b"told", 8]
        yield ["cbc", of.randbytes(size), of.randbytes(16), b"told", 1]
    for size in (0, 6, 7, 14, 129):
        yield ["gcm+", key, of.randbytes(size), b"told", b""]
        yield ["gcm-", key, of.randbytes(size), bytes(20), b""]
        yield ["ccm+", key, of.randbytes(size), b"told", 8]
        yield ["ccm-", key, of.randbytes(size), bytes(20), 8]
        yield ["cbc", key, of.randbytes(size), b"told", 1]
    for size in (0, 2, 3, 5, 7, 18):
        yield ["ccm+", key, nonce, b"told", size]
    for length in (65_535, 65_536, 70_000):
        yield ["ccm+", key, of.randbytes(13), bytes(length), 8]
        yield ["ccm-", key, of.randbytes(13), bytes(length + 8), 8]
    for length in (0, 8160, 8161):
        yield ["hkdf", key, b"", b"", length]


def codes(of):
    for n, r, p in ((2, 8, 1), (16, 1, 1), (1024, 8, 2), (1 << 14, 8, 1)):
        yield ["scrypt", _bytes(of, 30), _bytes(of, 32), of.randint(1, 100), n, r, p]


def signatures(of):
    for bits, e in ((1024, 65537), (2048, 65537), (2048, 3), (3072, 65537)):
        key = rsa.generate_private_key(e, bits)
        numbers = key.public_key().public_numbers()
        n, e = numbers.n.to_bytes(bits // 8, "big"), e.to_bytes(3, "big")
        for _ in range(40):
            data = _bytes(of, 300)
            made = key.sign(data, PKCS1v15(), SHA256())
            yield ["rsa", n, e, made, data]
            yield ["rsa", n, e, _altered(of, made), data]
            yield ["rsa", n, e, made, _altered(of, data)]
            more = int.from_bytes(made, "big") + numbers.n  # the same number, and too large
            yield ["rsa", n, e, more.to_bytes(bits // 8 + 1, "big"), data]
        yield ["rsa", n, e, key.sign(b"told", PKCS1v15(), SHA512()), b"told"]


@pytest.fixture(scope="module")
def cases():
    of = random.Random(SEED)
    made = [case for _ in range(700) for kind in (gcm, ccm, others) for case in kind(of)]
    made += [case for kind in (wrong_lengths, codes, signatures) for case in kind(of)]
    return [[one.hex() if isinstance(one, bytes) else one for one in case] for case in made]


def test_both_back_ends_answer_alike_to_thousands_of_inputs(cases, in_page):
    ours = [answer(case) for case in cases]
    theirs = in_page(cases)
    assert [
        [case[0], one, other] for case, one, other in zip(cases, ours, theirs, strict=True) if one != other
    ] == []
    assert len(ours) > 6000
    assert ours.count("NotAuthentic") > 2000
    assert ours.count("verified") == 160
    assert ours.count("ValueError") > 30
