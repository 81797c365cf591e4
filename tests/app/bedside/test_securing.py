"""From the card to the signed visit and back, with the real reader: signed once, undone, done again."""

import sys
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest
from days import CODE
from life import office_of
from surroundings import Surroundings

sys.path.insert(0, str(Path(__file__).parent.parent / "practice"))

from people import DAILY, ORDER, YVONNE

from tournee.app.accounts.paying import owes, pay
from tournee.app.bedside.by_card import by_card
from tournee.app.bedside.card_met import file_of_person, people_on_card
from tournee.app.bedside.care_visit import (
    VisitStanding,
    care_visit,
    care_visits,
    judged_care,
    new_key,
    planned_key,
    take,
)
from tournee.app.bedside.changing import with_act
from tournee.app.bedside.paid import given_for, payments_of
from tournee.app.bedside.rights import rights_on
from tournee.app.bedside.same_card import same_card
from tournee.app.bedside.securing import (
    can_undo,
    keep_for_card,
    lacks_insurance,
    note_insurance,
    secure,
    undo,
)
from tournee.app.bedside.sharing import shares_of
from tournee.app.cards import PsOnDuty, VitaleInReader, read_ps, read_vitale, unlock
from tournee.app.certifying.last_read import keep_cards
from tournee.app.context import Office
from tournee.app.finding import thing_of
from tournee.app.outbound import close_lots
from tournee.app.practice.patients import add_patient
from tournee.app.practice.plans import PlanOf, add_plan
from tournee.app.practice.prescriptions import add_prescription
from tournee.billing.zones.card import patients_from_groups
from tournee.emulation.cards import load_card
from tournee.errors import BillingError, StoreError
from tournee.model import Means
from tournee.model.codes import DEGRADED
from tournee.reader import Reader
from tournee.web.screens.visit_view import sessions_of

DAY = date(2026, 11, 16)
HUGO = 3  # rank on the family's card


def at_the_door(office: Office, link: Reader) -> tuple[PsOnDuty, VitaleInReader]:
    ps = read_ps(link)
    unlock(link, lambda: CODE)
    return ps, read_vitale(office, link)


def planned(office: Office, vitale: VitaleInReader, ps: PsOnDuty) -> PlanOf:
    """A plan for the child of the family on the card."""
    patient = file_of_person(office, vitale.patients[HUGO]).patient
    return add_plan(
        office, patient, add_prescription(office, patient, ORDER), DAILY, ps.identity.billing_number
    )


def test_visit_is_signed_once_undone_and_signed_anew(surroundings: Surroundings) -> None:
    with (
        office_of(surroundings.journal, surroundings.world.route()) as office,
        Reader.open(surroundings.board.link_url) as link,
    ):
        ps, vitale = at_the_door(office, link)
        plan = planned(office, vitale, ps)
        key = planned_key(plan.plan.id, DAY)
        care = care_visit(office, key)
        said = shares_of(office, judged_care(office, care), ps, vitale)

        first = secure(office, link, care, care.told, ps, vitale)
        again = care_visit(office, key)
        assert secure(office, link, again, again.told, ps, vitale).id == first.id

        assert said is not None and not said.supposed
        assert (said.fee, said.amo, said.due) == (
            first.sheets[0].fee,
            first.sheets[0].amo,
            owes(office, first.visit_id, first.id),
        )
        assert can_undo(again)
        signed = sessions_of(office, care_visit(office, key))
        undo(office, again)
        assert care_visit(office, key).standing == VisitStanding.STARTED
        care = care_visit(office, key)
        begun = sessions_of(office, care)
        assert signed is not None and begun is not None
        assert (signed.done, begun.done) == (1, 0)  # it is to be done again
        second = secure(office, link, care, care.told, ps, vitale)
        assert int(second.number) == int(first.number) + 1
        close_lots(office, link, ps)
        assert not can_undo(care_visit(office, key))
        with pytest.raises(StoreError, match="déjà préparée"):
            undo(office, care_visit(office, key))


def test_card_tells_its_people_and_their_visits(surroundings: Surroundings) -> None:
    with (
        office_of(surroundings.journal, surroundings.world.route()) as office,
        Reader.open(surroundings.board.link_url) as link,
    ):
        ps, vitale = at_the_door(office, link)
        plan = planned(office, vitale, ps)
        people = people_on_card(office, vitale.patients, DAY, plan.ps)
        told = {one.patient.first_name: [visit.key for visit in one.to_see] for one in people}
        assert told.pop("HUGO") == [planned_key(plan.plan.id, DAY)]
        assert not any(told.values())
        assert people[0].met is not None  # the insured person has a file from now on


def test_without_its_card_a_visit_waits_or_is_billed_for_a_reason(surroundings: Surroundings) -> None:
    with (
        office_of(surroundings.journal, surroundings.world.route()) as office,
        Reader.open(surroundings.board.link_url) as link,
    ):
        ps = read_ps(link)
        unlock(link, lambda: CODE)
        people = patients_from_groups(link.read_vitale().groups)  # as another device: never read here
        plan = planned(office, VitaleInReader("", people, b""), ps)
        surroundings.board.remove("vitale")
        care = care_visit(office, planned_key(plan.plan.id, DAY))
        waits = keep_for_card(office, care, care.told)
        with pytest.raises(BillingError, match="carte Vitale"):
            secure(office, link, waits, waits.told, ps, None)
        with pytest.raises(BillingError, match="Pourquoi"):
            secure(office, link, waits, waits.told, ps, None, "plus-tard")
        assert care_visit(office, waits.key).standing == VisitStanding.CARD_MISSING
        billed = secure(office, link, waits, waits.told, ps, None, "illisible")
        assert care_visit(office, waits.key).standing == VisitStanding.DONE
        assert [sheet.mode for sheet in billed.sheets] == [DEGRADED]


def test_rights_that_ended_are_said(surroundings: Surroundings) -> None:
    surroundings.board.remove("vitale")
    surroundings.board.insert("vitale", load_card("martinez"))
    with (
        office_of(surroundings.journal, surroundings.world.route()) as office,
        Reader.open(surroundings.board.link_url) as link,
    ):
        vitale = read_vitale(office, link)
        rights = rights_on(office, vitale.patients[0], DAY)
        assert not rights.is_fine
        assert rights.wrong == "Terminés depuis le 31/12/2024"


def test_one_more_visit_of_the_day_is_itself(surroundings: Surroundings) -> None:
    with (
        office_of(surroundings.journal, surroundings.world.route()) as office,
        Reader.open(surroundings.board.link_url) as link,
    ):
        ps, vitale = at_the_door(office, link)
        plan = planned(office, vitale, ps)
        morning = care_visit(office, planned_key(plan.plan.id, DAY))
        first = secure(office, link, morning, morning.told, ps, vitale)
        carer = ps.identity
        evening = care_visit(
            office, new_key(plan.patient.id, DAY), ps=carer.billing_number, profession=carer.ps_type
        )
        told = with_act(evening.told, 0, {"code": "AMI", "coefficient": 2.02})
        second = secure(office, link, evening, told, ps, vitale)
        assert second.visit_id != first.visit_id
        assert [one.standing for one in care_visits(office, DAY, plan.ps)] == [VisitStanding.DONE] * 2


def test_what_was_paid_before_an_undo_is_not_asked_again(surroundings: Surroundings) -> None:
    with (
        office_of(surroundings.journal, surroundings.world.route()) as office,
        Reader.open(surroundings.board.link_url) as link,
    ):
        ps, vitale = at_the_door(office, link)
        plan = planned(office, vitale, ps)
        care = care_visit(office, planned_key(plan.plan.id, DAY))
        invoice = secure(office, link, care, care.told, ps, vitale)
        asked = owes(office, invoice.visit_id, invoice.id)
        pay(office, thing_of(office, invoice.visit_id), Means.CASH)
        undo(office, care_visit(office, care.key))
        again = care_visit(office, care.key)
        assert given_for(office, again) == asked > 0
        secure(office, link, again, again.told, ps, vitale)
        assert [one.cents for one in payments_of(office, care_visit(office, care.key))] == [asked]


def test_another_card_in_its_place_does_not_sign(surroundings: Surroundings) -> None:
    with (
        office_of(surroundings.journal, surroundings.world.route()) as office,
        Reader.open(surroundings.board.link_url) as link,
    ):
        _, vitale = at_the_door(office, link)
        surroundings.board.remove("vitale")
        surroundings.board.insert("vitale", load_card("lambert"))
        with pytest.raises(BillingError, match="plus la même"):
            same_card(office, link, vitale)


def test_without_a_card_that_was_read_its_rights_are_those_of_the_reading(surroundings: Surroundings) -> None:
    surroundings.board.remove("vitale")
    surroundings.board.insert("vitale", load_card("chevalier"))
    with (
        office_of(surroundings.journal, surroundings.world.route()) as office,
        Reader.open(surroundings.board.link_url) as link,
    ):
        ps, vitale = at_the_door(office, link)
        keep_cards(office, None, vitale)
        patient = file_of_person(office, vitale.patients[0]).patient
        plan = add_plan(
            office, patient, add_prescription(office, patient, ORDER), DAILY, ps.identity.billing_number
        )
        surroundings.board.remove("vitale")
        care = care_visit(office, planned_key(plan.plan.id, DAY))
        shares = shares_of(office, judged_care(office, care), ps, None)
        assert shares is not None and not shares.supposed and shares.amo == shares.fee
        invoice = secure(office, link, care, care.told, ps, None, "perdue")
        assert invoice.sheets[0].amo == shares.amo


def test_insurance_off_the_attestation_bills_a_card_never_read(surroundings: Surroundings) -> None:
    with (
        office_of(surroundings.journal, surroundings.world.route()) as office,
        Reader.open(surroundings.board.link_url) as link,
    ):
        ps, _ = at_the_door(office, link)
        surroundings.board.remove("vitale")
        patient = add_patient(office, YVONNE)
        plan = add_plan(
            office, patient, add_prescription(office, patient, ORDER), DAILY, ps.identity.billing_number
        )
        care = care_visit(office, planned_key(plan.plan.id, DAY))
        assert lacks_insurance(office, care)
        with pytest.raises(BillingError, match="9 chiffres"):
            note_insurance(office, care, "0175")
        note_insurance(office, care, "01 011 0000")
        care = care_visit(office, care.key)
        assert not lacks_insurance(office, care)
        invoice = secure(office, link, care, care.told, ps, None, "attendue")
        assert (invoice.sheets[0].mode, invoice.sheets[0].organisme) == ("05", "011")


def test_visit_begun_for_a_card_never_read_keeps_its_file_and_takes_the_attestation(
    surroundings: Surroundings,
) -> None:
    with (
        office_of(surroundings.journal, surroundings.world.route()) as office,
        Reader.open(surroundings.board.link_url) as link,
    ):
        ps, _ = at_the_door(office, link)
        surroundings.board.remove("vitale")
        patient = add_patient(office, YVONNE)
        add_patient(office, replace(YVONNE, first_name="ZOE", born="20150203"))  # of the same number
        plan = add_plan(
            office, patient, add_prescription(office, patient, ORDER), DAILY, ps.identity.billing_number
        )
        begun = take(office, care_visit(office, planned_key(plan.plan.id, DAY)))
        care = care_visit(office, begun.key)
        assert care.patient is not None and care.patient.id == patient.id
        note_insurance(office, care, "01 011 0000")
        invoice = secure(office, link, care_visit(office, begun.key), care.told, ps, None, "attendue")
        assert (invoice.sheets[0].mode, invoice.sheets[0].organisme) == ("05", "011")


def test_c2s_on_the_card_asks_nothing_of_the_patient(surroundings: Surroundings) -> None:
    surroundings.board.remove("vitale")
    surroundings.board.insert("vitale", load_card("rousseau"))
    with (
        office_of(surroundings.journal, surroundings.world.route()) as office,
        Reader.open(surroundings.board.link_url) as link,
    ):
        ps, vitale = at_the_door(office, link)
        patient = file_of_person(office, vitale.patients[0]).patient
        plan = add_plan(
            office, patient, add_prescription(office, patient, ORDER), DAILY, ps.identity.billing_number
        )
        care = by_card(care_visit(office, planned_key(plan.plan.id, DAY)), vitale.patients[0])
        shares = shares_of(office, judged_care(office, care), ps, vitale)
        assert shares is not None and (shares.due, shares.refused) == (0, ())
        invoice = secure(office, link, care, care.told, ps, vitale)
        assert owes(office, invoice.visit_id, invoice.id) == 0
        assert by_card(care_visit(office, care.key), vitale.patients[0]) == care_visit(office, care.key)
