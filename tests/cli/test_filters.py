"""Which rows of the long lists are shown: by day, professional, state, patient, page; newest first."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from tournee.cli.main import tournee as root
from tournee.emulation import demo

NURSE = "756000121"


@pytest.fixture(scope="module")
def journal(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The journal of the demonstration, all of it done."""
    home = tmp_path_factory.mktemp("demo")
    files = demo.built_in_days(demo.SINGLE_FILE)
    demo.run(home, files, demo.CLOCK, "unix", Quiet(), demo.SINGLE_FILE, "serie")
    return home / "journal.db"


class Quiet:
    """Nobody watches."""

    def step(self, text: str) -> None:
        pass

    def progress(self, label: str, done: int, of: int) -> None:
        pass


@pytest.fixture
def asked(config: Path, journal: Path) -> Any:
    """Runs a command on that journal."""
    config.write_text(f'[journal]\nchemin = "{journal}"\n' + config.read_text())

    def run(*words: str) -> Result:
        return CliRunner().invoke(root, ["--config", str(config), *words])

    return run


def told(done: Result) -> dict[str, Any]:
    assert done.exit_code == 0, done.output
    answer: dict[str, Any] = json.loads(done.stdout)
    return answer


def test_invoices_are_the_newest_first_and_totals_are_of_all(asked: Any) -> None:
    every = told(asked("status", "--all", "--json"))
    numbers = [(one["date"], one["ps"], one["number"]) for one in every["invoices"]]
    assert len(numbers) == every["totals"]["invoices"] > 10
    assert every["invoices"][0]["ps"] != every["invoices"][-1]["ps"]
    one = told(asked("status", "--all", "--ps", NURSE, "--json"))
    assert {row["ps"] for row in one["invoices"]} == {NURSE}
    assert one["totals"] == every["totals"]
    assert [(row["date"], row["ps"], row["number"]) for row in one["invoices"]] == [
        row for row in numbers if row[1] == NURSE
    ]


def test_pages_follow_one_another_without_gap(asked: Any) -> None:
    every = told(asked("status", "--all", "--json"))["invoices"]
    pages = [
        told(asked("status", "--all", "--limit", "5", "--page", str(page), "--json")) for page in (1, 2, 9)
    ]
    assert pages[0]["invoices"] + pages[1]["invoices"] == every[:10]
    assert [page["more"] for page in pages] == [True, True, False]
    assert pages[2]["invoices"] == []
    assert "Page 1. La suite : --page 2" in asked("status", "--all", "--limit", "5").stdout


def test_a_state_is_said_as_it_is_shown_or_as_programs_do(asked: Any) -> None:
    shown = told(asked("status", "--all", "--state", "payée", "--json"))["invoices"]
    assert shown and {row["state"] for row in shown} == {"paid"}
    assert told(asked("status", "--all", "--state", "paid", "--json"))["invoices"] == shown
    wrong = asked("status", "--state", "perdue")
    assert wrong.exit_code != 0 and "payée en partie" in wrong.output


def test_a_patient_is_found_by_a_part_of_the_name(asked: Any) -> None:
    for words in (("status", "--all"), ("day", "visits")):
        rows = told(asked(*words, "--patient", "moreau", "--json"))
        assert 1 <= len(rows.get("invoices", rows.get("visits"))) < 5
    assert told(asked("day", "visits", "--patient", "113042", "--json"))["visits"]
    assert told(asked("return", "list", "--patient", "moreau", "--json"))["returns"]
    assert told(asked("return", "list", "--patient", "personne", "--json"))["returns"] == []


def test_a_day_is_written_in_french_or_as_computers_do(asked: Any) -> None:
    for first, some in (("15/11/2026", True), ("2026-11-15", True), ("18/11/26", False)):
        assert bool(told(asked("status", "--since", first, "--json"))["invoices"]) is some
        assert bool(told(asked("day", "visits", "--since", first, "--json"))["visits"]) is some
    assert "JJ/MM/AAAA" in asked("status", "--since", "hier").output


def test_returns_are_the_newest_first_of_one_professional(asked: Any) -> None:
    every = [row["id"] for row in told(asked("return", "list", "--json"))["returns"]]
    assert every == sorted(every, reverse=True)
    one = [row["id"] for row in told(asked("return", "list", "--ps", NURSE, "--json"))["returns"]]
    assert one and set(one) < set(every)
    assert (
        told(asked("return", "list", "--limit", "2", "--page", "2", "--json"))["returns"][0]["id"] == every[2]
    )


def test_old_invoices_that_wait_for_nothing_are_left_out_unless_asked_for(
    asked: Any, monkeypatch: Any
) -> None:
    from tournee.cli.commands import journal as commands

    monkeypatch.setattr(commands, "RECENT_DAYS", -3650)  # as if the demonstration were ten years old
    usual = told(asked("status", "--json"))
    assert usual["totals"]["invoices"] > len(usual["invoices"])
    assert not {row["state"] for row in usual["invoices"]} & {"paid", "abandoned"}
    assert "Affichées : " in asked("status").stdout


def test_an_invoice_number_that_two_have_is_traced_for_one_of_them(asked: Any) -> None:
    assert asked("trace", "1").exception is not None
    mine = told(asked("trace", "1", "--ps", NURSE, "--json"))
    assert {one["invoice"] for one in mine["sheets"]} == {"000000001"}
