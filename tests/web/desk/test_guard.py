"""Who does not come from the page itself is refused, by a real server on loopback."""

from __future__ import annotations

import base64
import os
import socket

import pytest
from loopback import AtTheDoor

FORM = "application/x-www-form-urlencoded"


def test_a_request_without_the_token_is_refused(door: AtTheDoor):
    assert door.served.ask("GET", "/ecran/x")[0] == 401


def test_a_request_with_another_token_is_refused(door: AtTheDoor):
    door.token()
    assert door.served.ask("GET", "/ecran/x", x_tournee="x" * 43)[0] == 401


def test_a_request_with_the_token_passes(door: AtTheDoor):
    assert door.served.ask("GET", "/ecran/x", x_tournee=door.token())[0] == 200


def test_the_token_in_a_cookie_opens_nothing(door: AtTheDoor):
    assert door.served.ask("GET", "/ecran/x", cookie=f"X-Tournee={door.token()}")[0] == 401


def test_no_answer_sets_a_cookie(door: AtTheDoor):
    token = door.token()
    for path in ("/", "/ecran/x", "/nouvelles", "/static/x.js"):
        assert "set-cookie" not in door.served.ask("GET", path, x_tournee=token)[1]


@pytest.mark.parametrize("host", ["evil.example", "evil.example:80", "localhost", "localhost:1", "[::1]:80"])
def test_another_name_of_the_host_is_refused(door: AtTheDoor, host: str):
    assert door.served.ask("GET", "/", host=host)[0] == 403
    assert door.served.ask("GET", "/ecran/x", host=host, x_tournee=door.token())[0] == 403


@pytest.mark.parametrize("origin", ["http://evil.example", "http://localhost:1", "null", "https://localhost"])
def test_another_origin_is_refused(door: AtTheDoor, origin: str):
    asked = {"origin": origin, "x_tournee": door.token()}
    assert door.served.ask("POST", "/ecran/x", b"", **asked)[0] == 403
    assert door.served.ask("POST", "/entree/lien", b"{}", origin=origin)[0] == 403


@pytest.mark.parametrize("site", ["cross-site", "same-site", "other"])
def test_a_fetch_from_another_site_is_refused(door: AtTheDoor, site: str):
    asked = {"sec_fetch_site": site, "x_tournee": door.token()}
    assert door.served.ask("GET", "/ecran/x", **asked)[0] == 403
    assert door.served.ask("GET", "/", sec_fetch_site=site, sec_fetch_dest="iframe")[0] == 403
    assert door.served.ask("GET", "/static/x.js", sec_fetch_site=site, sec_fetch_dest="script")[0] == 403


def test_the_file_with_the_link_may_lead_to_the_shell(door: AtTheDoor):
    assert door.served.ask("GET", "/", sec_fetch_site="cross-site", sec_fetch_dest="document")[0] == 200


@pytest.mark.parametrize("method", ["OPTIONS", "PUT", "DELETE", "PATCH", "TRACE"])
def test_preflights_and_other_methods_are_refused(door: AtTheDoor, method: str):
    asked = {"origin": door.served.origin, "access_control_request_method": "POST", "x_tournee": door.token()}
    assert door.served.ask(method, "/ecran/x", **asked)[0] == 403


def test_every_answer_forbids_frames_and_foreign_code(door: AtTheDoor):
    for path, status in (("/", 200), ("/ecran/x", 401)):
        got, headers, _ = door.served.ask("GET", path)
        assert got == status
        assert "default-src 'none'" in headers["content-security-policy"]
        assert "frame-ancestors 'none'" in headers["content-security-policy"]
        assert "unsafe" not in headers["content-security-policy"]
        assert headers["cache-control"] == "no-store"
        assert headers["referrer-policy"] == "no-referrer"


def test_a_form_that_is_too_long_is_refused_before_it_is_read(door: AtTheDoor):
    token = door.token()
    assert door.served.ask("POST", "/ecran/x", b"x" * 65_536, x_tournee=token, content_type=FORM)[0] == 200
    head = f"POST /ecran/x HTTP/1.1\r\nHost: {door.served.host}\r\nX-Tournee: {token}\r\n"
    told = f"{head}Content-Type: {FORM}\r\nContent-Length: 65537\r\n\r\n"
    assert door.served.say(told.encode()).startswith(b"HTTP/1.1 413")


def test_a_form_in_pieces_is_cut_where_it_is_too_long(door: AtTheDoor):
    head = f"POST /ecran/x HTTP/1.1\r\nHost: {door.served.host}\r\nX-Tournee: {door.token()}\r\n"
    told = f"{head}Content-Type: {FORM}\r\nTransfer-Encoding: chunked\r\n\r\n"
    pieces = (b"1000\r\n" + b"x" * 4096 + b"\r\n") * 17
    assert door.served.say(told.encode() + pieces).startswith(b"HTTP/1.1 413")


def test_what_is_asked_at_the_door_is_short(door: AtTheDoor):
    assert door.served.ask("POST", "/entree/lien", b"x" * 4_097, content_type="application/json")[0] == 413


def test_a_body_that_does_not_come_is_cut(door: AtTheDoor):
    head = f"POST /ecran/x HTTP/1.1\r\nHost: {door.served.host}\r\nX-Tournee: {door.token()}\r\n"
    told = f"{head}Content-Type: {FORM}\r\nContent-Length: 10\r\n\r\nx"
    assert door.served.say(told.encode()).startswith(b"HTTP/1.1 408")


@pytest.mark.parametrize("begun", [b"", b"GET / HTTP/1.1\r\nHost: loc"])
def test_a_head_that_does_not_come_is_cut(door: AtTheDoor, begun: bytes):
    assert door.served.say(begun) == b""


def test_a_second_head_that_does_not_come_is_cut(door: AtTheDoor):
    with socket.create_connection(("127.0.0.1", door.served.port), 2) as line:
        line.sendall(f"GET / HTTP/1.1\r\nHost: {door.served.host}\r\n\r\n".encode())
        assert line.recv(4096).startswith(b"HTTP/1.1 200")
        line.sendall(b"GET / HT")
        while line.recv(4096):
            pass


def test_it_listens_on_this_machine_alone(door: AtTheDoor):
    others = {one[4][0] for one in socket.getaddrinfo(socket.gethostname(), None, socket.AF_INET)}
    for address in others - {"127.0.0.1"}:
        with pytest.raises(OSError):
            socket.create_connection((address, door.served.port), 2).close()


def _shake(door: AtTheDoor, protocols: str, **more: str) -> bytes:
    """A WebSocket's handshake; the answer's first line."""
    told = {
        "Host": door.served.host,
        "Upgrade": "websocket",
        "Connection": "Upgrade",
        "Sec-WebSocket-Version": "13",
        "Sec-WebSocket-Key": base64.b64encode(os.urandom(16)).decode(),
        "Sec-WebSocket-Protocol": protocols,
        "Origin": door.served.origin,
    } | more
    head = "".join(f"{name}: {value}\r\n" for name, value in told.items() if value)
    with socket.create_connection(("127.0.0.1", door.served.port), 20) as line:
        line.sendall(f"GET /fil HTTP/1.1\r\n{head}\r\n".encode())
        return line.recv(4096).split(b"\r\n", 1)[0]


def test_a_websocket_with_the_token_is_open(door: AtTheDoor):
    assert b" 101" in _shake(door, f"tournee.1, {door.token()}")


def test_a_websocket_without_the_token_is_refused(door: AtTheDoor):
    token = door.token()
    assert b" 403" in _shake(door, "tournee.1")
    assert b" 403" in _shake(door, f"tournee.1, {token[::-1]}")
    assert b" 403" in _shake(door, f"tournee.2, {token}")


def test_a_websocket_of_another_origin_or_of_none_is_refused(door: AtTheDoor):
    asked = f"tournee.1, {door.token()}"
    assert b" 403" in _shake(door, asked, Origin="http://evil.example")
    assert b" 403" in _shake(door, asked, Origin="")
    assert b" 403" in _shake(door, asked, Host="evil.example")
