"""Files for the accountant: FEC and CSV, balanced, in order, of the right year, without a patient's name."""

from __future__ import annotations

import csv
import io
import re
from datetime import date
from pathlib import Path

import pytest
from account_life import PEOPLE, PS, Practice, Told

from tournee.app.accounts.bank import accept_all, take_statement
from tournee.app.accounts.books.chart import account_of
from tournee.app.accounts.books.entries import entries
from tournee.app.accounts.books.fec import COLUMNS, PIPE, TAB, fec, is_siren
from tournee.app.accounts.books.tables import RECEIPT_COLUMNS, defused, entries_csv, receipts_csv
from tournee.app.accounts.paying import give_up, pay
from tournee.app.finding import thing_of
from tournee.errors import AccountsError
from tournee.model import Effect, Means, Outcome, Target

SIREN = "732829320"
LAW = (
    "JournalCode JournalLib EcritureNum EcritureDate CompteNum CompteLib CompAuxNum CompAuxLib PieceRef "
    "PieceDate EcritureLib Debit Credit EcritureLet DateLet ValidDate Montantdevise Idevise"
)


@pytest.fixture
def lived(desk: Practice, tmp_path: Path) -> Practice:
    """Three invoices: all paid and the bank has it; a share refused and given up; one that nobody paid."""
    desk.bill(Told(0, "total"), Told(1, "amo"), Told(2, "non"))
    desk.send()
    desk.paid("000000001", 201, 201)
    desk.paid("000000001", 134, 134, "AMC", "VIR 2")
    desk.returned(Effect(Target.INVOICE, Outcome.REJECTED, PS, invoice="000000002", share="AMO"))
    desk.journal.given_up.write_off(2, "trop peu")
    pay(desk.office, thing_of(desk.office, 2), Means.CASH, 100)
    give_up(desk.office, thing_of(desk.office, 2), "parti", 34)
    statement = tmp_path / "releve.csv"
    statement.write_text("Date;Libelle;Montant\n16/11/2026;VIR 1;2,01\n17/11/2026;VIR 2;1,34\n")
    take_statement(desk.office, statement)
    accept_all(desk.office)
    return desk


def rows(content: bytes, separator: str) -> list[list[str]]:
    text = content.decode("iso-8859-15")
    assert text.endswith("\r\n") and text.count("\n") == text.count("\r\n")
    return [line.split(separator) for line in text.split("\r\n")[:-1]]


def cents(text: str) -> int:
    assert re.fullmatch(r"\d+,\d\d", text)
    return int(text.replace(",", ""))


@pytest.mark.parametrize("separator", [TAB, PIPE])
def test_a_fec_has_the_columns_of_the_law_balances_and_is_numbered(lived: Practice, separator: str) -> None:
    made = fec(lived.office, SIREN, date(2026, 12, 31), separator=separator)
    head, *lines = rows(made.content, separator)
    assert made.name == "732829320FEC20261231.txt"
    assert head == list(COLUMNS) == LAW.split()
    assert {len(line) for line in lines} == {18}
    sums: dict[str, int] = {}
    for line in lines:
        sums[line[2]] = sums.get(line[2], 0) + cents(line[11]) - cents(line[12])
        assert re.fullmatch(r"2026\d{4}", line[3]) and line[3] <= line[15]
        assert re.fullmatch(r"\d{6}", line[4]) and line[5] and line[8] and re.fullmatch(r"\d{8}", line[9])
    assert list(sums) == [str(number) for number in range(1, made.entries + 1)]
    assert set(sums.values()) == {0}
    assert [line[3] for line in lines] == sorted(line[3] for line in lines)
    assert sum(cents(line[11]) for line in lines) == made.total


def test_a_fec_names_no_patient(lived: Practice) -> None:
    whole = fec(lived.office, SIREN, date(2026, 12, 31)).content + entries_csv(lived.office)[0]
    whole += receipts_csv(lived.office)[0]
    for person in PEOPLE:
        for secret in (person.name, person.first_name, person.nir, person.born, person.born.replace("-", "")):
            assert secret.encode() not in whole.upper()


def test_what_happened_is_where_the_chart_says(lived: Practice) -> None:
    sums: dict[str, int] = {}
    for one in entries(lived.office):
        for posting in one.postings:
            number = posting.account.number
            sums[number] = sums.get(number, 0) + posting.debit - posting.credit
    told = {key: sums.get(account_of(key).number, 0) for key in ("fees", "bank", "announced", "cash", "loss")}
    assert told == {"fees": -1005, "bank": 335, "announced": 0, "cash": 100, "loss": 201 + 34}
    assert {key: sums.get(account_of(key).number, 0) for key in ("caisse", "mutuelle", "patient")} == {
        "caisse": 0,
        "mutuelle": 0,
        "patient": 335,
    }


def test_a_year_opens_with_what_the_one_before_left(lived: Practice) -> None:
    lived.later(60)
    pay(lived.office, thing_of(lived.office, 3), Means.CHEQUE)
    made = fec(lived.office, SIREN, date(2027, 12, 31))
    _, *lines = rows(made.content, TAB)
    opening = {line[4]: cents(line[11]) - cents(line[12]) for line in lines if line[0] == "AN"}
    assert opening == {"411100": 335, "512000": 335, "530000": 100, "108000": -770}
    assert {line[3] for line in lines if line[0] == "AN"} == {"20270101"}
    assert [line[0] for line in lines if line[0] != "AN"] == ["PA", "PA"]


def test_a_year_may_end_on_any_day(lived: Practice) -> None:
    assert fec(lived.office, SIREN, date(2027, 6, 30)).name == "732829320FEC20270630.txt"
    assert fec(lived.office, SIREN, date(2028, 2, 29)).entries == 1
    with pytest.raises(AccountsError, match="aucune écriture"):
        fec(lived.office, SIREN, date(2025, 12, 31))


def test_care_of_two_years_is_of_both(desk: Practice) -> None:
    from account_life import day_file

    text = day_file([Told(0, "amo", 2)], "2026-10-31").decode()
    first, second = (
        '{ code = "AMI", coefficient = 1.0, date = 2025-12-31 }',
        '{ code = "AMI", coefficient = 1.0, date = 2026-01-02 }',
    )
    text = text.replace('{ code = "AMI", coefficient = 1.0 }', first, 1).replace(
        '{ code = "AMI", coefficient = 1.0 }', second, 1
    )
    text = text.replace("2026-10-02", "2025-12-01").replace("heure", "# heure")
    from tournee.app.visits.importing import import_day

    import_day(desk.office, text.encode(), "two.toml")
    desk.certify()
    fees = [
        (one.day, -posting.debit + posting.credit)
        for one in entries(desk.office)
        for posting in one.postings
        if posting.account == account_of("fees")
    ]
    assert fees == [("20251231", 315), ("20260102", 315)]
    assert (
        sum(posting.debit - posting.credit for one in entries(desk.office) for posting in one.postings) == 0
    )


def test_an_invoice_replaced_is_taken_back_on_the_day_of_the_other(desk: Practice) -> None:
    desk.bill(Told(0, "amo"))
    desk.send()
    desk.returned(Effect(Target.INVOICE, Outcome.REJECTED, PS, invoice="000000001", share="AMO"))
    desk.later(3)
    desk.journal.visits.reopen(1, "prescription")
    desk.certify()
    fees = [
        (one.day, one.voucher, posting.credit - posting.debit)
        for one in entries(desk.office)
        for posting in one.postings
        if posting.account == account_of("fees")
    ]
    assert fees == [
        ("20261115", "000000001", 335),
        ("20261115", "000000002", 335),
        ("20261119", "000000001", -335),
    ]


def test_what_came_is_told_with_its_year_and_that_of_the_care(lived: Practice) -> None:
    content, lines, total = receipts_csv(lived.office)
    told = list(csv.reader(io.StringIO(content.decode("utf-8-sig"), newline=""), delimiter=";"))
    assert told[0] == list(RECEIPT_COLUMNS)
    assert (lines, total) == (3, 201 + 134 + 100)
    first = dict(zip(told[0], told[1], strict=True))
    assert (first["de"], first["montant"], first["exercice"], first["exercice_soins"], first["banque"]) == (
        *("caisse", "2,01", "2026", "2026"),
        "2026-11-16",
    )
    assert {row[told[0].index("de")] for row in told[1:]} == {"caisse", "mutuelle", "patient"}


def test_what_was_given_back_to_an_insurer_is_taken_off_what_came_in_both_exports(lived: Practice) -> None:
    lived.journal.given_up.cancel(1, "caisse", 335)
    content, lines, total = receipts_csv(lived.office)
    told = list(csv.reader(io.StringIO(content.decode("utf-8-sig"), newline=""), delimiter=";"))
    assert (lines, total) == (4, 100)
    (back,) = (dict(zip(told[0], row, strict=True)) for row in told[1:] if row[11].startswith("-"))
    assert (back["facture"], back["montant"], back["de"]) == ("000000001", "-3,35", "caisse")
    booked = csv.reader(
        io.StringIO(entries_csv(lived.office)[0].decode("utf-8-sig"), newline=""), delimiter=";"
    )
    assert [row[11] for row in booked if row[9] == "Rendu à l’organisme" and row[11] != "0,00"] == ["3,35"]


def test_a_csv_with_commas_has_points_and_parses(lived: Practice) -> None:
    content, lines = entries_csv(lived.office, separator=",")
    told = list(csv.reader(io.StringIO(content.decode("utf-8-sig"), newline="")))
    assert len(told) == lines + 1 and {len(row) for row in told} == {12}
    amounts = [row[10:12] for row in told[1:]]
    assert sum(float(debit) for debit, _ in amounts) == pytest.approx(
        sum(float(credit) for _, credit in amounts)
    )
    assert all(re.fullmatch(r"\d+\.\d\d", one) for pair in amounts for one in pair)


@pytest.mark.parametrize("text", ["=1+1", "+33", "-2+3", "@SUM(A1)", "\t=1", "\r=1"])
def test_no_cell_is_a_formula(text: str) -> None:
    assert defused(text) == "'" + text
    assert defused("VIR 1") == "VIR 1"


@pytest.mark.parametrize(
    ("text", "good"),
    [(SIREN, True), ("732829321", False), ("73282932", False), ("٧٣٢٨٢٩٣٢٠", False), ("", False)],
)
def test_a_siren_is_nine_digits_with_their_key(text: str, good: bool) -> None:
    assert is_siren(text) is good


def test_a_fec_of_no_siren_or_of_several_professionals_is_refused(lived: Practice) -> None:
    with pytest.raises(AccountsError, match="SIREN"):
        fec(lived.office, "../../etc", date(2026, 12, 31))
    lived.journal.visits.add_day("other", "697000230", "20261115", [])
    lived.journal.db.write("INSERT INTO day (id, digest, ps, date) VALUES (99, 'x', '697000230', '20261115')")
    with pytest.raises(AccountsError, match="plusieurs professionnels"):
        fec(lived.office, SIREN, date(2026, 12, 31))
    assert fec(lived.office, SIREN, date(2026, 12, 31), ps=PS).entries > 5
