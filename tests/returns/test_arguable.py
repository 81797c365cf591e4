"""Where an RSP may be written in several ways, or wrongly: what is read of it, to the cent, and what is said.

The profile ("RSP") says which way the emulated OCT and insurers write.
"""

from __future__ import annotations

import pytest
from rsp_maker import (
    PS,
    act,
    amc,
    amo,
    close,
    debt,
    detail,
    flat,
    invoice,
    lot,
    payee,
    person,
    rejection,
    remark,
    rsp,
    transfer,
)

from tournee.model import Cents, cents_of
from tournee.returns.effects import effects_of
from tournee.returns.rsp.reading import read_rsp

HEAD = (payee(), transfer(), lot())
SHEET = (invoice(), person())

PLACES = {
    "the AMC's amount in the act of an AMO that does not pay it": (
        rsp(*HEAD, *SHEET, amo(600, "P", 600), act(600, 400), total=600),
        ["paid"],
        Cents(paid=600),
        False,
    ),
    "the same where the acts alone tell amounts": (
        rsp(*HEAD, *SHEET, act(600, 400), total=600),
        ["paid"],
        Cents(paid=600),
        False,
    ),
    "an AMC's rate beside no amount": (
        rsp(*HEAD, *SHEET, amo(600, "P", 600), act(600, 0, 40), total=600),
        ["paid"],
        Cents(paid=600),
        False,
    ),
    "a remark without a rejection": (
        rsp(payee(), lot(), *SHEET, remark(), total=0, reference="0580"),
        ["remark"],
        Cents(),
        False,
    ),
    "a total before what is held back": (
        rsp(payee(), flat(1000), debt("RPR", 300), total=1000, reference="0900"),
        ["paid", "paid"],
        Cents(paid=700),
        True,
    ),
    "a total less what is held back": (
        rsp(payee(), flat(1000), debt("RPR", 300), total=700, reference="0900"),
        ["paid", "paid"],
        Cents(paid=700),
        False,
    ),
    "more held back than paid": (
        rsp(payee(), flat(100), debt("RPR", 300), total=-200, reference="0900"),
        ["paid", "paid"],
        Cents(paid=-200),
        False,
    ),
    "a recovery given back": (
        rsp(payee(), debt("RPR", 300, "P"), total=300, reference="0900"),
        ["paid"],
        Cents(paid=300),
        False,
    ),
    "movements of a debt that pay nothing": (
        rsp(payee(), debt("CIN", 12000), debt("RPR", 4500), debt("RDT", 7500), total=-4500, reference="0900"),
        ["remark", "paid", "remark"],
        Cents(paid=-4500, moved=-19500),
        False,
    ),
    "movements of a debt in the total": (
        rsp(payee(), debt("CIN", 12000), total=-12000, reference="0900"),
        ["remark"],
        Cents(moved=-12000),
        True,
    ),
    "a flat payment whose details are fewer": (
        rsp(payee(), flat(1000), detail(400), detail(500), total=1000, reference="0900"),
        ["paid", "paid"],
        Cents(paid=900),
        True,
    ),
    "a detail without its payment": (
        rsp(payee(), detail(400), total=0, reference="0900"),
        ["paid"],
        Cents(paid=400),
        True,
    ),
    "a count of entities that is wrong": (
        rsp(*HEAD, *SHEET, amo(600, "P", 600), total=600, enregistrements=77),
        ["paid"],
        Cents(paid=600),
        True,
    ),
    "a level's sum that is wrong": (
        rsp(*HEAD, *SHEET, amo(600, "P", 600), close("03", 1, 500), total=600),
        ["paid"],
        Cents(paid=600),
        True,
    ),
    "a level's count that is wrong": (
        rsp(*HEAD, *SHEET, amo(600, "P", 600), close("03", 2, 600), total=600),
        ["paid"],
        Cents(paid=600),
        True,
    ),
    "a control of a level that is not open": (
        rsp(*HEAD, *SHEET, amo(600, "P", 600), close("77", 0, 600), total=600),
        ["paid"],
        Cents(paid=600),
        False,
    ),
    "no control of any level": (
        rsp(*HEAD, *SHEET, amo(600, "P", 600), total=600),
        ["paid"],
        Cents(paid=600),
        False,
    ),
    "a share without a state that is paid": (
        rsp(*HEAD, *SHEET, amo(600, "", 600), amc(400, "R", 0), total=600),
        ["paid", "rejected"],
        Cents(paid=600, refused=400),
        False,
    ),
    "a share not processed beside one that is paid": (
        rsp(*HEAD, *SHEET, amo(600, "P", 600), amc(400, "", 0), total=600),
        ["paid", "deferred"],
        Cents(paid=600, deferred=400),
        False,
    ),
    "a sheet not processed at all": (
        rsp(*HEAD, *SHEET, amo(600, "", 0), total=0),
        ["remark"],
        Cents(deferred=600),
        False,
    ),
    "a share said to be paid, by nothing": (
        rsp(*HEAD, *SHEET, amo(600, "P", 0), total=0),
        ["paid"],
        Cents(remainder=600),
        False,
    ),
    "a share rejected and paid in part": (
        rsp(*HEAD, *SHEET, amo(600, "R", 200), rejection(), total=200),
        ["rejected"],
        Cents(paid=200, refused=400),
        False,
    ),
    "a share put off and paid in part": (
        rsp(*HEAD, *SHEET, amo(600, "D", 200), total=200),
        ["deferred"],
        Cents(paid=200, deferred=400),
        False,
    ),
    "one share rejected, the other put off": (
        rsp(*HEAD, *SHEET, amo(600, "D", 0), amc(400, "R", 0), rejection(part="C"), total=0),
        ["deferred", "rejected"],
        Cents(refused=400, deferred=600),
        False,
    ),
    "a state that the table does not know": (
        rsp(*HEAD, *SHEET, amo(600, "X", 0), amc(400, "P", 400), total=400),
        ["remark", "paid"],
        Cents(paid=400, deferred=600),
        False,
    ),
    "money taken back": (
        rsp(*HEAD, *SHEET, amo(0, "P", 600, "N"), total=-600),
        ["paid"],
        Cents(paid=-600),
        False,
    ),
    "a share paid beyond what was asked": (
        rsp(*HEAD, *SHEET, amo(600, "P", 700), total=700),
        ["paid"],
        Cents(paid=700, remainder=-100),
        False,
    ),
    "a share told twice": (
        rsp(*HEAD, *SHEET, amo(600, "P", 400), amo(600, "P", 200), total=600),
        ["paid"],
        Cents(paid=600),
        False,
    ),
    "a rejection without any share": (
        rsp(payee(), lot(), *SHEET, rejection(), total=0, reference="0580"),
        ["rejected"],
        Cents(),
        False,
    ),
    "a rejection of a line beside a share that is paid": (
        rsp(*HEAD, *SHEET, amo(600, "P", 450), rejection(level="L"), total=450),
        ["paid"],
        Cents(paid=450, remainder=150),
        False,
    ),
    "a whole euro an act left out: the franchise": (
        rsp(*HEAD, *SHEET, amo(600, "P", 500), total=500),
        ["paid"],
        Cents(paid=500, franchise=100),
        False,
    ),
    "a share put off with a reason": (
        rsp(*HEAD, *SHEET, amo(600, "D", 0), rejection(), total=0),
        ["deferred"],
        Cents(deferred=600),
        False,
    ),
    "an invoice of no lot entity": (
        rsp(payee(), *SHEET, amo(600, "P", 600), total=600),
        ["paid"],
        Cents(paid=600),
        False,
    ),
    "two payees in one file": (
        rsp(
            *(payee(), lot(), *SHEET, amo(600, "P", 600)),
            *(payee("123456782"), lot(), *SHEET, amo(600, "P", 600)),
            total=1200,
        ),
        ["paid", "paid"],
        Cents(paid=1200),
        False,
    ),
    "a transfer told twice": (
        rsp(payee(), transfer(), transfer("VIREMENT 2"), lot(), *SHEET, amo(600, "P", 600), total=600),
        ["paid"],
        Cents(paid=600),
        False,
    ),
}


@pytest.mark.parametrize("place", PLACES)
def test_each_place_is_read_one_way_and_what_differs_is_said(place):
    content, outcomes, cents, unsound = PLACES[place]
    read = read_rsp(content)
    effects = effects_of(read)
    assert [effect.outcome.value for effect in effects] == outcomes
    assert cents_of(effects) == cents
    assert bool(read.unsound) is unsound, read.faults


def test_there_are_at_least_as_many_places_as_were_seen():
    assert len(PLACES) >= 31


def test_each_of_two_payees_has_what_is_his():
    first, second = effects_of(read_rsp(PLACES["two payees in one file"][0]))
    assert (first.ps, second.ps) == (PS, "123456782")


def test_the_lot_of_an_invoice_is_its_own_before_the_one_around_it():
    own = read_rsp(rsp(payee(), lot("007"), *SHEET, amo(1, "P", 1), total=1)).sheets[0]
    blank = invoice(lot="", date_lot="")
    around = read_rsp(rsp(payee(), lot("007"), blank, person(), amo(1, "P", 1), total=1)).sheets[0]
    assert (own.lot, around.lot, around.lot_date) == ("001", "007", "260302")


@pytest.mark.parametrize(("kind", "sheet"), [("F", "FSE"), ("B", "FSE"), ("D", "DRE"), ("E", ""), ("P", "")])
def test_a_type_of_invoice_names_a_sheet_or_leaves_it_to_the_share(kind, sheet):
    read = read_rsp(rsp(payee(), lot(), invoice(type=kind), person(), amo(1, "P", 1), total=1))
    assert read.sheets[0].sheet_kind == sheet
