"""Cards read, invoices certified: what goes wrong at the reader is told, and what was done stays done."""

from __future__ import annotations

import threading
from collections.abc import Callable
from datetime import date

import pytest
from editor import CODE, PS, Editor, blood_taken, day

from tournee import api
from tournee.emulation.board import EmulatedBoard

OTHER = {"nir": "2550699999001", "cle": "62", "naissance": None, "tiers_payant": "amo"}


def test_cards_say_who_is_there(bedside: Editor) -> None:
    (mine, _) = api.take_visits(bedside.practice, day(blood_taken(), blood_taken(**OTHER))).visits
    cards = api.read_cards(bedside.practice)
    assert (cards.professional.ps, cards.professional.profession) == (PS, "IF")
    assert all(one.nir == "1820475113042" for one in cards.patients)
    assert date(2022, 2, 5) in [one.born for one in cards.patients]
    assert cards.waiting == (mine.visit,)


def test_without_a_vitale_card_nobody_is_there(bedside: Editor, board: EmulatedBoard) -> None:
    api.take_visits(bedside.practice, day(blood_taken()))
    board.remove("vitale")
    cards = api.read_cards(bedside.practice)
    assert (cards.patients, cards.waiting) == ((), ())
    assert api.certify(bedside.practice, CODE) == ()


def test_without_the_carers_card_a_reader_error_says_so(bedside: Editor, board: EmulatedBoard) -> None:
    board.remove("ps")
    for ask in (api.read_cards, lambda practice: api.certify(practice, CODE)):
        with pytest.raises(api.ReaderError):
            ask(bedside.practice)


def test_a_code_is_asked_for_once_in_the_callers_thread(bedside: Editor) -> None:
    asked = []

    def code() -> str:
        asked.append(threading.get_ident())
        return CODE

    api.certify(bedside.practice, code)
    api.close_lots(bedside.practice, code)
    assert asked == [threading.get_ident()]


def test_what_asking_for_the_code_raises_comes_out_and_the_reader_serves_on(bedside: Editor) -> None:
    class GivenUpError(Exception):
        pass

    def given_up() -> str:
        raise GivenUpError

    with pytest.raises(GivenUpError):
        api.certify(bedside.practice, given_up)
    assert api.read_cards(bedside.practice).professional.ps == PS


@pytest.mark.parametrize(
    "code", ["0000", "12", "", "abcd", lambda: "9999"], ids=["wrong", "short", "none", "letters", "asked"]
)
def test_a_wrong_code_is_a_reader_error_and_nothing_is_made(
    bedside: Editor, code: str | Callable[[], str]
) -> None:
    api.take_visits(bedside.practice, day(blood_taken()))
    with pytest.raises(api.ReaderError):
        api.certify(bedside.practice, code)
    assert api.invoices(bedside.practice).invoices == ()


def test_only_the_visits_that_are_named_are_certified(bedside: Editor) -> None:
    first, second = api.take_visits(
        bedside.practice, day(blood_taken(heure="08:00"), blood_taken(heure="18:00")), twins=True
    ).visits
    (done,) = api.certify(bedside.practice, CODE, visits=[second.visit])
    assert done.visit == second.visit
    with pytest.raises(api.StoreError, match="ne peut pas être certifiée"):
        api.certify(bedside.practice, CODE, visits=[second.visit, first.visit])
    assert len(api.invoices(bedside.practice).invoices) == 1


def test_what_stops_one_visit_does_not_stop_the_next(bedside: Editor) -> None:
    late = blood_taken(heure="20:00")
    told = day(blood_taken(naissance="1950-01-01", heure="07:00"), late)
    visits = api.take_visits(bedside.practice, told, twins=True).visits
    assert [one.taken for one in visits] == [True, True]
    first, second = api.certify(bedside.practice, CODE)
    assert first.problem is not None
    assert (first.problem.layer, first.invoice) == ("billing", "")
    assert (second.problem, second.invoice) == (None, "000000001")
