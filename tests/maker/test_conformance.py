"""The conformance kit on an emulated reader with the test cards, and on one that lacks them."""

import json

import pytest

from tournee.emulation.board import EmulatedBoard
from tournee.emulation.cards import load_card
from tournee.maker.card_checks import CardChecks
from tournee.maker.main import main


@pytest.fixture(scope="module")
def board():
    with EmulatedBoard() as board:
        board.insert("ps", load_card("infirmiere"))
        board.insert("vitale", load_card("moreau"))
        yield board


def test_reader_with_the_test_cards_conforms(board, tmp_path):
    report = tmp_path / "report.json"
    with pytest.raises(SystemExit) as left:
        main(["conform", "--port", board.link_url, "--test-cards", "1234", "--json", str(report)])
    findings = {finding["name"]: finding for finding in json.loads(report.read_text())["findings"]}
    assert left.value.code == 0, [name for name, one in findings.items() if not one["good"]]
    assert "signé" not in findings["sans le code, rien n’est signé"]["seen"]
    assert len(findings) == 40
    assert [board.cards[name].signatures for name in ("ps", "vitale")] == [2, 2]


def test_reader_without_its_cards_does_not(board):
    board.remove("vitale")
    findings = list(CardChecks(board.link_url, "1234"))
    assert [one.good for one in findings] == [False, False, True, False, False, True, False, False, True]
