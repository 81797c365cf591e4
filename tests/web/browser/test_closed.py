"""Closed to others, as a browser and a stranger's program meet it: another site, another name, no token."""

from __future__ import annotations

import http.client
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
from playwright.sync_api import expect
from practice_desk import PracticeDesk
from watched_page import OpenPage, WatchedPage

_ASK = """async (origin) => {
  const told = {};
  told.read = await fetch(`${origin}/ecran/tournee`).then((one) => one.status).catch(() => "refused");
  const blind = { mode: "no-cors", method: "POST", body: "code=1234" };
  told.blind = await fetch(`${origin}/ecran/code`, blind).then((one) => one.type).catch(() => "refused");
  told.wire = await new Promise((done) => {
    const wire = new WebSocket(`${origin.replace("http", "ws")}/fil`, ["tournee.1", "x"]);
    wire.onopen = () => done("open");
    wire.onclose = () => done("refused");
  });
  return told;
}"""


class _OtherSite(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        self.send_response(200)
        self.send_header("Content-Type", "text/html")
        self.end_headers()
        self.wfile.write(b"<title>Another site</title>")

    def log_message(self, *_: object) -> None:
        pass


@pytest.fixture
def other_origin() -> Iterator[str]:
    """A page of another program on this machine."""
    with ThreadingHTTPServer(("127.0.0.1", 0), _OtherSite) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://localhost:{server.server_port}"
        server.shutdown()


def status(desk: PracticeDesk, method: str, path: str, **headers: str) -> int:
    """What a program on this machine is answered."""
    connection = http.client.HTTPConnection("127.0.0.1", desk.port, timeout=20)
    connection.request(method, path, headers={"Host": f"localhost:{desk.port}"} | headers)
    found = connection.getresponse().status
    connection.close()
    return found


def test_another_sites_page_reads_nothing_does_nothing_and_has_no_wire(
    standing_desk: PracticeDesk, open_page: OpenPage, other_origin: str
):
    page = open_page()
    page.forgive("localhost")
    page.page.goto(other_origin)
    told = page.page.evaluate(_ASK, standing_desk.origin)
    assert told["read"] == "refused"
    assert told["wire"] == "refused"
    assert told["blind"] in ("opaque", "refused")  # sent unread: what the host says to it is below
    origin = {"Origin": other_origin}
    assert status(standing_desk, "POST", "/ecran/code", **origin) == 403


@pytest.mark.parametrize(
    ("headers", "expected"),
    [
        ({"Host": "page.example"}, 403),
        ({"Sec-Fetch-Site": "cross-site"}, 403),
        ({"Origin": "null"}, 403),
        ({"X-Tournee": "x" * 43}, 401),
        ({}, 401),
    ],
)
def test_another_name_or_no_token_is_refused(
    standing_desk: PracticeDesk, headers: dict[str, str], expected: int
):
    assert status(standing_desk, "GET", "/ecran/tournee", **headers) == expected


def test_a_link_that_was_used_opens_no_second_page(standing_desk: PracticeDesk, open_page: OpenPage):
    link = standing_desk.link
    open_page().enter(link)
    second = open_page()
    second.forgive("40[0-9]")
    second.page.goto(link)
    expect(second.page.locator("h1").last).not_to_be_empty()
    expect(second.page.locator(".headline")).to_have_count(0)


def test_two_windows_of_one_carer_both_show_what_the_other_did(desk: PracticeDesk, page: WatchedPage):
    other = WatchedPage(page.context)
    other.enter(desk.origin)
    desk.insert("infirmiere", "ps")
    for one in (page, other):
        expect(one.page.locator(".status .lock")).to_be_visible()
    assert other.unforgiven() == []
