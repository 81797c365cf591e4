"""Who is let in, and how much of what they say is read."""

import socket

import httpx
import pytest


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
