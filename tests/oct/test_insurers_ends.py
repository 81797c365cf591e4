"""The emulated insurers of direct mode: each takes what is for it, checked as the OCT checks, and answers."""

import pytest

from tournee.emulation.insurers import EmulatedInsurers, emulated_insurers
from tournee.emulation.oct import Scenario
from tournee.returns.classify import take_in

CPAM = next(one for one in emulated_insurers() if one.number == "00000001016011")
AMC_REFUSING = next(one for one in emulated_insurers() if one.number == "00000099999997")
FOR_CPAM = {"crf": "F01011016", "one": {"organisme": "011"}}


@pytest.fixture
def insurers(cards, oct_identity):
    from oct_workshop import NOW

    return EmulatedInsurers(*oct_identity, (cards.ps[1], cards.vitale[1]), Scenario(), lambda: NOW)


def file_for(workshop, insurer, lot, **head):
    ends = {"type_destinataire": insurer.type, "numero_destinataire": insurer.number, "application": "TR"}
    return workshop.file([lot], head=ends | head)


def fse(workshop, **two):
    sheet = workshop.Sheet(two={"caisse": "011", **two}, complement={} if "type_contrat" in two else None)
    return workshop.lot(workshop.Lot(sheets=(sheet,), **FOR_CPAM))


def told(insurers, workshop, file, to, **message):
    """The ARL's code and label, after the ART, and how many RSP came after it."""
    answers = [
        take_in(raw) for raw in insurers.receive(workshop.message(file, headers={"To": to}, **message))
    ]
    art, arl, *payments = answers
    (item,) = arl.content.items
    assert (art.kind, arl.kind, {one.kind for one in payments} <= {"RSP"}) == ("ART", "ARL", True)
    return item.code, item.label, len(payments)


def test_a_right_file_is_accepted_and_paid_by_the_insurer_in_whose_name_it_answers(insurers, workshop):
    file = file_for(workshop, CPAM, fse(workshop))
    raw = insurers.receive(workshop.message(file, headers={"To": CPAM.address}))
    art, arl, rsp = (take_in(one) for one in raw)
    assert CPAM.name in art.content.text
    assert [(item.lot, item.code) for item in arl.content.items] == [("001", "0000")]
    assert (arl.kind, rsp.kind, rsp.content.reference) == ("ARL", "RSP", "576")
    for one in (arl, rsp):
        assert one.clear[:19].decode() == "000" + CPAM.type + CPAM.number
    assert f"From: {CPAM.address}".encode() in raw[0]


def test_a_file_for_another_insurer_is_refused(insurers, workshop):
    other = next(one for one in emulated_insurers() if one.number == "00000001011021")
    file = file_for(workshop, CPAM, fse(workshop))
    assert told(insurers, workshop, file, other.address)[0] == "0106"


def test_a_single_file_is_refused_there_is_no_oct_to_split_it(insurers, workshop):
    file = workshop.file([fse(workshop)], head={"numero_destinataire": "0" * 14})
    code, label, _ = told(insurers, workshop, file, CPAM.address)
    assert (code, label) == ("0106", "000 : APPLICATION TO AU LIEU DE TR EN ENVOI DIRECT")


def test_contract_99_is_refused_there_is_no_oct_to_split_it(insurers, workshop):
    """OCT-EF-1, OCT-X-1."""
    file = file_for(workshop, CPAM, fse(workshop, type_contrat="99"))
    code, label, payments = told(insurers, workshop, file, CPAM.address)
    assert (code, label, payments) == ("0199", "CONTRAT 99 EN ENVOI DIRECT : AUCUN OCT POUR ECLATER", 0)


def test_an_amc_without_agreement_refuses_the_dre(insurers, workshop):
    sheet = workshop.Sheet(two={"caisse": "011", "numero_amc": "0099999997"}, third_party="3")
    lot = workshop.lot(workshop.Lot(sheets=(sheet,), kind="DRE", crf="D0099999997"))
    code, label, _ = told(insurers, workshop, file_for(workshop, AMC_REFUSING, lot), AMC_REFUSING.address)
    assert (code, label) == ("0199", "AMC 0099999997 SANS CONVENTION AVEC LE PROFESSIONNEL")


def test_a_file_that_comes_again_is_known(insurers, workshop):
    """OCT-MSG-4."""
    file = file_for(workshop, CPAM, fse(workshop))
    assert told(insurers, workshop, file, CPAM.address)[0] == "0000"
    assert told(insurers, workshop, file, CPAM.address)[0] == "0105"  # the same message
    again = told(insurers, workshop, file, CPAM.address, stamp="2026112218290000002")
    assert again[0] == "0105"


@pytest.mark.parametrize("to", ["inconnu@caisses.example", "", '"<@"', "a" * 500])
def test_a_message_to_nobody_here_is_answered_by_nobody(insurers, workshop, to):
    assert insurers.receive(workshop.message(b"", headers={"To": to})) == []
    assert insurers.receive(bytes(range(256)) + to.encode()) == []
