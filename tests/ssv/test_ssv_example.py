"""The example: its file is the app's, and the emulated OCT accepts it (OCT-SF)."""

from __future__ import annotations

from importlib.resources import files

import pytest
from app_side import MOMENT, by_the_app
from click.testing import CliRunner
from whole_in_memory import build_message

from tournee.emulation import ssv_example
from tournee.emulation.board import EmulatedBoard
from tournee.emulation.cards import load_card
from tournee.emulation.world import SCENARIO, World
from tournee.exchange.message import compostage, facts_of, message_id, subject_of
from tournee.exchange.route import Mode, Sealing
from tournee.returns.classify import take_in
from tournee.ssv.example import main


@pytest.fixture(scope="module")
def result():
    return ssv_example.run()[1]


def test_the_example_s_file_is_the_app_s_to_the_byte(result, tmp_path):
    text = files("tournee.emulation").joinpath("days", "infirmier.toml").read_text("utf-8")
    head, *visits = text.split("[[visite]]")
    (hugo,) = (visit for visit in visits if "Hugo MOREAU" in visit)
    _, made, _ = by_the_app(tmp_path, Mode.SINGLE_FILE, f"{head}[[visite]]{hugo}".encode())
    assert list(made.values()) == [result.file]


def test_the_emulated_oct_accepts_the_example_s_file(result, tmp_path):
    world = World(tmp_path, lambda: MOMENT)
    facts = facts_of(result.file)
    subject = subject_of(facts, compostage(MOMENT, 1))
    sender = "cabinet@soins.example"
    message = build_message(
        subject=subject,
        sender=sender,
        recipient=SCENARIO.address,
        file_name=facts.name,
        attachment=result.file,
        sealing=Sealing.CLEAR,
        date=MOMENT,
        identifier=message_id(subject, sender),
    )
    returns = [take_in(answer) for answer in world.oct.receive(message)]
    (arl,) = (one.content for one in returns if one.kind == "ARL")
    assert [(item.lot, item.accepted, item.code) for item in arl.items] == [
        ("001", True, "0000"),
        ("002", True, "0000"),
    ]


def test_the_example_reads_its_own_file_again(tmp_path):
    out = tmp_path / "fichier"
    with EmulatedBoard() as board:
        board.insert("ps", load_card("infirmiere"))
        board.insert("vitale", load_card("moreau"))
        done = CliRunner().invoke(main, [board.link_url, "--code", "1234", "--out", str(out)])
    assert done.exit_code == 0, done.output
    assert out.stat().st_size == 6656
    assert done.output.splitlines()[0] == (
        "Fichier unique de 6656 octets (simulation open-1, ne facture personne)."
    )
    assert {"1130.2 = 1820475113042", "1610.3 = AMI", "1321.5 = 491"} <= set(done.output.splitlines())


def test_the_example_says_what_stopped_it():
    with EmulatedBoard() as board:
        done = CliRunner().invoke(main, [board.link_url, "--code", "1234"])
    assert done.exit_code == 1
    assert "F001 CPS_ABSENTE" in done.output
