"""The door in a real browser: the lock, its code, a half-made visit after it, another program at the port."""

from __future__ import annotations

import re
import signal
import socketserver
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import ClassVar

import pytest
from playwright.sync_api import expect
from practice_desk import PracticeDesk
from watched_page import OpenPage, WatchedPage

CODE = "4071"


@pytest.fixture
def page(desk: PracticeDesk, open_page: OpenPage) -> Iterator[WatchedPage]:
    page = open_page()
    page.forgive("status of 4(01|10|23)")  # the door's answers
    page.forgive("ERR_(CONNECTION|EMPTY|SOCKET)")  # a host that was stopped
    page.enter(desk.link)
    return page


def give(page: WatchedPage, code: str) -> None:
    for digit in code:
        page.page.locator(f".pad [data-key='{digit}']").click()


def choose_code(page: WatchedPage) -> None:
    page.show("/verrouillage/code")
    give(page, CODE)
    expect(page.title).to_have_text("Encore une fois")
    give(page, CODE)
    expect(page.title).to_have_text("Verrouillage")


def lock(page: WatchedPage) -> None:
    page.show("/verrouillage")
    page.page.get_by_role("button", name="Verrouiller maintenant").last.click()
    expect(page.title).to_have_text("Tournée est verrouillée")


def test_locked_nothing_of_a_patient_is_on_the_page(desk: PracticeDesk, page: WatchedPage):
    name = page.page.locator(".next h2").inner_text()
    choose_code(page)
    lock(page)
    content = page.page.content()
    assert name not in content
    assert name.split()[-1] not in content
    assert page.page.title() == "Verrouillé · Tournée"
    assert page.axe() == []


def test_the_code_brings_back_where_she_was(desk: PracticeDesk, page: WatchedPage):
    choose_code(page)
    lock(page)
    give(page, "9182")
    expect(page.page.locator("[data-essais]")).to_have_text("4 essais")
    give(page, CODE)
    expect(page.title).to_have_text("Verrouillage")


def test_a_half_made_visit_is_there_again_after_the_lock(desk: PracticeDesk, page: WatchedPage):
    desk.insert("infirmiere", "ps")
    expect(page.page.locator(".status .lock")).to_be_visible()
    choose_code(page)
    page.show("/tournee")
    page.page.locator("a.visit", has_text="injection sous-cutanée").first.click()
    extra = page.page.get_by_role("switch").first
    told = {"true": "false", "false": "true"}[
        extra.get_attribute("aria-checked")
    ]  # as the day has it, or not
    extra.click()
    expect(extra).to_have_attribute("aria-checked", told)
    address = page.address
    desk.kill()  # the lock, and a host that starts anew: locked, for there is a code
    expect(page.title).to_have_text("Tournée s’est arrêtée")
    desk.serve()
    expect(page.title).to_have_text("Tournée est verrouillée")
    give(page, CODE)
    expect(extra).to_have_attribute("aria-checked", told)
    assert page.address == address


def test_the_lock_forgets_the_code_porteur(desk: PracticeDesk, page: WatchedPage):
    desk.insert("infirmiere", "ps")
    expect(page.page.locator(".status .lock")).to_be_visible()
    page.show("/code?vers=%2Flecteur")
    give(page, "1234")
    expect(page.page.get_by_text(re.compile("Code gardé jusqu’à"))).to_be_visible()
    choose_code(page)
    lock(page)
    give(page, CODE)
    expect(page.page.locator(".status .lock")).to_be_visible()


def test_a_wrong_code_porteur_says_how_many_tries_are_left(desk: PracticeDesk, page: WatchedPage):
    desk.insert("infirmiere", "ps")
    expect(page.page.locator(".status .lock")).to_be_visible()
    page.show("/code?vers=%2Flecteur")
    give(page, "9999")
    expect(page.page.locator(".hero .lead")).to_contain_text("Encore 2 essais")
    give(page, "1234")
    expect(page.title).to_have_text("Lecteur")


def test_after_five_wrong_codes_the_page_is_closed(desk: PracticeDesk, page: WatchedPage):
    choose_code(page)
    lock(page)
    for left in ("4 essais", "3 essais", "2 essais", "1 essai"):
        give(page, "9182")
        expect(page.page.locator("[data-essais]")).to_have_text(left)
    give(page, "9182")
    expect(page.title).to_have_text("Le code n’ouvre plus cette page")
    page.page.goto("about:blank")
    page.enter(desk.link)


def test_a_host_that_comes_back_is_taken_up_by_the_page_itself(desk: PracticeDesk, page: WatchedPage):
    page.show("/reglages")
    desk.kill()
    expect(page.title).to_have_text("Tournée s’est arrêtée")
    desk.serve()
    expect(page.title).to_have_text("Réglages")


class _Liar(BaseHTTPRequestHandler):
    """Answers everything at the door as if all were well, and counts what it is told."""

    told: ClassVar[list[bytes]] = []

    def do_POST(self) -> None:
        self.told.append(self.rfile.read(int(self.headers["content-length"])))
        self._answer(b'{"alea": "aaaa", "preuve": "bbbb", "jeton": "cccc", "aller": ""}')

    def do_GET(self) -> None:
        self._answer(b"{}")

    def _answer(self, data: bytes) -> None:
        self.send_response(200)
        self.send_header("content-type", "application/json")
        self.end_headers()
        self.wfile.write(data)

    def log_message(self, *_: object) -> None:
        return


def test_another_program_at_the_port_is_found_out(desk: PracticeDesk, page: WatchedPage):
    choose_code(page)
    desk.host.send_signal(signal.SIGKILL)
    desk.kill()
    socketserver.TCPServer.allow_reuse_address = True
    _Liar.told.clear()
    with ThreadingHTTPServer(("127.0.0.1", desk.port), _Liar) as liar:
        thread = threading.Thread(target=liar.serve_forever)
        thread.start()
        try:
            expect(page.title).to_have_text("Ce n’est pas Tournée qui répond")
        finally:
            liar.shutdown()
            thread.join()
    assert not any(CODE.encode() in one or b"preuve" in one for one in _Liar.told)


def test_a_link_that_was_used_opens_nothing(desk: PracticeDesk, open_page: OpenPage):
    link = desk.link
    open_page().enter(link)
    stranger = open_page()
    stranger.forgive("status of 403")
    stranger.page.goto(link)
    expect(stranger.title).to_have_text("Cette page n’est pas ouverte ici")


def test_a_device_that_is_revoked_is_out(desk: PracticeDesk, page: WatchedPage, open_page: OpenPage):
    other = open_page()
    other.forgive("status of 40[13]")
    other.enter(desk.link)
    page.show("/verrouillage")
    page.page.get_by_role("button", name=re.compile("^Retirer ")).click()
    page.page.get_by_role("button", name="Oui, retirer").click()
    expect(other.title).to_have_text("Cette page n’est pas ouverte ici")
