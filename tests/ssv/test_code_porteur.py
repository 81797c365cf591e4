"""The code porteur: presented at each call, overwritten whatever becomes of it, kept nowhere."""

from __future__ import annotations

import gc
import logging

import pytest
from ssv_desk import CODE, CPS, LECTEUR, invoice_zone, order

from tournee.errors import TourneeError
from tournee.ssv import Library

SECRET = "8642"  # a code that no card has


def calls(ssv: Library, code, lecteur: str = LECTEUR) -> list[int]:
    return [
        ssv.SSV_LireCartePS(CPS, lecteur, code())[0],
        ssv.SSV_LireDroitsVitale(CPS, lecteur, code(), "")[0],
        ssv.SSV_FormaterFactures(CPS, lecteur, code(), "1", "3", invoice_zone())[0],
        ssv.SSV_FormaterLot(CPS, lecteur, code(), 1, [order()])[0],
    ]


@pytest.mark.parametrize("state", ["done", "no such reader", "no card", "not initialised"])
def test_bytearray_is_overwritten_whatever_becomes_of_the_call(desk, state):
    handed: list[bytearray] = []

    def code() -> bytearray:
        handed.append(bytearray(CODE, "ascii"))
        return handed[-1]

    if state == "no card":
        desk.board.remove("ps")
    if state == "not initialised":
        desk.ssv.SSV_TermLIB()
    calls(desk.ssv, code, "AUTRE" if state == "no such reader" else LECTEUR)
    assert handed == [bytearray(4)] * 4


def test_wrong_code_is_in_no_word_no_log_and_no_exception_that_stays(desk, caplog):
    before = [one for one in gc.get_objects() if isinstance(one, TourneeError)]
    with caplog.at_level(logging.DEBUG):
        assert desk.ssv.SSV_LireCartePS(CPS, LECTEUR, SECRET)[0] == 0xF003
    assert SECRET not in desk.ssv.SSV_DernierMessage() + caplog.text + repr(vars(desk.ssv))
    assert [one for one in gc.get_objects() if isinstance(one, TourneeError)] == before
    assert desk.ssv.SSV_LireCartePS(CPS, LECTEUR, CODE)[0] == 0


@pytest.mark.parametrize("code", ["12", "12345", "12a4", "１２３４", b"\xff\xff\xff\xff"])
def test_what_cannot_be_a_code_is_f003_and_costs_no_try(desk, code):
    assert desk.ssv.SSV_LireCartePS(CPS, LECTEUR, code) == (0xF003, b"")
    assert desk.ssv.SSV_EssaisRestants() is None
    assert "aucun essai" in desk.ssv.SSV_DernierMessage()
    assert desk.ssv.SSV_LireCartePS(CPS, LECTEUR, "9999")[0] == 0xF003
    assert desk.ssv.SSV_EssaisRestants() == 2


def test_card_blocks_at_the_third_wrong_code_and_says_so(desk):
    tries = []
    for _ in range(3):
        assert desk.ssv.SSV_LireCartePS(CPS, LECTEUR, "9999")[0] == 0xF003
        tries.append(desk.ssv.SSV_EssaisRestants())
    assert tries == [2, 1, 0]
    assert desk.ssv.SSV_LireCartePS(CPS, LECTEUR, CODE)[0] == 0xF003
    assert "bloqué" in desk.ssv.SSV_DernierMessage()


def test_empty_code_is_not_presented_and_an_open_card_stays_open(desk):
    assert desk.ssv.SSV_LireCartePS(CPS, LECTEUR, CODE)[0] == 0
    code, made = desk.ssv.SSV_FormaterFactures(CPS, LECTEUR, "", "1", "3", invoice_zone())
    assert (code, bool(made)) == (0, True)
