"""What waits for services is taken up by the evening's touch; what is done is recorded back, each once."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta

import pytest
from days import CODE, MOMENT, short_day
from life import office_of
from surroundings import Surroundings
from test_evening import InlinePorts, face_over, run

from tournee.app.alerts import AlertKind, alerts
from tournee.app.cards import PsOnDuty, read_ps, read_vitale, unlock
from tournee.app.certify import certify_visit, pending_visits, visits_for
from tournee.app.context import Office
from tournee.app.evening.waiting import to_send
from tournee.app.outbound import close_lots, make_files, send
from tournee.app.practice.dossiers import Dossier, get
from tournee.app.practice.patients import add_patient
from tournee.app.services.asking import ask
from tournee.app.services.phone_card.asking import asserted_by
from tournee.app.services.prescriptions.orders import keep_number, resolve
from tournee.app.services.rights.asking import ask_rights
from tournee.app.services.taking_up import TakenUp, needs_card, something_waits, take_up
from tournee.app.visits.importing import import_day
from tournee.config.services import ServiceChoice, Services
from tournee.emulation.cards import load_card
from tournee.emulation.services.prescription_base import numbers
from tournee.emulation.services.registered import StandingServices
from tournee.emulation.services.standing import Trouble
from tournee.practice.patient_file import PatientFile
from tournee.practice.prescription_file import PrescriptionFile
from tournee.reader import Reader
from tournee.services.insurers.messages import InsuredAsked, idb_question
from tournee.services.point import ServicePoint
from tournee.store import RequestState
from tournee.web.evening import EveningState
from tournee.web.templating import templates

NAMES = ("droits", "amc", "ordonnance")
THOMAS = PatientFile("MOREAU", "THOMAS", "19820412", nir="1820475113042", key="45")
VISIT = """[journee]
date = 2026-11-16
ps = "{ps}"
profession = "IF"

[[visite]]
nir = "1820475113042"
cle = "45"
tiers_payant = "amo"
prescription = {{ date = 2026-11-16, rpps = "10100000412" }}
actes = [{{ acte = "Injection sous-cutanée" }}]
"""


@pytest.fixture(scope="module")
def all_services(tmp_path_factory: pytest.TempPathFactory) -> Iterator[StandingServices]:
    with StandingServices(tmp_path_factory.mktemp("services"), lambda: MOMENT, NAMES) as standing:
        yield standing


@pytest.fixture
def services(all_services: StandingServices) -> Iterator[StandingServices]:
    base = all_services["ordonnance"].folder / "ordonnances.json"
    before = base.read_bytes()
    yield all_services
    base.write_bytes(before)
    trouble(all_services, Trouble())


def trouble(services: StandingServices, one: Trouble) -> None:
    for name in NAMES:
        services[name].trouble = one


def reached(services: StandingServices) -> Services:
    """Where an office asks them."""
    paths = {"droits": "/droits", "amc": "/", "ordonnance": "/"}
    chosen = {}
    for name in NAMES:
        one = services[name]
        tls = one.tls
        point = ServicePoint(
            *(name, "localhost", one.port, paths[name]),
            authority=tls.authority,
            certificate=tls.client,
            key=tls.client_key,
        )
        chosen[name] = ServiceChoice(point, one.counterpart.own if name == "amc" else {})
    return Services(chosen)


def number_of(services: StandingServices) -> str:
    """The nurse's prescription, of ten sessions."""
    return numbers(services["ordonnance"].folder)[0]


def recorded(services: StandingServices) -> list[tuple[str, int]]:
    """What the base noted: whose, how many sessions."""
    kept = json.loads((services["ordonnance"].folder / "ordonnances.json").read_text("utf-8"))
    return [(one["par"], one["seances"]) for one in kept[number_of(services)]["realise"].values()]


@contextmanager
def at_work(
    both: Surroundings,
    services: StandingServices,
    card: str = "infirmiere",
    journal: str = "journal",
    on_step: Callable[[str], None] | None = None,
) -> Iterator[tuple[Office, Reader, PsOnDuty]]:
    """An office that asks the services, a carer's card open in the reader."""
    both.board.insert("ps", load_card(card))
    path = both.journal.with_name(f"{journal}.db")
    with office_of(path, both.world.route(), on_step) as office, Reader.open(both.board.link_url) as reader:
        office.services = reached(services)
        reader.set_date(MOMENT)
        ps = read_ps(reader)
        unlock(reader, lambda: CODE)
        yield office, reader, ps


def certify(office: Office, reader: Reader, ps: PsOnDuty) -> None:
    vitale = read_vitale(office, reader)
    for row, visit in visits_for(pending_visits(office, ps), vitale):
        certify_visit(office, reader, ps, vitale, row, visit)


def keep_three_waiting(office: Office, services: StandingServices) -> Dossier[PatientFile]:
    """Off line: rights, an insurer, an electronic prescription."""
    patient = add_patient(office, THOMAS)
    ask_rights(office, THOMAS, None, None)
    who = InsuredAsked("0099900009", "ADH1", THOMAS.nir, THOMAS.born, "1", MOMENT.date())
    subject = office.journal.requests.person(THOMAS.nir, THOMAS.born, "1")
    ask(office, "amc", subject, idb_question(who), None)
    keep_number(office, patient, number_of(services))
    return patient


def done_screen(state: EveningState, office: Office) -> str:
    """*Envoi fait*, as it is written."""
    values = {"state": state, "came": state.outcome, "left": to_send(office), "list_day": None, "refused": ()}
    seen = {"reader": None, "now": MOMENT, "address": "/envoi/fait"}
    return templates().get_template("sending_done.html").render(**values, **seen)


def test_one_touch_takes_up_what_waits_for_each_service(both: Surroundings, services) -> None:
    """DRT-4, AMC-5, ORD-3."""
    with at_work(both, services) as (office, reader, ps):
        import_day(office, short_day(), "jour.toml")
        certify(office, reader, ps)
        keep_three_waiting(office, services)
        face = face_over(InlinePorts(office, reader))
        run(face)
        state = face.evening.state
        assert (state.error, state.services) == (None, TakenUp(answered=3))
        assert state.services.line == "Services en ligne : 3 demandes répondues"
        assert {one.state for one in office.journal.requests.find()} <= {
            RequestState.ANSWERED,
            RequestState.USED,
        }
        (order,) = office.journal.dossiers.find("prescription")
        assert get(office, PrescriptionFile, order.id).told.electronic == number_of(services)
        assert both.received() == 1
        assert not something_waits(office)
        assert "3 demandes répondues" in done_screen(state, office)


def test_bad_services_do_not_stop_the_sending_and_what_waits_is_named_after_days(
    both: Surroundings, services, monkeypatch: pytest.MonkeyPatch
) -> None:
    """DRT-4, AMC-5, ORD-6."""
    with at_work(both, services) as (office, reader, ps):
        import_day(office, short_day(), "jour.toml")
        certify(office, reader, ps)
        trouble(services, Trouble(hangs_up=True))
        keep_three_waiting(office, services)
        face = face_over(InlinePorts(office, reader))
        run(face)
        state = face.evening.state
        assert (state.error, both.received()) == (None, 1)
        assert (state.services.waiting, state.services.answered) == (3, 0)
        assert len(state.services.reasons) == 3
        assert "3 attendent encore" in done_screen(state, office)
        monkeypatch.setattr(office, "clock", lambda: MOMENT + timedelta(days=3))
        found = [one.about for one in alerts(office) if one.kind is AlertKind.SERVICE_WAITING]
        assert found == ["le service des mutuelles", "le service des droits", "la base des ordonnances"]


def test_all_of_it_has_one_deadline(both: Surroundings, services) -> None:
    with at_work(both, services) as (office, reader, ps):
        keep_three_waiting(office, services)
        before = [len(services[name].received()) for name in NAMES]
        taken = take_up(office, reader, ps, seconds=0)
        assert (taken.waiting, taken.answered) == (3, 0)
        assert [len(services[name].received()) for name in NAMES] == before


def test_without_a_reader_the_insurer_alone_is_asked(both: Surroundings, services) -> None:
    with at_work(both, services) as (office, _, _):
        keep_three_waiting(office, services)
        assert needs_card(office)
        taken = take_up(office, why_no_card="Le lecteur ne répond pas.")
        assert (taken.answered, taken.waiting) == (1, 2)
        assert taken.reasons == ("Le lecteur ne répond pas.",)


def billed(office: Office, reader: Reader, ps: PsOnDuty, services) -> Dossier[PrescriptionFile]:
    """A visit under the electronic prescription, billed by its carer and in no sent file."""
    asserts = asserted_by(office, reader, ps)
    order = resolve(office, keep_number(office, add_patient(office, THOMAS), number_of(services), asserts))
    day = VISIT.format(ps=ps.identity.billing_number).encode()
    imported = import_day(office, day, "jour.toml")
    assert not [mistake for one in imported.visits for mistake in one.mistakes]
    certify(office, reader, ps)
    return order


def leave(office: Office, reader: Reader, ps: PsOnDuty) -> None:
    close_lots(office, reader, ps)
    make_files(office)
    assert [one.error for one in send(office)] == [None]


def test_what_two_carers_did_is_recorded_once_it_has_left(both: Surroundings, services) -> None:
    """ORD-4: each by her own card, and each counts what the other did."""
    with at_work(both, services, journal="first") as (office, reader, ps):
        order = billed(office, reader, ps, services)
        assert not something_waits(office)
        assert recorded(services) == []
        leave(office, reader, ps)
        assert something_waits(office)
        assert take_up(office, reader, ps) == TakenUp(recorded=1)
        first = ps.identity.rpps
        assert recorded(services) == [(first, 1)]
        assert not something_waits(office)
        assert take_up(office, reader, ps) == TakenUp()
        assert get(office, PrescriptionFile, order.id).told.done == 0
    with at_work(both, services, "infirmiere-cps4", "second") as (office, reader, ps):
        order = billed(office, reader, ps, services)
        assert order.told.done == 1
        leave(office, reader, ps)
        assert something_waits(office)
        assert take_up(office, reader, ps).line == "Services en ligne : 1 visite notée sur son ordonnance"
        assert recorded(services) == [(first, 1), (ps.identity.rpps, 1)]
        assert get(office, PrescriptionFile, order.id).told.done == 1


def test_another_carer_s_card_records_nothing_of_hers(both: Surroundings, services) -> None:
    with at_work(both, services) as (office, reader, ps):
        billed(office, reader, ps, services)
        leave(office, reader, ps)
    with at_work(both, services, "infirmiere-cps4") as (office, reader, ps):
        assert something_waits(office)
        assert take_up(office, reader, ps).waiting == 1
    assert recorded(services) == []


class KilledError(Exception):
    """The program ends here."""


def test_killed_after_the_base_recorded_it_is_recorded_once(both: Surroundings, services) -> None:
    """ORD-4: it keeps its reference, and is none of what others did."""

    def kill(step: str) -> None:
        if step == "answer_service.before" and recorded(services):
            raise KilledError

    with at_work(both, services, on_step=kill) as (office, reader, ps):
        order = billed(office, reader, ps, services)
        leave(office, reader, ps)
        assert something_waits(office)
        with pytest.raises(KilledError):
            take_up(office, reader, ps)
    assert len(recorded(services)) == 1
    with at_work(both, services) as (office, reader, ps):
        assert something_waits(office)
        assert take_up(office, reader, ps) == TakenUp(recorded=1)
        assert get(office, PrescriptionFile, order.id).told.done == 0
    assert len(recorded(services)) == 1
