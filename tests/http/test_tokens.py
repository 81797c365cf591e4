"""Tokens of an issuer: its signature, its audience, its time, its scopes; nothing else lets anyone in."""

import base64
import json
import time
from dataclasses import replace

import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric import ec, rsa

from tournee.config.http import HttpChoice
from tournee.errors import ConfigError
from tournee.http import tokens
from tournee.http.door import READ, WRITE
from tournee.http.tokens import IssuedTokens
from tournee.https import HttpsAnswer

ISSUER, AUDIENCE = "https://login.example", "tournee-cabinet"
RSA = rsa.generate_private_key(65537, 2048)
EC = ec.generate_private_key(ec.SECP256R1())
OTHER = rsa.generate_private_key(65537, 2048)


def jwk(key, name):
    algorithm = jwt.algorithms.RSAAlgorithm if hasattr(key, "private_numbers") and key is not EC else None
    algorithm = algorithm or jwt.algorithms.ECAlgorithm
    return json.loads(algorithm.to_jwk(key.public_key())) | {"kid": name, "use": "sig"}


def token(key=RSA, algorithm="RS256", headers=None, **claims):
    told = {
        "iss": ISSUER,
        "aud": AUDIENCE,
        "sub": "editor",
        "exp": time.time() + 60,
        "scope": f"{READ} {WRITE}",
    } | claims
    told = {name: value for name, value in told.items() if value is not None}
    return jwt.encode(told, key, algorithm, headers={"kid": "a"} | (headers or {}))


@pytest.fixture
def keys(tmp_path):
    path = tmp_path / "jwks.json"
    path.write_text(json.dumps({"keys": [jwk(RSA, "a"), jwk(EC, "b")]}))
    return path


@pytest.fixture
def choice(keys):
    return HttpChoice(issuer=ISSUER, audience=AUDIENCE, keys=str(keys))


@pytest.fixture
def judge(choice):
    return IssuedTokens(choice).judge


def test_a_token_of_the_issuer_says_who_asks_and_what_is_permitted(judge):
    assert judge(token()).subject == "editor"
    assert judge(token()).scopes == {READ, WRITE}
    assert judge(token(scope=READ)).scopes == {READ}
    assert judge(token(EC, "ES256", {"kid": "b"}, scope=None, scp=[WRITE])).scopes == {WRITE}
    assert judge(token(scope=None)).scopes == frozenset()


def unsigned():
    def part(told):
        return base64.urlsafe_b64encode(json.dumps(told).encode()).rstrip(b"=").decode()

    told = {"iss": ISSUER, "aud": AUDIENCE, "sub": "editor", "exp": time.time() + 60, "scope": READ}
    return f"{part({'alg': 'none', 'kid': 'a'})}.{part(told)}."


def by_the_public_key():
    """HS256 with the issuer's public key as its secret."""
    from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

    pem = RSA.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
    import hashlib
    import hmac

    head, body, _ = token().split(".")
    head = base64.urlsafe_b64encode(b'{"alg":"HS256","kid":"a"}').rstrip(b"=").decode()
    seal = hmac.new(pem, f"{head}.{body}".encode(), hashlib.sha256).digest()
    return f"{head}.{body}.{base64.urlsafe_b64encode(seal).rstrip(b'=').decode()}"


BAD = {
    "another key": lambda: token(OTHER),
    "another issuer": lambda: token(iss="https://evil.example"),
    "another audience": lambda: token(aud="other"),
    "no audience": lambda: token(aud=None),
    "nobody": lambda: token(sub=None),
    "two lines": lambda: token(sub="editor\nwork"),
    "for ever": lambda: token(exp=None),
    "over": lambda: token(exp=time.time() - 3600),
    "not yet": lambda: token(nbf=time.time() + 3600),
    "unknown key": lambda: token(headers={"kid": "z"}),
    "key of another algorithm": lambda: token(headers={"kid": "b"}),
    "unsigned": unsigned,
    "public key as a secret": by_the_public_key,
    "cut": lambda: token()[:-10],
    "no token": lambda: "x",
    "dots": lambda: "...",
    "long": lambda: "a" * 100_000,
    "odd": lambda: "\u00e9.\u00e9.\u00e9",
}


@pytest.mark.parametrize("made", BAD.values(), ids=BAD)
def test_all_else_is_worth_nothing(judge, made):
    assert judge(made()) is None


def test_a_new_key_is_fetched_once_a_minute_at_most(choice, keys):
    now = [0.0]
    tokens = IssuedTokens(choice, lambda: now[0])
    tokens.check()
    renewed = token(OTHER, headers={"kid": "c"})
    assert tokens.judge(renewed) is None
    keys.write_text(json.dumps({"keys": [jwk(OTHER, "c")]}))
    assert tokens.judge(renewed) is None
    now[0] = 61
    assert tokens.judge(renewed).subject == "editor"
    assert tokens.judge(token()) is None, "what the issuer withdrew is worth nothing"


def test_keys_that_were_fetched_hold_while_the_issuer_is_out_of_reach(choice, keys):
    now = [0.0]
    tokens = IssuedTokens(choice, lambda: now[0])
    tokens.check()
    keys.unlink()
    now[0] = 4_000
    assert tokens.judge(token()).subject == "editor"


@pytest.mark.parametrize("text", ["", "{", "[]", '{"keys": 1}', '{"keys": []}', "[" * 100_000])
def test_keys_that_do_not_read_are_told(choice, keys, text):
    keys.write_text(text)
    with pytest.raises(ConfigError) as told:
        IssuedTokens(choice).check()
    assert told.value.next_step


def test_no_keys_is_told(choice, tmp_path):
    with pytest.raises(ConfigError):
        IssuedTokens(replace(choice, keys=str(tmp_path / "none"))).check()


def test_the_address_of_the_keys_is_asked_whole(choice, keys, monkeypatch):
    asked = []

    def carry(server, request, seconds):
        asked.append((server.host, request.path))
        return HttpsAnswer(200, "application/json", keys.read_bytes())

    monkeypatch.setattr(tokens, "carry", carry)
    for query in ("", "?tenant=7&p=a%20b"):
        IssuedTokens(replace(choice, keys=f"https://login.example/keys{query}")).check()
    assert asked == [
        ("login.example", "/keys"),
        ("login.example", "/keys?tenant=7&p=a%20b"),
    ]
