"""Each service and each way in which it is bad: a French error of its kind, nothing lost, the next one works.

DRT-4, AMC-6, ACV-6, ORD-6, MAJ-2.
"""

from __future__ import annotations

import base64
import json
import re
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pytest
from phone_bench import Ticking

from tournee.app.cards import PsOnDuty, read_ps, unlock
from tournee.app.context import Office
from tournee.app.practice.patients import add_patient
from tournee.app.services.card_update.updating import update_card
from tournee.app.services.insurers import rights as insurers
from tournee.app.services.phone_card.asking import asserted_by
from tournee.app.services.phone_card.reading import read_phone
from tournee.app.services.prescriptions.orders import keep_number
from tournee.app.services.rights.asking import ask_rights
from tournee.app.visits.importing import import_day
from tournee.billing.identity import Patient
from tournee.billing.zones.card import patients_from_groups
from tournee.config.services import ServiceChoice, Services
from tournee.emulation.board import EmulatedBoard
from tournee.emulation.card_updates import FOLDER as CARDS
from tournee.emulation.card_updates import UpdatableCards
from tournee.emulation.cards import load_card
from tournee.emulation.services.counterpart import Reply
from tournee.emulation.services.phone import FOLDER, EmulatedPhone
from tournee.emulation.services.prescription_base import numbers
from tournee.emulation.services.registered import COUNTERPARTS, StandingServices
from tournee.emulation.services.standing import Trouble, own_tls
from tournee.errors import ServiceError
from tournee.exchange.route import Route
from tournee.practice.patient_file import PatientFile
from tournee.reader import Reader
from tournee.services.insurers.messages import InsuredAsked
from tournee.services.phone_card.code import code_of_text
from tournee.services.point import ServicePoint
from tournee.store import Cipher, Journal, RequestState, ServiceRow

SHOWN = "\u202e\x1b[2J\u2028"
"""What turns writing around, wipes a terminal, breaks a line."""

THOMAS = PatientFile("MOREAU", "THOMAS", "19820412", nir="1820475113042", key="45")
PATHS = {"droits": "/droits", "amc": "/", "apcv": "/", "ordonnance": "/", "maj": "/"}
WAITS = ("droits", "amc", "ordonnance")
BOMB = b"""<?xml version="1.0"?><!DOCTYPE b [<!ENTITY a "aaaaaaaaaa">
<!ENTITY c "&a;&a;&a;&a;&a;&a;&a;&a;&a;&a;"><!ENTITY d "&c;&c;&c;&c;&c;&c;&c;&c;&c;&c;">]><b>&d;</b>"""
DEEP = b'{"lignes":' + b"[" * 9000 + b"]" * 9000 + b"}"


@dataclass
class Standing:
    """What stands for the module."""

    folder: Path
    services: StandingServices
    clock: Ticking
    reader: Reader
    ps: PsOnDuty
    martinez: Patient
    other: Path  # an authority that signed none of them


@pytest.fixture(scope="module")
def standing(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Standing]:
    folder, clock = tmp_path_factory.mktemp("bad"), Ticking()
    with EmulatedBoard() as board, StandingServices(folder, clock) as services:
        board.insert("ps", load_card("infirmiere"))
        board.insert("vitale", load_card("martinez"))
        with Reader.open(board.link_url) as reader:
            reader.set_date(clock())
            ps = read_ps(reader)
            unlock(reader, lambda: "1234")
            (martinez,) = patients_from_groups(reader.read_vitale().groups)
            other = own_tls(tmp_path_factory.mktemp("other")).authority
            yield Standing(folder, services, clock, reader, ps, martinez, other)


class CardOfFolder:
    """An emulated card that can be updated."""

    def __init__(self, folder: Path) -> None:
        self._cards = UpdatableCards(folder)

    def state(self) -> tuple[str, int, bytes]:
        serial, now = self._cards.state("martinez")
        return serial, now.counter, now.digest

    def update(self, update: bytes) -> tuple[bytes, int]:
        after = self._cards.update("martinez", update)
        return after.digest, after.counter


class Bench:
    """One office that asks any of them, its clock its own."""

    def __init__(self, made: Standing, office: Office, now: Ticking, path: Path) -> None:
        self.made, self.office, self.clock, self.path = made, office, now, path
        self.patient = add_patient(office, THOMAS)
        self.number = numbers(made.services["ordonnance"].folder)[0]
        self.asserts = asserted_by(office, made.reader, made.ps)

    def point(self, name: str, **other: Any) -> None:
        """Have a service asked there."""
        chosen = {**self.office.services.chosen}
        chosen[name] = replace(chosen[name], point=replace(chosen[name].point, **other))
        self.office.services = Services(chosen)

    def ask(self, name: str) -> ServiceRow:
        """Ask it once as a carer does: what the journal has of it then. Raises a ServiceError."""
        return getattr(self, f"_{name}")()

    def _droits(self) -> ServiceRow:
        return ask_rights(self.office, self.made.martinez, self.made.ps, self.made.reader)

    def _amc(self) -> ServiceRow:
        day = self.clock().date()
        who = InsuredAsked("0099900009", "ADH1", THOMAS.nir, THOMAS.born, "1", day)
        return self.office.journal.requests.get(insurers.ask_rights(self.office, who).request)

    def _ordonnance(self) -> ServiceRow:
        return keep_number(self.office, self.patient, self.number, self.asserts)

    def _apcv(self) -> ServiceRow:
        phone = EmulatedPhone(self.made.services["apcv"].folder / FOLDER, "moreau")
        code = code_of_text(phone.text(self.made.clock()))
        return self.office.journal.requests.get(read_phone(self.office, code, self.asserts).request)

    def _maj(self) -> ServiceRow:
        return update_card(self.office, CardOfFolder(self.made.folder)).row


def opened(path: Path, now: Ticking) -> Journal:
    return Journal(path, Cipher(bytes(32)), now, station=0)


@pytest.fixture
def bench(standing: Standing, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Bench]:
    now = Ticking()
    standing.clock.now = now.now
    chosen = {}
    for name, path in PATHS.items():
        one = standing.services[name]
        point = ServicePoint(
            *(name, "localhost", one.port, path), one.tls.authority, "", one.tls.client, one.tls.client_key
        )
        chosen[name] = ServiceChoice(point, getattr(one.counterpart, "own", {}))
    (standing.folder / CARDS / "martinez.ef").unlink(missing_ok=True)  # a card never updated
    journal = opened(tmp_path / "journal.db", now)
    route = Route("none", "oct@oct.example", "ps@soins.example", "999999998", None, None)
    with Office(journal, route, now, services=Services(chosen)) as office:
        yield Bench(standing, office, now, tmp_path / "journal.db")
    for one in standing.services.standing.values():
        one.trouble = Trouble()


def lies(bench: Bench, name: str, monkeypatch: pytest.MonkeyPatch, change: Callable[[Reply], Reply]) -> None:
    """The service changes what it answers."""
    counterpart = bench.made.services[name].counterpart
    honest = counterpart.answer

    monkeypatch.setattr(counterpart, "answer", lambda asked: change(honest(asked)))


def texts_changed(body: bytes) -> bytes:
    """Every text of a JSON answer with what may not be shown."""

    def changed(told: Any) -> Any:
        if isinstance(told, dict):
            return {key: changed(one) for key, one in told.items()} | {f"x{SHOWN}": 1}
        if isinstance(told, list):
            return [changed(one) for one in told]
        return told + SHOWN if isinstance(told, str) else told

    return json.dumps(changed(json.loads(body))).encode()


def zone_changed(body: bytes) -> bytes:
    """The name in the zone of a SOAP answer; a text of its own changed too."""

    def anew(found: re.Match[bytes]) -> bytes:
        zone = base64.b64decode(found[2])
        assert b"MARTINEZ" in zone
        return found[1] + base64.b64encode(zone.replace(b"MARTINEZ", b"MA\x1b[2J\x9bZ"))

    changed, count = re.subn(rb"(<[\w:]*zone>)([^<]+)", anew, body)
    assert count == 1
    return changed


def down(bench, name, monkeypatch):
    bench.point(name, port=1)


def hung_up(bench, name, monkeypatch):
    bench.made.services[name].trouble = Trouble(hangs_up=True)


def cut(bench, name, monkeypatch):
    bench.made.services[name].trouble = Trouble(is_cut=True)


def bomb(bench, name, monkeypatch):
    body = {"droits": BOMB, "maj": b"TMAJ1" + bytes(300_000)}.get(name, DEEP)
    bench.made.services[name].trouble = Trouble(body=body)


def other_certificate(bench, name, monkeypatch):
    bench.point(name, authority=bench.made.other)


def expired(bench, name, monkeypatch):
    """The service's clock is 25 minutes on: the assertion is over, and so is a phone's code."""
    bench.made.clock.pass_by(minutes=25)


def control(bench, name, monkeypatch):
    change = {"droits": zone_changed, "maj": lambda body: body[:-40] + SHOWN.encode() + body[-32:]}
    anew = change.get(name, texts_changed)
    lies(bench, name, monkeypatch, lambda reply: replace(reply, body=anew(reply.body)))


def replayed(bench, name, monkeypatch):
    """What it answered before, to another question."""
    before: list[Reply] = []
    lies(bench, name, monkeypatch, lambda reply: before.append(reply) or before[0])
    bench.ask(name)
    bench.clock.pass_by(minutes=1)
    bench.made.clock.pass_by(minutes=1)


W, F, R = RequestState.WAITING, RequestState.FAILED, RequestState.REFUSED
TABLE = {
    down: dict.fromkeys(PATHS, W),
    hung_up: dict.fromkeys(PATHS, W),
    cut: dict.fromkeys(PATHS, W),
    bomb: dict.fromkeys(PATHS, F) | {"maj": W},
    other_certificate: dict.fromkeys(PATHS, W),
    expired: {"droits": R, "apcv": R, "ordonnance": R},
    control: dict.fromkeys(PATHS, F),
    replayed: {"droits": F, "maj": F},
}
"""What becomes of a request; the phone's and the card's update wait for nobody, and are told at once."""


@pytest.mark.parametrize(
    ("fault", "name"),
    [(fault, name) for fault, row in TABLE.items() for name in row],
    ids=lambda one: one if isinstance(one, str) else one.__name__,
)
def test_a_bad_service_is_said_loses_nothing_and_the_next_one_works(
    bench: Bench, monkeypatch: pytest.MonkeyPatch, fault, name: str
) -> None:
    with monkeypatch.context() as bad:
        fault(bench, name, bad)
        said, row = asked(bench, name)
    assert said and said.isprintable(), said
    assert re.search(r"[a-z]{3}", said) and "localhost" not in said and "Error" not in said
    assert THOMAS.nir not in said and bench.made.martinez.nir not in said
    if name in WAITS:
        assert row is not None and row.state is TABLE[fault][name], said
        assert not row.has_answer
    recover(bench, name)
    again = bench.ask(name)
    assert again.state in (RequestState.ANSWERED, RequestState.USED)
    if row is not None and row.state is W:
        assert again.id == row.id  # the one that waited
    imported(bench.office)


def asked(bench: Bench, name: str) -> tuple[str, ServiceRow | None]:
    """What is said, and the request."""
    try:
        row = bench.ask(name)
    except ServiceError as error:
        assert error.next_step
        rows = bench.office.journal.requests.find(name)
        assert all(one.state is not W for one in rows)
        return " ".join((error.message, error.cause, error.next_step)), None
    return row.reason, row


def recover(bench: Bench, name: str) -> None:
    one = bench.made.services[name]
    one.trouble = Trouble()
    bench.point(name, port=one.port, authority=one.tls.authority)
    bench.made.clock.now = bench.clock.now


def imported(office: Office) -> None:
    """The round goes on."""
    day = f"""[journee]
date = {office.clock():%Y-%m-%d}
ps = "756000121"
profession = "IF"

[[visite]]
nir = "{THOMAS.nir}"
cle = "{THOMAS.key}"
prescription = {{ date = 2026-11-02, rpps = "10100001071" }}
actes = [{{ acte = "Injection sous-cutanée" }}]
"""
    done = import_day(office, day.encode(), "jour.toml")
    assert [one.mistakes for one in done.visits] == [()]


def test_a_service_three_seconds_late_holds_up_nothing(bench: Bench) -> None:
    """AMC-6: an insurer has 2,5 s; a visit is taken in while it is asked, and what was asked waits."""
    bench.made.services["amc"].trouble = Trouble(late=3)
    before = len(bench.made.services["amc"].received())
    taken = threading.Event()

    def go_on() -> None:
        """On the other line of the page, once the insurer has the question."""
        while len(bench.made.services["amc"].received()) == before:
            taken.wait(0.05)
        with Office(opened(bench.path, bench.clock), bench.office.route, bench.clock) as other:
            imported(other)
        taken.set()

    beside = threading.Thread(target=go_on)
    beside.start()
    said, row = asked(bench, "amc")
    assert taken.is_set()
    beside.join()
    assert "n’a pas répondu en 2,5 s" in said
    assert row is not None and row.state is W
    recover(bench, "amc")
    assert bench.ask("amc").id == row.id


def test_every_service_with_a_wire_is_in_the_table() -> None:
    for fault in (down, hung_up, cut, bomb, other_certificate, control):
        assert set(TABLE[fault]) == set(COUNTERPARTS)
