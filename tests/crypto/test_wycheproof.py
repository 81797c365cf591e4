"""Wycheproof's vectors, for both back ends: what is valid gives its bytes, what is not is refused."""

import pytest
from by_port import answer

REFUSED = {"NotAuthentic", "ValueError"}
NONCES = range(8, 129)  # bytes of a nonce of GCM that the port takes
RSA = [f"Signature/wycheproof/rsa_signature_{bits}_sha256_test" for bits in (2048, 3072, 4096, 8192)]


def aead(name, tests):
    """Both ways where the vector is valid, opening alone where it is not."""
    for group, one in tests:
        key, nonce, bound = one["key"], one["iv"], one["aad"]
        size = group["tagSize"] // 8
        if name == "ccm" and bound:
            continue  # the port has no bound data there: the link has none
        last = [size] if name == "ccm" else [bound]
        if name == "gcm" and size != 16:
            continue
        valid = one["result"] == "valid" and (name == "ccm" or len(nonce) // 2 in NONCES)
        yield [f"{name}-", key, nonce, one["ct"] + one["tag"], *last], one["msg"] if valid else REFUSED
        if valid:
            yield [f"{name}+", key, nonce, one["msg"], *last], one["ct"] + one["tag"]


def hkdf(tests):
    for _, one in tests:
        made = one["okm"] if one["result"] == "valid" else REFUSED
        yield ["hkdf", one["ikm"], one["salt"], one["info"], one["size"]], made


def rsa(tests):
    """An "acceptable" one is of a form that nobody has to take: refused, as OpenSSL does."""
    for group, one in tests:
        key = group.get("publicKey", group)
        n, e = key["modulus"].removeprefix("00"), key["publicExponent"]
        told = "verified" if one["result"] == "valid" else REFUSED
        yield ["rsa", n, e.zfill(len(e) + len(e) % 2), one["sig"], one["msg"]], told


@pytest.fixture(scope="module")
def vectors(wycheproof):
    made = [
        *aead("gcm", wycheproof("Cipher/wycheproof/aes_gcm_test")),
        *aead("ccm", wycheproof("Cipher/wycheproof/aes_ccm_test")),
        *hkdf(wycheproof("Protocol/wycheproof/hkdf_sha256_test")),
    ]
    for name in RSA:
        made += rsa(wycheproof(name))
    return made


def wrong(vectors, answers):
    return [
        (case[0], told, found)
        for (case, told), found in zip(vectors, answers, strict=True)
        if found != told and not (told is REFUSED and found in REFUSED)
    ]


def test_there_are_hundreds_of_each(vectors):
    kinds = [case[0] for case, _ in vectors]
    assert {kind: kinds.count(kind) > 60 for kind in set(kinds)} == dict.fromkeys(
        ["gcm+", "gcm-", "ccm+", "ccm-", "hkdf", "rsa"], True
    )


def test_this_python_s_back_end_holds_to_every_vector(vectors):
    assert wrong(vectors, [answer(case) for case, _ in vectors]) == []


def test_the_browser_s_back_end_holds_to_every_vector(vectors, in_page):
    assert wrong(vectors, in_page([case for case, _ in vectors])) == []
