"""Day files that come again: with words more, in another file, after all is signed; a forfait stands."""

from __future__ import annotations

import json
import shlex
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

import tournee.emulation
from tournee.cli.main import tournee as root
from tournee.emulation.cards import load_card
from tournee.emulation.practice import CONFIG_NAME, practice

DAY = Path(tournee.emulation.__file__).with_name("days") / "infirmier.toml"
CARDS = ("lambert", "garnier", "casanova", "pereira", "moreau", "rousseau", "chevalier", "leguen", "dumont")
FORFAIT = """
[journee]
date = 2026-11-17
ps = "756000121"
profession = "IF"
[[visite]]
nir = "1480369123017"
cle = "30"
tiers_payant = "amo"
bilan = 2026-03-11
prescription = { date = 2026-10-20, prescripteur = "691000343", rpps = "10100002087" }
"""
Type = Callable[[str], tuple[int, str]]


@pytest.fixture(scope="module")
def typed(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Type]:
    """Types a command where the nurse's whole day was signed, closed, sent and answered."""
    folder = tmp_path_factory.mktemp("again")

    def type_(line: str) -> tuple[int, str]:
        done = CliRunner().invoke(root, shlex.split(line), input="1234\n")
        return done.exit_code, done.output

    with practice(folder) as desk, pytest.MonkeyPatch.context() as patch:
        patch.setenv("TOURNEE_CONFIG", str(folder / CONFIG_NAME))
        patch.setenv("PYTHON_KEYRING_BACKEND", "keyring.backends.null.Keyring")
        patch.chdir(folder)
        type_(f"day import {DAY}")
        desk.board.insert("ps", load_card("infirmiere"))
        for card in CARDS:
            desk.board.insert("vitale", load_card(card))
            type_("certify")
        for line in ("lot close", "file make", "send", "fetch"):
            type_(line)
        yield type_


def visits(typed: Type) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = json.loads(typed("day visits --json")[1])["visits"]
    return found


@pytest.mark.parametrize("name", ["infirmier.toml", "copie.toml"])
@pytest.mark.parametrize("more", ["# relu par moi le soir\n", "\n\n\n"])
def test_a_day_billed_already_with_a_comment_more_brings_no_visit(typed: Type, name: str, more: str) -> None:
    before = visits(typed)
    assert {one["state"] for one in before} == {"done"}
    Path(name).write_text(more + DAY.read_text("utf-8") + more, "utf-8")
    status, said = typed(f"day import {name}")
    assert status == 0
    assert f"Aucune visite nouvelle, {len(before)} déjà facturées" in said
    assert visits(typed) == before
    assert "Facture " not in typed("certify")[1]


def test_a_second_forfait_of_a_patient_and_day_is_refused_whatever_its_file(typed: Type) -> None:
    before = len(visits(typed))
    Path("matin.toml").write_text(f'{FORFAIT}actes = [{{ code = "BSB" }}]\n', "utf-8")
    assert typed("day import matin.toml")[0] == 0
    Path("soir.toml").write_text(f'{FORFAIT}actes = [{{ code = "BSB" }}, {{ code = "MCI" }}]\n', "utf-8")
    status, said = typed("day import soir.toml")
    assert status == 5
    assert "BSB" in said and "refusée" in said
    assert len(visits(typed)) == before + 1
