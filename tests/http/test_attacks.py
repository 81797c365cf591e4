"""What a stranger, or a client gone wrong, may send: refused in words, or let go of; the next is served."""

import json
import socket
import threading

import httpx
import pytest
from editor import blood_taken, day

from tournee.asgi import soon_heard
from tournee.http.work import LISTENERS_MAX

DAY = json.loads(json.dumps(day(blood_taken("a")), default=str))
JSON = {"content-type": "application/json"}


@pytest.mark.parametrize(
    ("path", "body"),
    [
        ("/v1/lots", '{"code": "1", "code": "1234"}'),
        ("/v1/visits", '{"visite": [], ' + json.dumps(DAY)[1:]),
        ("/v1/prices", json.dumps(DAY).replace('"total"', "NaN")),
        ("/v1/visits", json.dumps(DAY).replace('"total"', "-Infinity")),
    ],
    ids=["code twice", "visits twice", "NaN", "infinity"],
)
def test_json_that_says_two_things_or_no_number_is_refused(here, path, body):
    got = here.client.post(path, content=body, headers=JSON)
    assert got.status_code == 400 and got.json()["cause"]
    assert got.headers["content-type"] == "application/problem+json"


def test_two_keys_are_none(here):
    headers = [("idempotency-key", "a"), ("idempotency-key", "b")]
    assert here.client.post("/v1/files", headers=headers).status_code == 400


def test_a_secret_that_is_no_text_is_refused_at_once(here):
    for path, told in (
        ("/v1/lots", '{"code": "\\ud800"}'),
        ("/v1/backups", '{"name": "a", "passphrase": "\\ud800"}'),
    ):
        assert here.client.post(path, content=told, headers=JSON).status_code == 422


def test_what_begins_like_what_is_open_is_not(here):
    for path in ("/docsx", "/v1/healthz", "/openapi.json/x", "/v1/health/x"):
        assert httpx.get(here.url + path).status_code == 401


def test_who_leaves_in_the_middle_of_a_body_leaves_no_trace(here, capfd, caplog):
    host, port = here.url.removeprefix("http://").split(":")
    head = f"POST /v1/returns HTTP/1.1\r\nHost: {host}:{port}\r\nAuthorization: Bearer {'t' * 43}\r\n"
    for rest in ("Content-Length: 9\r\n\r\nab", "Transfer-Encoding: chunked\r\n\r\n5\r\nab"):
        with socket.create_connection((host, int(port)), 10) as line:
            line.sendall((head + rest).encode())
    assert here.client.get("/v1/invoices").status_code == 200
    assert "Traceback" not in capfd.readouterr().err + caplog.text


def test_listeners_hold_no_thread_and_no_more_than_may_are_let_in(here):
    ended = threading.Event()

    def wait(tell):
        tell("visit", "{}")
        ended.wait(60)
        return ()

    begun = here.works.begin("sendings", "local", wait)
    host, port = here.url.removeprefix("http://").split(":")
    asked = f"GET /v1/works/{begun.id}/events HTTP/1.1\r\nHost: {host}:{port}\r\n"
    asked += f"Authorization: Bearer {'t' * 43}\r\n\r\n"
    lines = [socket.create_connection((host, int(port)), 30) for _ in range(LISTENERS_MAX)]
    try:
        heard = []
        for line in lines:
            line.sendall(asked.encode())
            with line.makefile("rb") as told:
                heard.append(next(word for word in told if word.startswith(b"event: ")))
        assert heard == [b"event: visit\n"] * LISTENERS_MAX
        assert here.client.get("/v1/invoices").status_code == 200
        assert here.client.get(f"/v1/works/{begun.id}/events").status_code == 429
    finally:
        ended.set()
        for line in lines:
            line.close()


def test_more_lines_than_may_be_are_closed(here, monkeypatch):
    monkeypatch.setattr(soon_heard, "LINES_MAX", 3)
    host, port = here.url.removeprefix("http://").split(":")
    lines = [socket.create_connection((host, int(port)), 10) for _ in range(5)]
    try:
        assert lines[-1].recv(1) == b"", "closed by the server before its head is asked for"
    finally:
        for line in lines:
            line.close()
    assert httpx.get(f"{here.url}/v1/health").status_code == 200


def test_a_key_and_a_work_are_those_of_who_asked(to_many):
    one, other = ({"authorization": f"Bearer {name}", "idempotency-key": "k"} for name in ("one", "other"))
    first = httpx.post(f"{to_many.url}/v1/visits", json=DAY, headers=one)
    second = httpx.post(f"{to_many.url}/v1/visits", json=DAY, headers=other)
    assert [got.json()["visits"][0]["answer"] for got in (first, second)] == ["new", "known"]
    sending = {**one, "idempotency-key": "s"}
    begun = httpx.post(f"{to_many.url}/v1/sendings", headers=sending).headers["location"]
    for path in (begun, f"{begun}/events"):
        assert httpx.get(to_many.url + path, headers=other).status_code == 404
    assert httpx.get(to_many.url + begun, headers=one).status_code == 200
