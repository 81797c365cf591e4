"""The bank's credits beside what returns announced: each once, proposed when sure, accepted and undone."""

from __future__ import annotations

from pathlib import Path

import pytest
from account_life import PS, Practice, Told

from tournee.app.accounts.bank import accept, accept_all, standing, take_statement
from tournee.errors import AccountsError, StoreError
from tournee.model import Effect, Outcome, Target


@pytest.fixture
def paid(desk: Practice) -> Practice:
    """Two virements: 2,01 € of return 1, 4,02 € of return 2 less a retention of 0,45 € in the same one."""
    desk.bill(Told(0, "amo"), Told(1, "amo"), Told(2, "amo"))
    desk.send()
    desk.paid("000000001", 201, 201, reference="VIREMENT 000123 CPAM")
    told = [
        Effect(
            *(Target.INVOICE, Outcome.PAID, PS),
            invoice=number,
            share="AMO",
            asked=201,
            paid=201,
            reference="VIREMENT 000124",
        )
        for number in ("000000002", "000000003")
    ]
    held = Effect(Target.PAYMENT, Outcome.PAID, ps=PS, paid=-45, reference="VIREMENT 000124")
    desk.returned(*told, held)
    return desk


def write(folder: Path, *rows: str, name: str = "releve.csv") -> Path:
    file = folder / name
    file.write_text("\n".join(("Date;Libellé;Montant", *rows, "")), "utf-8")
    return file


def test_a_virement_is_all_that_a_return_pays_by_it(paid: Practice) -> None:
    assert [(one.number, one.cents, one.label) for one in paid.journal.bank.virements()] == [
        ("1-1", 201, "VIREMENT 000123 CPAM"),
        ("2-1", 357, "VIREMENT 000124"),
    ]


def test_credits_are_proposed_by_amount_accepted_and_undone(paid: Practice, tmp_path: Path) -> None:
    file = write(
        tmp_path, "20/11/2026;VIR SEPA CPAM;2,01", "21/11/2026;VIR 124;3,57", "21/11/2026;CARTE;-9,00"
    )
    told = take_statement(paid.office, file)
    assert (told.new, told.known, told.debits) == (2, 0, 1)
    found = standing(paid.office)
    assert [(one.line.cents, one.virements[0].number, one.is_sure) for one in found.proposals] == [
        (201, "1-1", True),
        (357, "2-1", True),
    ]
    assert found.unmatched == found.missing == ()
    assert accept_all(paid.office) == 2
    assert standing(paid.office).accepted == {1: ("1-1",), 2: ("2-1",)}
    paid.journal.bank.undo(2)
    assert [one.line.id for one in standing(paid.office).proposals] == [2]
    with pytest.raises(StoreError):
        paid.journal.bank.undo(2)


def test_a_statement_told_twice_or_overlapped_adds_nothing(paid: Practice, tmp_path: Path) -> None:
    rows = ("20/11/2026;VIR CPAM;2,01", "20/11/2026;DEPOT;10,00", "20/11/2026;DEPOT;10,00")
    assert take_statement(paid.office, write(tmp_path, *rows)).new == 3
    again = take_statement(paid.office, write(tmp_path, *rows))
    assert (again.new, again.known) == (0, 3)
    more = write(tmp_path, *rows, "23/11/2026;DEPOT;10,00", name="more.csv")
    assert take_statement(paid.office, more).new == 1


def test_two_virements_of_one_amount_are_told_by_their_words(paid: Practice, tmp_path: Path) -> None:
    paid.paid("000000001", 201, 201, reference="VIREMENT 000777 CPAM")
    take_statement(paid.office, write(tmp_path, "20/11/2026;CPAM 777;2,01", "20/11/2026;CPAM 000123;2,01"))
    found = {one.line.words: [v.number for v in one.virements] for one in standing(paid.office).proposals}
    assert found == {"CPAM 777": ["3-1"], "CPAM 000123": ["1-1"]}
    assert all(one.is_sure for one in standing(paid.office).proposals)


def test_what_only_the_carer_can_say_is_listed_and_she_says_it(paid: Practice, tmp_path: Path) -> None:
    paid.paid("000000001", 201, 201, reference="VIREMENT 000777 CPAM")
    take_statement(paid.office, write(tmp_path, "20/11/2026;CPAM;2,01"))
    (unsure,) = standing(paid.office).proposals
    assert ([one.number for one in unsure.virements], unsure.is_sure) == (["1-1", "3-1"], False)
    assert accept_all(paid.office) == 0
    with pytest.raises(AccountsError, match="Rien de sûr"):
        accept(paid.office, unsure.line.id)
    assert [one.number for one in accept(paid.office, unsure.line.id, ["3-1"])] == ["3-1"]
    assert [one.number for one in standing(paid.office).missing] == ["1-1", "2-1"]


def test_an_amount_alone_is_not_sure(paid: Practice, tmp_path: Path) -> None:
    take_statement(paid.office, write(tmp_path, "21/11/2026;REMISE DE CHEQUES;3,57"))
    (unsure,) = standing(paid.office).proposals
    assert ([one.number for one in unsure.virements], unsure.is_sure) == (["2-1"], False)
    assert accept_all(paid.office) == 0
    assert "2-1" in {one.number for one in standing(paid.office).missing}
    assert [one.number for one in accept(paid.office, unsure.line.id, ["2-1"])] == ["2-1"]


def test_two_credits_that_may_be_one_virement_are_not_sure(paid: Practice, tmp_path: Path) -> None:
    take_statement(paid.office, write(tmp_path, "20/11/2026;CPAM;2,01", "22/11/2026;CPAM;2,01"))
    assert [one.is_sure for one in standing(paid.office).proposals] == [False, False]


def test_a_credit_far_in_time_or_of_another_amount_is_like_nothing(paid: Practice, tmp_path: Path) -> None:
    paid.later(200)
    rows = ("20/11/2026;VIR CPAM;2,02", "20/02/2027;VIR CPAM;2,01", "01/10/2026;VIR CPAM;2,01")
    take_statement(paid.office, write(tmp_path, *rows))
    found = standing(paid.office)
    assert (found.proposals, len(found.unmatched), len(found.missing)) == ((), 3, 2)


def test_a_credit_may_be_several_virements_that_make_its_amount(paid: Practice, tmp_path: Path) -> None:
    take_statement(paid.office, write(tmp_path, "20/11/2026;CPAM GROUPE;5,58", "21/11/2026;CPAM;2,01"))
    with pytest.raises(StoreError, match="ne font pas le montant"):
        accept(paid.office, 1, ["1-1"])
    accept(paid.office, 1, ["1-1", "2-1"])
    with pytest.raises(StoreError, match="déjà la ligne 1"):
        accept(paid.office, 2, ["1-1"])
    with pytest.raises(AccountsError, match="9-9"):
        accept(paid.office, 2, ["9-9"])


def test_a_credit_of_something_else_is_set_aside_with_a_word(paid: Practice, tmp_path: Path) -> None:
    take_statement(paid.office, write(tmp_path, "20/11/2026;REMISE CHEQUES;2,01"))
    paid.journal.bank.set_aside(1, "chèques")
    assert standing(paid.office).proposals == ()
    with pytest.raises(StoreError):
        accept(paid.office, 1, ["1-1"])


@pytest.mark.parametrize("day", ["25/11/2026", "01/01/2010", "31/12/2099"])
def test_a_day_that_lies_is_told_and_not_taken(desk: Practice, tmp_path: Path, day: str) -> None:
    file = write(tmp_path, f"{day};VIR CPAM;2,01", "16/11/2026;VIR;1,00")
    told = take_statement(desk.office, file)
    assert (told.new, len(told.skipped)) == (1, 1)
    assert day in told.skipped[0].why


def test_a_file_too_large_absent_or_no_file_is_refused(desk: Practice, tmp_path: Path) -> None:
    huge = tmp_path / "huge.csv"
    with huge.open("wb") as file:
        file.truncate(1 << 30)
    for path in (huge, tmp_path / "absent.csv", tmp_path, Path("/dev/zero")):
        with pytest.raises(AccountsError):
            take_statement(desk.office, path)
    assert desk.journal.bank.lines() == ()


def test_what_a_bank_says_is_encrypted_and_bare_of_escapes(desk: Practice, tmp_path: Path) -> None:
    take_statement(desk.office, write(tmp_path, "16/11/2026;VIR DE \x1b[31mMME LAMBERT\u202e;2,01"))
    (line,) = desk.journal.bank.lines()
    assert "\x1b" not in line.words and "\u202e" not in line.words
    assert not any(b"LAMBERT" in file.read_bytes() for file in desk.journal.path.parent.glob("journal.db*"))
