"""An insurer asked at billing: its engagement in the records, or gone without and said."""

import json
from datetime import timedelta

import pytest
from insured import complement

from tournee.emulation.services.standing import Trouble
from tournee.services.insurers import asking
from tournee.store import RequestState


def test_the_engagement_of_the_insurer_stands_in_the_invoice_and_is_said(desk):
    """AMC-3: asked at billing, in 2A, kept as used."""
    visit = desk.note()
    invoice = desk.bill(visit)
    record = complement(invoice)
    assert record[80:96].startswith("E261116") and record[96:102] == "261124"
    assert [sheet.kind for sheet in invoice.sheets] == ["FSE", "DRE"]
    assert "s’engage à payer" in desk.said(visit) and record[80:96].strip() in desk.said(visit)
    (row,) = desk.requests()
    assert (row.state, row.origin, row.visit) == (RequestState.USED, "CLC", visit)


def test_the_insurer_s_cents_win_and_the_difference_is_said(desk):
    """AMC-4."""
    plain, half = desk.bill(desk.note("A1")), desk.note("A2H")
    invoice = desk.bill(half)
    assert invoice.shares.amc < plain.shares.amc
    assert invoice.shares.patient == plain.sheets[0].fee - invoice.shares.amo - invoice.shares.amc
    assert "de moins que calculé" in desk.said(half)


@pytest.mark.parametrize(("member", "word"), [("A1X", "adhérent inconnu"), ("A1F", "droits fermés")])
def test_a_refusal_is_said_and_the_invoice_goes_without(desk, member, word):
    """AMC-6."""
    visit = desk.note(member)
    assert complement(desk.bill(visit))[80:] == " " * 48
    assert word in desk.said(visit) and "sans engagement" in desk.said(visit)


def test_off_line_the_invoice_goes_without_and_says_so(desk):
    """AMC-6."""
    desk.off_line()
    visit = desk.note()
    assert complement(desk.bill(visit))[80:] == " " * 48
    assert "ne répond pas" in desk.said(visit) and "sans engagement" in desk.said(visit)
    assert [row.state for row in desk.requests()] == [RequestState.FAILED]  # it is asked no more


def test_one_engagement_is_of_one_invoice(desk):
    """AMC-4: a number that another invoice has already is set aside, and said."""
    first = desk.note("B1")
    desk.bill(first)
    given = desk.requests()[-1].answer
    desk.amc.trouble = Trouble(body=given)
    second = desk.note("B2")
    assert complement(desk.bill(second))[80:] == " " * 48
    assert "déjà celui d’une autre facture" in desk.said(second)


LIES = {
    "negative": (lambda told: told["lignes"][0].update(part_amc=-1), "négative"),
    "above the base": (lambda told: told["lignes"][0].update(part_amc=99_999), "somme des parts"),
    "above the base, added up": (
        lambda told: (told["lignes"][0].update(part_amc=99_999), told.update(total_amc=99_999 + 536)),
        "au-dessus de ce que la caisse laisse",
    ),
    "sums that do not fit": (lambda told: told.update(total_amc=1), "somme des parts"),
    "a line less": (
        lambda told: (told["lignes"].pop(), told.update(total_amc=told["lignes"][0]["part_amc"])),
        "1 lignes dans la réponse, 2 dans la facture",
    ),
    "cents as a fraction": (lambda told: told.update(total_amc=7.37), "n’est pas entier"),
    "already over": (lambda told: told.update(expire="2026-11-15"), "a expiré le 15/11/2026"),
    "far too long": (lambda told: told.update(expire="2027-11-15"), "8 jours au plus"),
    "a number that 2A cannot hold": (lambda told: told.update(engagement="é" * 16), "engagement"),
    "one field more": (lambda told: told.update(prime=1), "prime"),
    "no such reason": (lambda told: told["lignes"][0].update(motif="ZZ"), "motif"),
}


def truth(desk):
    """What the insurer would say of such a visit."""
    visit = desk.note()
    desk.bill(visit)
    return json.loads(desk.requests()[-1].answer)


@pytest.mark.parametrize("lie", LIES)
def test_lying_amounts_are_refused_said_and_our_own_count_is_used(desk, amc, lie):
    """AMC-5."""
    told = truth(desk)
    change, word = LIES[lie]
    change(told)
    amc.trouble = Trouble(body=json.dumps(told).encode())
    visit = desk.note("ADH2")
    invoice = desk.bill(visit)
    assert complement(invoice)[80:] == " " * 48
    row = desk.requests()[-1]
    assert row.state is RequestState.FAILED and row.visit == visit
    assert invoice.shares.amc == truth_share(desk)
    assert word in desk.said(visit) and "sans engagement" in desk.said(visit)


def truth_share(desk):
    """The complementary share of such a visit by our own count."""
    desk.off_line()
    return desk.bill(desk.note("ADH3")).shares.amc


BAD = {
    "down": (Trouble(hangs_up=True), "coupée"),
    "late": (Trouble(late=30), "n’a pas répondu en"),
    "cut": (Trouble(is_cut=True), "coupée"),
    "deep": (Trouble(body=b'{"lignes":' + b"[" * 9000 + b"]" * 9000 + b"}"), "ne se lit pas"),
    "huge": (Trouble(body=b'{"a":"' + bytes(200_000) + b'"}'), "trop longuement"),
    "an entity bomb": (Trouble(body=b'<!DOCTYPE a [<!ENTITY b "bb">]><a>&b;</a>'), "ne se lit pas"),
    "no object": (Trouble(body=b"[]"), "ne se lit pas"),
    "a key twice": (Trouble(body=b'{"expire":"2026-11-17","expire":"2026-11-18"}'), "ne se lit pas"),
}


@pytest.mark.parametrize("kind", BAD)
def test_bad_service_stops_no_invoice(desk, amc, monkeypatch, kind):
    """AMC-6: down, late, cut, deep, huge: said, kept, and the round goes on."""
    monkeypatch.setattr(asking.put, "__kwdefaults__", {"seconds": 1.0})
    trouble, word = BAD[kind]
    amc.trouble = trouble
    visit = desk.note()
    assert complement(desk.bill(visit))[80:] == " " * 48
    assert word in desk.said(visit) and "sans engagement" in desk.said(visit)


def test_what_was_asked_before_billing_serves_while_it_holds_and_is_asked_anew_when_over(desk, amc):
    visit = desk.note()
    first = complement(desk.bill(visit))[80:96]
    desk.journal.invoices.abandon(desk.journal.visits.live_invoice(visit), "erreur")
    asked = len(amc.received())
    assert complement(desk.bill(visit))[80:96] == first
    assert len(amc.received()) == asked
    desk.journal.invoices.abandon(desk.journal.visits.live_invoice(visit), "erreur")
    desk.practice.days[0] += timedelta(days=9)
    desk.bill(visit)
    assert len(amc.received()) == asked + 1


def test_an_insurer_that_the_directory_does_not_list_is_not_asked(desk, amc):
    asked = len(amc.received())
    visit = desk.note(insurer="0012345678")
    desk.bill(visit)
    assert (len(amc.received()), desk.said(visit)) == (asked, "")


def test_no_nir_and_no_name_stands_in_an_address_or_a_file_s_name(desk, amc, caplog):
    desk.bill(desk.note())
    asked = json.loads(amc.received()[-1].read_bytes())
    assert asked["nir"] == "2550699999001"
    names = " ".join(path.name for path in amc.folder.iterdir())
    assert "2550699999001" not in names + caplog.text and "LAMBERT" not in names + caplog.text
