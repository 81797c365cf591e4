"""`tournee serve` as it is typed: on this machine with its token, or behind TLS with an issuer's tokens."""

import json
import signal
import ssl
import stat
import subprocess
import sys
import time
from contextlib import contextmanager

import httpx
import jwt
import pytest
import tomlkit
from cryptography.hazmat.primitives.asymmetric import rsa
from editor import blood_taken, day, settings
from tls_authority import Authority

TOLD = json.loads(json.dumps(day(blood_taken("a")), default=str))


@pytest.fixture
def configuration(tmp_path, identity):
    def write(**http):
        path = tmp_path / "tournee.toml"
        path.write_text(tomlkit.dumps(settings(identity) | ({"http": http} if http else {})))
        return path

    return write


@contextmanager
def serving(path, *options):
    command = [sys.executable, "-m", "tournee.cli", "--config", str(path), "serve", "--port", "0", *options]
    with subprocess.Popen([*command, "--json"], stdout=subprocess.PIPE, text=True) as running:
        try:
            yield json.loads(running.stdout.readline()), running
        finally:
            running.kill()


def refused(path):
    command = [sys.executable, "-m", "tournee.cli", "--config", str(path), "serve", "--port", "0"]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60)
    return done.returncode, done.stderr


def test_on_this_machine_its_token_is_in_a_file_of_its_owner_and_answers_outlive_it(configuration):
    path = configuration()
    with serving(path) as (told, running):
        file = path.parent / "http.jeton"
        assert told["token_file"] == str(file) and stat.S_IMODE(file.stat().st_mode) == 0o600
        headers = {"authorization": f"Bearer {file.read_text().strip()}"}
        with httpx.Client(base_url=told["url"], headers=headers, timeout=30) as ask:
            assert httpx.get(f"{told['url']}/v1/invoices").status_code == 401
            first = ask.post("/v1/visits", json=TOLD, headers={"idempotency-key": "k"})
            assert first.status_code == 200
            begun = ask.post("/v1/certifications", json={"code": "1234"}).json()
            with ask.stream("GET", f"/v1/works/{begun['id']}/events") as events:
                events.read()
            ended = ask.get(f"/v1/works/{begun['id']}").json()
            assert ended["state"] == "failed" and ended["problem"]["next_step"]
        running.send_signal(signal.SIGTERM)
        assert running.wait(20) == 0
    with serving(path) as (told, _), httpx.Client(base_url=told["url"], headers=headers, timeout=30) as ask:
        again = ask.post("/v1/visits", json=TOLD, headers={"idempotency-key": "k"})
        assert again.json() == first.json(), "the token, and the answer to the key, are still those"
        assert ask.get(f"/v1/works/{begun['id']}").json() == ended
        with ask.stream("GET", f"/v1/works/{begun['id']}/events") as events:
            assert "event: failed" in list(events.iter_lines())


def test_work_that_was_killed_is_told_as_interrupted(configuration, board):
    path = configuration()
    with serving(path) as (told, running):
        headers = {"authorization": f"Bearer {(path.parent / 'http.jeton').read_text().strip()}"}
        with httpx.Client(base_url=told["url"], headers=headers, timeout=30) as ask:
            body = {"name": "all.tournee", "passphrase": "cinq mots sans lien aucun entre eux"}
            begun = ask.post("/v1/backups", json=body).json()
            running.kill()
            running.wait()
    with serving(path) as (told, _), httpx.Client(base_url=told["url"], headers=headers, timeout=30) as ask:
        assert ask.get(f"/v1/works/{begun['id']}").json()["state"] in ("interrupted", "done")


def test_behind_tls_an_issuers_token_lets_in_by_what_it_permits(configuration, tmp_path):
    key, certificate = Authority(tmp_path).issue("server", ["127.0.0.1"])
    issuer = rsa.generate_private_key(65537, 2048)
    told = json.loads(jwt.algorithms.RSAAlgorithm.to_jwk(issuer.public_key())) | {"kid": "a"}
    (tmp_path / "jwks.json").write_text(json.dumps({"keys": [told]}))
    path = configuration(
        adresse="0.0.0.0",
        certificat=str(certificate),
        cle=str(key),
        emetteur="https://login.example",
        audience="cabinet",
        cles="jwks.json",
    )

    def token(scope):
        told = {"iss": "https://login.example", "aud": "cabinet", "sub": "e", "exp": time.time() + 60}
        return {
            "authorization": "Bearer " + jwt.encode(told | {"scope": scope}, issuer, "RS256", {"kid": "a"})
        }

    with serving(path) as (started, _):
        assert started["token_file"] is None and started["url"].startswith("https://")
        url = f"https://127.0.0.1:{started['port']}"
        trusted = ssl.create_default_context(cafile=tmp_path / "authority.pem")
        with httpx.Client(base_url=url, verify=trusted, timeout=30) as ask:
            assert ask.get("/v1/invoices").status_code == 401
            assert ask.get("/v1/invoices", headers=token("tournee:read")).status_code == 200
            stopped = ask.post("/v1/visits", json=TOLD, headers=token("tournee:read"))
            assert stopped.status_code == 403 and "tournee:write" in stopped.headers["www-authenticate"]
            taken = ask.post("/v1/visits", json=TOLD, headers=token("tournee:write"))
            assert taken.status_code == 200


OPEN_TO_ALL = {
    "no TLS": {"adresse": "0.0.0.0", "emetteur": "https://i.example", "audience": "a", "cles": "jwks.json"},
    "no issuer": {"adresse": "0.0.0.0", "certificat": "c.pem", "cle": "k.pem"},
    "half an issuer": {"emetteur": "https://i.example"},
    "no address": {"adresse": "localhost"},
    "half a certificate": {"certificat": "c.pem"},
    "no certificate": {"certificat": "c.pem", "cle": "k.pem"},
    "no keys": {"emetteur": "https://i.example", "audience": "a", "cles": "none.json"},
    "unknown key": {"adresses": "127.0.0.1"},
}


@pytest.mark.parametrize("http", OPEN_TO_ALL.values(), ids=OPEN_TO_ALL)
def test_what_would_stand_open_is_not_served(configuration, http):
    status, told = refused(configuration(**http))
    assert status == 3 and "http" in told
