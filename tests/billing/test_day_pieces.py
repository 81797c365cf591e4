"""A day cut into its visits: each can be billed by itself, later."""

import pytest

from tournee.billing.dayfile.day import DayError, load_day
from tournee.billing.dayfile.documents_to_print import day_pieces, load_piece


def test_pieces_hold_the_visits_of_the_day(vectors):
    for path in sorted(vectors.glob("*_*.toml")):
        if path.stem == "journee_fautive":
            continue
        data = path.read_bytes()
        day, pieces = day_pieces(data, path.name)
        assert day == load_day(data, path.name)
        assert tuple(load_piece(piece).visits[0] for piece in pieces) == day.visits
        assert {load_piece(piece).profession for piece in pieces} == {day.profession}


def test_act_that_goes_with_a_forfait_of_another_visit_is_read_alone():
    head = '[journee]\ndate = 2026-11-15\nps = "756000121"\nprofession = "IF"\n'
    prescription = 'prescription = { date = 2026-11-02, rpps = "10100001071" }'
    visit = f'[[visite]]\nnir = "2550699999001"\n{prescription}\nactes = [%s]\n'
    text = head + visit % '{ code = "BSB" }' + visit % '{ code = "AMX", coefficient = 1.15 }'
    day, (_, evening) = day_pieces(text.encode(), "jour.toml")
    assert load_piece(evening).visits == day.visits[1:2]


def test_faulty_day_is_not_cut(vectors):
    path = vectors / "journee_fautive.toml"
    with pytest.raises(DayError):
        day_pieces(path.read_bytes(), path.name)
