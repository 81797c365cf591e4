"""`tournee invoice dre --mutuelle`: a refused demand goes alone to the right insurer, by reader and mail."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from tournee.cli.main import tournee as root
from tournee.emulation.control import ask
from tournee.emulation.practice import CONFIG_NAME, practice

USAGE = 2
DAY = """[journee]
date = 2026-11-15
ps = "756000121"
profession = "IF"
[[visite]]
nir = "1590299351044"
cle = "43"
tiers_payant = "total"
prescription = { date = 2026-11-12, prescripteur = "751000126", rpps = "10100001071" }
amc = { numero = "0099999997", adherent = "PER590218" }
documents = ["FSE", "DRE"]
actes = [{ code = "AMI", coefficient = 3 }]
"""


@pytest.fixture
def refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """An invoice whose caisse has paid and whose insurer is not known to the OCT."""
    monkeypatch.setenv("TOURNEE_CONFIG", str(tmp_path / CONFIG_NAME))
    monkeypatch.setenv("COLUMNS", "250")
    with practice(tmp_path) as board:
        serving = threading.Thread(target=board.serve)
        serving.start()
        try:
            (tmp_path / "jour.toml").write_text(DAY, "utf-8")
            assert run("day", "import", str(tmp_path / "jour.toml")).exit_code == 0
            ask(tmp_path, "insert", slot="ps", card="infirmiere")
            ask(tmp_path, "insert", slot="vitale", card="pereira")
            run("certify")
            ask(tmp_path, "remove", slot="vitale")
            evening()
            yield
        finally:
            ask(tmp_path, "stop")
            serving.join()


def run(*words: str) -> Result:
    return CliRunner().invoke(root, list(words), input="1234\n")


def evening() -> None:
    for words in (("lot", "close"), ("file", "make"), ("send",), ("fetch",)):
        assert run(*words).exit_code == 0, words


def states() -> list[str]:
    done = run("invoice", "show", "1", "--json")
    told: dict[str, Any] = json.loads(done.stdout)["visits"][0]
    return [sheet["state"] for invoice in told["invoices"] for sheet in invoice["sheets"]]


def test_the_right_number_alone_is_paid_and_is_not_asked_again(refused: None) -> None:
    assert states() == ["paid", "refused"]
    assert run("invoice", "dre", "pereira", "--mutuelle", "0075510019", "--patient").exit_code == USAGE
    assert "dix chiffres" in str(run("invoice", "dre", "pereira", "--mutuelle", "12").exception)
    same = run("invoice", "dre", "pereira", "--adherent", "PER590218")
    assert "ont été refusés" in str(same.exception)
    done = run("invoice", "dre", "pereira", "--mutuelle", "0075 510 019", "--adherent", "PER-1", "--json")
    told = json.loads(done.stdout)
    assert (told["insurer"], told["member"], told["added"], told["alone"]) == (
        "0075510019",
        "PER-1",
        True,
        True,
    )
    assert states() == ["paid", "made"]
    undone = json.loads(run("invoice", "dre", "pereira", "--annuler", "--json").stdout)
    assert (undone["undone"], states()) == (True, ["paid", "refused"])
    assert run("invoice", "dre", "pereira", "--annuler").exit_code != 0
    assert run("invoice", "dre", "pereira", "--mutuelle", "0075510019", "--adherent", "PER-1").exit_code == 0
    evening()  # without the patient's card
    assert states() == ["paid", "paid"]
    assert "DRE refusée" in str(run("invoice", "dre", "pereira", "--mutuelle", "0075510027").exception)
    assert "0075510019" in run("recipient", "list", "--json").stdout
