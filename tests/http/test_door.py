"""Who is let in, and how much of what they say is read."""

import json
import socket

import httpx
import pytest
from editor import blood_taken, day

from tournee.asgi.bodies import BodyBound
from tournee.http import door


@pytest.mark.parametrize(
    "header", [None, "", "Bearer", "Bearer wrong", "Basic dDp0", "Bearer " + "t" * 42, "Bearer é"]
)
def test_without_the_token_nothing_is_told(here, header):
    headers = [] if header is None else [(b"authorization", header.encode())]
    got = httpx.get(f"{here.url}/v1/invoices", headers=headers)
    assert got.status_code == 401 and got.headers["www-authenticate"].startswith("Bearer")
    assert got.headers["content-type"] == "application/problem+json"
    assert got.json()["status"] == 401


@pytest.mark.parametrize("host", ["evil.example", "127.0.0.1", "localhost:1", ""])
def test_a_name_made_to_lead_here_is_refused(here, host):
    for path in ("/v1/invoices", "/docs", "/v1/health"):
        assert here.client.get(path, headers={"host": host}).status_code == 421


def test_health_and_the_description_are_open_and_say_that_it_is_a_simulation(here):
    health = httpx.get(f"{here.url}/v1/health").json()
    assert health["simulation"] is True and health["profile"] == "open-1"
    described = httpx.get(f"{here.url}/openapi.json").json()
    assert described["openapi"].startswith("3.1") and "Simulation" in described["info"]["description"]


def test_the_page_to_try_it_takes_everything_from_this_server(here):
    page = httpx.get(f"{here.url}/docs").text
    assert "//" not in page.replace(here.url, "").replace("://" + here.url, "") or "http" not in page
    assert "static-offline-docs" in page
    assert httpx.get(f"{here.url}/static-offline-docs/swagger-ui-bundle.js").status_code == 200


@pytest.mark.parametrize("told", ["33554433", "9" * 30, "-1", "1e3"])
def test_a_body_said_to_be_too_long_is_not_read(here, told):
    host, port = here.url.removeprefix("http://").split(":")
    with socket.create_connection((host, int(port)), 10) as line:
        head = f"POST /v1/returns HTTP/1.1\r\nHost: {host}:{port}\r\nAuthorization: Bearer {'t' * 43}\r\n"
        line.sendall(f"{head}Content-Length: {told}\r\n\r\nx".encode())
        assert line.recv(100).split(b" ")[1] in (b"413", b"400")


def test_deep_and_odd_json_is_refused_and_the_next_is_served(here):
    for body in (
        b"[" * 100_000,
        b'{"a":' * 50_000,
        b"\xff\xfe",
        b"",
        b"null",
        b"[]",
        b'{"journee": 1}',
        b"NaN",
    ):
        got = here.client.post("/v1/visits", content=body, headers={"content-type": "application/json"})
        assert got.status_code in (400, 422), (body[:20], got.text)
        assert got.headers["content-type"] == "application/problem+json"
    assert here.client.get("/v1/invoices").status_code == 200


def test_what_is_not_there_is_a_problem_too(here):
    for path in ("/", "/v1/none", "/v1/works/none", "/v1/works/none/events"):
        got = here.client.get(path)
        assert (got.status_code, got.headers["content-type"]) == (404, "application/problem+json"), path
    assert here.client.delete("/v1/invoices").status_code == 405


JSON_ROUTES = {
    "/v1/prices": {},
    "/v1/visits": {},
    "/v1/visits again": {"idempotency-key": "k"},
    "/v1/lots": {},
    "/v1/returns": {},
}


def test_a_body_that_is_too_long_is_told_so_on_every_route(here, monkeypatch):
    monkeypatch.setattr(door, "BODY", BodyBound(1000, 30.0))
    body = b"[" * 1001
    for path, more in JSON_ROUTES.items():
        for content in (body, iter([body])):
            headers = {"content-type": "application/json", **more}
            got = here.client.post(path.split()[0], content=content, headers=headers)
            assert (got.status_code, got.json()["status"]) == (413, 413), path


def test_a_body_that_is_too_slow_is_told_so_on_every_route(here, monkeypatch):
    monkeypatch.setattr(door, "BODY", BodyBound(1000, 0.05))
    where, port = here.url.removeprefix("http://").split(":")
    for path, more in JSON_ROUTES.items():
        headers = {
            "Host": f"{where}:{port}",
            "Authorization": f"Bearer {'t' * 43}",
            "Content-Type": "application/json",
            "Content-Length": "9",
            **more,
        }
        told = "".join(f"{name}: {value}\r\n" for name, value in headers.items())
        with socket.create_connection((where, int(port)), 10) as line:
            line.sendall(f"POST {path.split()[0]} HTTP/1.1\r\n{told}\r\n[".encode())
            assert line.recv(100).split(b" ")[1] == b"408", path


def test_what_is_wrong_in_a_form_is_said_in_french(here):
    for path, body, text in (
        ("/v1/lots", {}, "il manque"),
        ("/v1/lots", {"code": ""}, "trop court : 1 au moins"),
        ("/v1/lots", {"code": "1", "situation": 100}, "99 au plus est attendu"),
        ("/v1/lots", {"code": "1", "situation": "x"}, "un nombre entier est attendu"),
        ("/v1/files/000001/sendings", {"accepted": 2}, "true ou false est attendu"),
        ("/v1/files/000001/sendings", [], "un objet est attendu"),
        ("/v1/visits", "x", "un objet est attendu"),
        ("/v1/certifications", {"code": "1", "visits": 1}, "une liste est attendue"),
        ("/v1/certifications", {"code": "1", "visits": [2**53]}, "moins de 9007199254740992 est attendu"),
        ("/v1/backups", {"name": "/", "passphrase": "x"}, "n’a pas la forme attendue : ^[A-Za-z0-9]"),
    ):
        got = here.client.post(path, json=body)
        assert got.status_code == 422
        assert got.json()["mistakes"][0]["text"].startswith(text), got.text


def test_what_is_wrong_in_a_question_is_said_in_french(here):
    got = here.client.get("/v1/invoices", params={"states": "none", "since": "x", "limit": 0})
    since, states, limit = (one["text"] for one in got.json()["mistakes"])
    assert since == "cette valeur n’a pas la forme attendue"
    assert states.startswith("une de ces valeurs est attendue : 'made'")
    assert " ou 'abandoned'" in states
    assert limit == "1 au moins est attendu"


def test_prices_are_asked_by_a_token_that_permits_to_ask(to_read):
    told = json.loads(json.dumps(day(blood_taken("a")), default=str))
    assert to_read.client.post("/v1/prices", json=told).json()["visits"][0]["fee"] > 0
    assert to_read.client.post("/v1/visits", json=told).status_code == 403
