"""Electronic prescriptions: a number looked up, off line kept, counted across two carers.

ORD-2 to ORD-6.
"""

from __future__ import annotations

import json
import socket
import sys
from contextlib import contextmanager
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parents[1]))

from days import short_day
from phone_bench import ASSERTION, Ticking, judge

from tournee.app.context import Office
from tournee.app.practice.patients import add_patient, find_patient
from tournee.app.services.prescriptions import orders
from tournee.app.services.prescriptions.orders import (
    carry_numbers,
    keep_number,
    number_in_picture,
    report_done,
    resolve,
    waiting,
)
from tournee.app.visits.importing import import_day
from tournee.config.services import ServiceChoice, Services
from tournee.emulation.services.counterpart import CounterpartSetting
from tournee.emulation.services.prescription_base import PrescriptionBase, examples
from tournee.emulation.services.standing import StandingService, Trouble
from tournee.errors import ServiceError
from tournee.exchange.route import Route
from tournee.practice.patient_file import PatientFile
from tournee.services.calling import call
from tournee.services.point import ServicePoint
from tournee.services.prescriptions.number import OrderNumberError
from tournee.services.prescriptions.service import order_of
from tournee.services.qr_codes import png_of
from tournee.store import Cipher, Journal, RequestState

HUGO = PatientFile("MOREAU", "HUGO", "19820412", nir="1820475113042", key="45")


class Bench:
    """A base with one prescription of 10 injections, and offices that ask it."""

    def __init__(self, tmp_path, standing, base):
        self.tmp_path, self.standing, self.base, self.clock = tmp_path, standing, base, base._clock
        first, order = examples(self.clock())[0]
        self.number = base.prescribe(first, order)

    @contextmanager
    def office(self, name="journal"):
        point = ServicePoint("ordonnance", "localhost", self.standing.port, "/", self.standing.tls.authority)
        chosen = Services({"ordonnance": ServiceChoice(point)})
        journal = Journal(self.tmp_path / f"{name}.db", Cipher(bytes(32)), self.clock, station=0)
        route = Route("none", "oct@oct.example", "ps@soins.example", "999999998", None, None)
        with Office(journal, route, self.clock, services=chosen) as office:
            yield office

    def asked(self, path, **told):
        point = ServicePoint("ordonnance", "localhost", self.standing.port, "/", self.standing.tls.authority)
        import base64

        body = json.dumps({**told, "assertion": base64.b64encode(ASSERTION).decode()}).encode()
        return call(point, "POST", path, body)


@pytest.fixture
def bench(tmp_path, service_tls):
    clock, folder = Ticking(), tmp_path / "ordonnance"
    folder.mkdir()
    base = PrescriptionBase(CounterpartSetting(folder, clock, tmp_path), judge)
    with StandingService(base, folder, service_tls) as standing:
        yield Bench(tmp_path, standing, base)


def asserts() -> bytes:
    return ASSERTION


def test_a_number_fills_the_prescription_and_stands_in_for_its_scan(bench):
    """ORD-2."""
    with bench.office() as office:
        patient = add_patient(office, HUGO)
        order = resolve(office, keep_number(office, patient, bench.number, asserts)).told
        assert (order.prescriber.rpps, order.prescriber.name) == ("10100000412", "Dr Anne PETIT")
        assert (order.day, order.sessions, order.done, order.months) == (date(2026, 11, 16), 10, 0, 12)
        assert order.lines[0].ald and order.lines[0].words.startswith("Injection")
        assert (order.electronic, order.scan) == (bench.number, "")
        assert order.renewed(date(2027, 1, 1)).electronic == ""


def test_the_same_number_twice_is_one_prescription(bench):
    with bench.office() as office:
        patient = add_patient(office, HUGO)
        first = resolve(office, keep_number(office, patient, bench.number, asserts))
        assert resolve(office, keep_number(office, patient, bench.number, asserts)).id == first.id


def test_a_prescription_of_one_patient_is_no_other_s(bench):
    """ORD-2: nothing in it names its patient, so who had it first has it."""
    other = PatientFile("LAMBERT", "YVONNE", "19560612", nir="2560699999024", key="87")
    with bench.office() as office:
        waits = keep_number(office, add_patient(office, other), bench.number)
        resolve(office, keep_number(office, add_patient(office, HUGO), bench.number, asserts))
        asked = len(bench.standing.received())
        with pytest.raises(ServiceError, match="déjà au dossier de Hugo Moreau"):
            keep_number(office, find_patient(office, ("LAMBERT",)), bench.number, asserts)
        assert len(bench.standing.received()) == asked
        ((found, order),) = carry_numbers(office, asserts)
        assert (found.id, found.state, order) == (waits.id, RequestState.REFUSED, None)
        assert "déjà au dossier" in found.reason


def test_its_code_is_read_in_a_picture(bench):
    """ORD-1."""
    assert number_in_picture(png_of(f"ORD1.{bench.number}")) == bench.number
    assert number_in_picture(png_of("https://example.org")) == ""
    wrong = bench.number[:-1] + ("0" if bench.number[-1] != "0" else "1")
    with pytest.raises(OrderNumberError):
        number_in_picture(png_of(f"ORD1.{wrong}"))


def test_a_wrong_check_character_is_refused_at_typing(bench):
    """ORD-1."""
    with bench.office() as office:
        patient = add_patient(office, HUGO)
        with pytest.raises(OrderNumberError, match="faux"):
            keep_number(office, patient, bench.number[:-1] + "Z", asserts)
        assert office.journal.requests.find() == ()
    assert bench.standing.received() == []


def test_off_line_the_number_is_kept_and_resolved_later(bench):
    """ORD-3."""
    with bench.office() as office:
        patient = add_patient(office, HUGO)
        row = keep_number(office, patient, bench.number)
        assert row.state is RequestState.WAITING
        with pytest.raises(ServiceError, match="pas encore connue"):
            resolve(office, row)
        assert [orders.number_of(one) for one in waiting(office)] == [bench.number]
    with bench.office() as office:
        ((found, order),) = carry_numbers(office, asserts)
        assert found.state is RequestState.ANSWERED and order.told.electronic == bench.number
        assert waiting(office) == ()


def certified_visits(office, monkeypatch, visits):
    """As if these visits, by these invoices and with so many sessions, were billed under the prescription."""
    monkeypatch.setattr(orders, "_billed", lambda *_: list(visits))


def test_two_carers_count_what_is_left(bench, monkeypatch):
    """ORD-4."""
    with bench.office("first") as first, bench.office("second") as second:
        for office in (first, second):
            import_day(office, short_day(), "jour.toml")
            import_day(office, short_day("2026-11-14"), "veille.toml")
        mine = resolve(first, keep_number(first, add_patient(first, HUGO), bench.number, asserts))
        hers = resolve(second, keep_number(second, add_patient(second, HUGO), bench.number, asserts))
        certified_visits(first, monkeypatch, [(1, "7", 3), (2, "8", 1)])
        assert [row.state for row in report_done(first, mine, asserts)] == [RequestState.ANSWERED] * 2
        assert report_done(first, mine, asserts) == []
        again = resolve(second, keep_number(second, add_patient_again(second), bench.number, asserts))
        assert (again.id, again.told.done) == (hers.id, 4)
        certified_visits(second, monkeypatch, [(1, "9", 6)])
        assert order_of(report_done(second, again, asserts)[-1].answer).left == 0
        fresh = orders.get(first, type(mine.told), mine.id)
        certified_visits(first, monkeypatch, [(1, "7", 3), (2, "8", 1), (3, "10", 1)])
        (refused,) = report_done(first, fresh, asserts)
        assert (refused.state, "pas tant" in refused.reason) == (RequestState.REFUSED, True)


def add_patient_again(office):
    return find_patient(office, ("MOREAU",))


def test_what_was_recorded_is_recorded_once(bench):
    """ORD-4."""
    told = {"numero": bench.number, "reference": "abc", "seances": 1}
    assert json.loads(bench.asked("/realiser", **told).body)["faites"] == 1
    assert json.loads(bench.asked("/realiser", **told).body) == {"code": "O04"}


def test_a_patient_who_is_opposed_shows_the_prescriber_nothing(bench):
    """ORD-5."""
    kept = bench.base._kept()
    kept[bench.number]["rpps"] = "10100000016"  # the asker's
    bench.base._write(kept)
    bench.asked("/realiser", numero=bench.number, reference="abc", seances=1)
    seen = json.loads(bench.asked("/vue-prescripteur", numero=bench.number).body)["realise"]
    assert [one["seances"] for one in seen] == [1]
    kept = bench.base._kept()
    kept[bench.number]["opposee"] = True
    bench.base._write(kept)
    assert json.loads(bench.asked("/vue-prescripteur", numero=bench.number).body) == {"realise": []}


@pytest.mark.parametrize(("days", "number"), [(400, ""), (0, "7XK2M0QRSTVWXYZ")])
def test_one_that_is_over_or_unknown_is_refused_and_says_so(bench, days, number):
    from tournee.services.prescriptions.number import with_check

    with bench.office() as office:
        patient = add_patient(office, HUGO)
        bench.clock.pass_by(days=days)
        row = keep_number(office, patient, with_check(number) if number else bench.number, asserts)
        assert row.state is RequestState.REFUSED and row.reason


@pytest.mark.parametrize(
    ("trouble", "state"),
    [
        (Trouble(is_cut=True), RequestState.WAITING),
        (Trouble(hangs_up=True), RequestState.WAITING),
        (Trouble(body=b'{"a":' * 3000), RequestState.FAILED),
        (Trouble(body=b"[" * 30_000), RequestState.FAILED),
        (Trouble(body=b"{}"), RequestState.FAILED),
        (Trouble(body=b"\xff\xfe"), RequestState.FAILED),
    ],
    ids=["cut", "hung up", "deep", "deep list", "poor", "no JSON"],
)
def test_bad_service_leaves_the_number_and_stops_nothing(bench, trouble, state):
    """ORD-6."""
    bench.standing.trouble = trouble
    with bench.office() as office:
        row = keep_number(office, add_patient(office, HUGO), bench.number, asserts)
        assert (row.state, orders.number_of(row)) == (state, bench.number)
        assert row.reason


LIES = [
    {"seances": 10_000},
    {"seances": -1},
    {"faites": 2**40},
    {"jour": "2026-13-01"},
    {"expire": "2020-01-01"},
    {"lignes": [{"texte": "x", "seances": "1", "ald": True}]},
    {"lignes": [{}] * 31},
    {"rpps": "10100000017"},
    {"seances": 1.5},
]


@pytest.mark.parametrize("lie", LIES, ids=[next(iter(one)) + str(rank) for rank, one in enumerate(LIES)])
def test_a_lying_answer_makes_no_prescription(bench, lie):
    """ORD-6."""
    _, order = examples(bench.clock())[0]
    bench.standing.trouble = Trouble(body=json.dumps({"faites": 0, **order, **lie}).encode())
    with bench.office() as office:
        patient = add_patient(office, HUGO)
        row = keep_number(office, patient, bench.number, asserts)
        if row.has_answer:
            with pytest.raises(ServiceError):
                resolve(office, row)
        assert orders.of_patient(office, orders.PrescriptionFile, patient.id) == []


def test_nobody_there_leaves_it_waiting(bench):
    with bench.office() as office, socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        one = office.services.of("ordonnance")
        office.services = Services({"ordonnance": replace(one, point=replace(one.point, port=port))})
        taken.close()
        row = keep_number(office, add_patient(office, HUGO), bench.number, asserts)
        assert row.state is RequestState.WAITING
