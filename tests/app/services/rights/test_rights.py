"""Rights on line in the practice: shown beside the card's, chosen by the carer, used, never overwriting."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from rights_office import MOMENT, RightsOffice

from tournee.app.services.rights.answer import latest
from tournee.app.services.rights.asking import ask_waiting
from tournee.app.services.rights.choosing import choose
from tournee.app.services.rights.showing import find_person, rights_seen
from tournee.billing.identity import Patient
from tournee.config.services import NO_SERVICES
from tournee.emulation.services.standing import Trouble
from tournee.errors import BillingError, ConfigError
from tournee.formats import zones
from tournee.model.codes import FSE
from tournee.reader.failures import OlderReader
from tournee.services.rights.request import RightsRequest
from tournee.store import CardKind, RequestState, SheetState

MARTINEZ = ("1620506088054", "53")
MOREAU = ("1820475113042", "45")
DIALLO = Patient("2850799001014", "17", "01", "041", "0000", "19850705", "DIALLO", "AMINATA")


def differ(practice: RightsOffice, patient: Patient) -> dict[str, tuple[str, str]]:
    seen = rights_seen(practice.office, patient)
    return {one.name: (one.card, one.service) for one in seen.differences}


def test_what_differs_is_named_field_by_field_and_the_card_stays_as_it_was(practice):
    """DRT-6."""
    (martinez,) = practice.card("martinez")
    row = practice.ask(martinez)
    assert (row.state, row.origin) == (RequestState.ANSWERED, "ADRi")
    assert differ(practice, martinez) == {
        "droits": ("terminés le 31/12/2024", "ouverts jusqu’au 31/12/2027"),
        "ald": ("aucune", "ouverte jusqu’au 31/12/2027"),
    }
    assert practice.card("martinez") == [martinez]


@pytest.mark.parametrize(
    ("card", "names"), [("moreau", {"caisse", "mutuelle"}), ("barbier", {"c2s"}), ("lambert", set())]
)
def test_a_caisse_that_changed_and_a_c2s_that_was_opened_are_named(practice, card, names):
    """DRT-6."""
    patient = practice.card(card)[0]
    practice.ask(patient)
    assert set(differ(practice, patient)) == names


def test_an_answer_has_a_time_and_an_age(practice):
    """DRT-6."""
    (martinez,) = practice.card("martinez")
    practice.ask(martinez)
    practice.clock.now = MOMENT + timedelta(days=31)
    answer = latest(practice.office, martinez)
    assert (answer.at, answer.days(practice.clock().date())) == (MOMENT, 31)
    assert answer.is_old(practice.clock().date())


def test_an_old_answer_is_used_only_with_a_word(practice):
    """DRT-7."""
    (martinez,) = practice.card("martinez")
    practice.ask(martinez)
    assert choose(practice.office, martinez, "service").answer.counts(MOMENT.date())
    practice.clock.now = MOMENT + timedelta(days=31)
    today = practice.clock().date()
    assert not latest(practice.office, martinez).counts(today)
    with pytest.raises(BillingError, match="31 jours"):
        choose(practice.office, martinez, "service")
    assert choose(practice.office, martinez, "service", though_old=True).answer.counts(today)


def test_the_same_answer_asked_again_keeps_what_was_chosen(practice):
    """DRT-7."""
    (martinez,) = practice.card("martinez")
    practice.ask(martinez)
    choose(practice.office, martinez, "service")
    practice.clock.now += timedelta(hours=1)
    again = practice.ask(martinez)
    assert (again.state, again.choice) == (RequestState.USED, "service")
    assert not rights_seen(practice.office, martinez).is_to_choose


def test_with_closed_rights_the_service_is_asked_at_certification_and_the_carer_chooses(practice):
    """DRT-8: the choice is kept, the invoice is of what she chose, the card's word stays."""
    (martinez,) = practice.card("martinez")
    practice.visit(*MARTINEZ)
    with pytest.raises(BillingError, match="sont fermés") as told:
        practice.certify()
    assert told.value.remedy == "droits"
    assert len(practice.office.journal.requests.find("droits")) == 1
    choose(practice.office, martinez, "service")
    (invoice,) = practice.certify()
    act = invoice.sheets[0].records[128:256]
    assert (act[:1], act[53:54]) == (b"4", b"4")  # column 54: the ALD that the service tells
    kept = practice.office.journal.cards.find(CardKind.VITALE, martinez.nir)
    ends = [group.field("fin")[:8] for group in zones.decode(kept.zone) if group.id == 105]
    assert ends == ["20241231"]
    assert practice.office.journal.requests.find("droits")[0].state is RequestState.USED


def test_when_the_carer_keeps_the_card_its_closed_rights_are_refused_as_ever(practice):
    """DRT-8."""
    (martinez,) = practice.card("martinez")
    practice.visit(*MARTINEZ)
    practice.ask(martinez)
    choose(practice.office, martinez, "carte")
    with pytest.raises(BillingError, match="droits de la carte ne sont pas ouverts"):
        practice.certify()
    assert len(practice.office.journal.requests.find("droits")) == 1


def test_with_open_rights_nobody_is_asked(practice):
    """DRT-8."""
    practice.card("lambert")
    practice.visit("2550699999001", "62")
    assert len(practice.certify()) == 1
    assert practice.office.journal.requests.find("droits") == ()


@pytest.mark.parametrize("trouble", [Trouble(hangs_up=True), Trouble(body=b"<x/>"), Trouble(is_cut=True)])
def test_a_bad_service_does_not_stop_the_round(practice, trouble):
    """DRT-4, DRT-8: closed rights are refused as without a service, the next visit is done."""
    practice.services["droits"].trouble = trouble
    practice.card("martinez")
    practice.visit(*MARTINEZ)
    with pytest.raises(BillingError):
        practice.certify()
    (row,) = practice.office.journal.requests.find("droits")
    assert row.state in (RequestState.WAITING, RequestState.FAILED)
    assert row.reason
    practice.card("lambert")
    practice.visit("2550699999001", "62")
    assert len(practice.certify()) == 1


def test_asked_once_a_day_at_certification(practice):
    """DRT-8."""
    practice.services["droits"].trouble = Trouble(hangs_up=True)
    practice.card("martinez")
    practice.visit(*MARTINEZ)
    for _ in range(2):
        with pytest.raises(BillingError):
            practice.certify()
    assert len(practice.office.journal.requests.find("droits")) == 1


def test_a_reader_that_cannot_assert_bills_all_the_same(practice, monkeypatch):
    """DRT-8: an older one; the request waits, and why is kept."""

    def too_old(_):
        raise OlderReader("signer une demande à un service")

    monkeypatch.setattr(practice.reader, "sign_assertion", too_old)
    practice.visit(
        *MARTINEZ,
        "naissance = 1962-05-02",
        '[visite.patient]\nmode = "dégradé"\nmotif = "illisible"\nnom = "MARTINEZ"\nprenom = "PAUL"\n'
        'regime = "01"\ncaisse = "041"\ncentre = "0000"',
    )
    assert len(practice.certify()) == 1
    (row,) = practice.office.journal.requests.waiting("droits")
    assert "ne sait pas" in row.reason


def test_off_line_a_request_waits_and_is_answered_later(practice):
    """DRT-4."""
    (martinez,) = practice.card("martinez")
    practice.services["droits"].trouble = Trouble(hangs_up=True)
    assert practice.ask(martinez).state is RequestState.WAITING
    practice.services["droits"].trouble = Trouble()
    (row,) = ask_waiting(practice.office, practice.ps, practice.reader)
    assert row.state is RequestState.ANSWERED


def test_an_answer_about_somebody_else_is_none(practice):
    """DRT-4: a lying service."""
    thomas = practice.card("moreau")[0]
    practice.ask(thomas)
    other = sorted(practice.services["droits"].folder.glob("*-repondu.xml"))[-1].read_bytes()
    zone = other.split(b"<zone>")[1].split(b"</zone>")[0]
    lambert = practice.card("lambert")[0]
    counterpart = practice.services["droits"].counterpart
    true_answer = counterpart.answer

    def lie(asked):
        reply = true_answer(asked)
        told = reply.body.split(b"<zone>")[1].split(b"</zone>")[0]
        return replace(reply, body=reply.body.replace(told, zone))

    counterpart.answer = lie
    try:
        row = practice.ask(lambert)
    finally:
        del counterpart.answer
    assert row.state is RequestState.FAILED
    assert latest(practice.office, lambert) is None


def test_when_the_caisse_is_another_the_invoice_is_made_anew(practice):
    """DRT-9: under a new number, for the other recipient; none is patched."""
    thomas = practice.card("moreau")[0]
    practice.visit(*MOREAU)
    (made,) = practice.certify()
    before = next(one for one in made.sheets if one.kind == FSE)
    practice.ask(thomas)
    chosen = choose(practice.office, thomas, "service")
    assert chosen.anew == (made.visit_id,)
    given_up = practice.office.journal.invoices.get(made.id)
    assert {one.state for one in given_up.sheets} == {SheetState.ABANDONED}
    (anew,) = practice.certify()
    after = next(one for one in anew.sheets if one.kind == FSE)
    assert before.crf != after.crf
    assert anew.number > made.number
    assert given_up.sheets[0].records == made.sheets[0].records


def test_the_same_caisse_gives_no_invoice_up(practice):
    """DRT-9."""
    kevin = practice.card("barbier")[0]
    practice.visit(kevin.nir, kevin.key)
    practice.certify()
    practice.ask(kevin)
    assert choose(practice.office, kevin, "service").anew == ()


def test_the_aid_of_the_state_pays_all(practice):
    """DRT-10."""
    practice.visit(
        *(DIALLO.nir, DIALLO.key),
        "naissance = 1985-07-05",
        '[visite.patient]\nmode = "dégradé"\nmotif = "sans carte"\nnom = "DIALLO"\nprenom = "AMINATA"\n'
        'regime = "01"\ncaisse = "041"\ncentre = "0000"',
    )
    practice.ask(DIALLO)
    assert differ(practice, DIALLO)["ame"] == ("aucune", "ouverte jusqu’au 28/02/2027")
    choose(practice.office, DIALLO, "service")
    (invoice,) = practice.certify()
    (sheet,) = invoice.sheets
    assert (sheet.amo, sheet.amc) == (sheet.fee, 0)


def test_a_visit_in_degraded_mode_asks_by_itself(practice):
    """DRT-8: without a card, 05."""
    practice.visit(
        *MARTINEZ,
        "naissance = 1962-05-02",
        '[visite.patient]\nmode = "dégradé"\nmotif = "illisible"\nnom = "MARTINEZ"\nprenom = "PAUL"\n'
        'regime = "01"\ncaisse = "041"\ncentre = "0000"',
    )
    assert len(practice.certify()) == 1
    (row,) = practice.office.journal.requests.find("droits")
    assert (row.state, RightsRequest.of_kept(row.request).serial) == (RequestState.ANSWERED, "")
    assert row.visit is not None


def test_a_person_is_found_by_the_number_of_a_card_that_was_read(practice):
    thomas, _, lea, _ = practice.card("moreau")
    practice.visit(*MOREAU)
    practice.certify()
    assert find_person(practice.office, ["1", "82", "04", "75", "113", "042", "45"]) == thomas
    born = MOMENT.date().replace(2015, 9, 21)
    assert find_person(practice.office, [thomas.nir], born) == lea


def test_where_the_service_is_off_nothing_is_asked(practice):
    (martinez,) = practice.card("martinez")
    practice.office.services = NO_SERVICES
    with pytest.raises(ConfigError):
        practice.ask(martinez)
    practice.visit(*MARTINEZ)
    with pytest.raises(BillingError, match="droits"):
        practice.certify()
    assert practice.office.journal.requests.find() == ()


def test_no_number_stands_in_a_log_or_an_error(practice, caplog):
    """DRT-5."""
    (martinez,) = practice.card("martinez")
    with caplog.at_level("DEBUG"):
        practice.ask(martinez)
        practice.services["droits"].trouble = Trouble(body=b"<x/>")
        row = practice.ask(replace(martinez, first_name="P"))
    told = "\n".join(one.getMessage() for one in caplog.records)
    assert martinez.nir not in told + row.reason
    assert "MARTINEZ" not in told + row.reason
