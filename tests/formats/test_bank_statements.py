"""Statements as banks give them: layouts, days, amounts and charsets; and what is none, refused."""

from __future__ import annotations

from contextlib import suppress
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tournee.formats.bank.line import BankFileError
from tournee.formats.bank.statement import read_statement
from tournee.formats.bank.values import DayReader, amount

DAY = date(2026, 11, 20)
EXPECTED = [(DAY, 4822, "VIR SEPA CPAM 000123"), (DAY, -1490, "CARTE METRO")]

LAYOUTS = {
    "one amount": "Date;Libellé;Montant\n20/11/2026;VIR SEPA CPAM 000123;48,22\n"
    "20/11/2026;CARTE METRO;-14,90\n",
    "debit and credit": "Date;Libellé;Débit euros;Crédit euros;\n"
    "20/11/2026;VIR SEPA CPAM 000123;;48,22;\n20/11/2026;CARTE METRO;14,90;;\n",
    "debits with their sign": "Date opération,Date valeur,Débit,Crédit,Libellé,Solde\n"
    "20/11/2026,21/11/2026,,48.22,VIR SEPA CPAM 000123,148.22\n"
    "20/11/2026,20/11/2026,-14.90,,CARTE METRO,133.32\n",
    "a head above the table": '="0201900016400270";17/05/2026;16/11/2026;\n'
    "date_comptabilisation;libellé_complet_operation;montant_operation;devise;\n"
    "20/11/2026;VIR SEPA CPAM 000123;48,22;EUR;\n20/11/2026;CARTE METRO;-14,90;EUR;\n",
    "quoted, ISO days": "dateOp;dateVal;label;category;amount;accountBalance\n"
    '2026-11-20;2026-11-20;"VIR SEPA CPAM 000123";"x";48,22;"1 000,00"\n'
    '2026-11-20;2026-11-20;"CARTE METRO";"x";-14,90;"985,10"\n',
    "tabs and short years": "Date\tNature\tMontant en euros\n20/11/26\tVIR SEPA CPAM 000123\t+48,22\n"
    "20/11/26\tCARTE METRO\t14,90-\n",
    "no headings": "Compte;****1234;16/11/2026;;1 234,56\n20/11/2026;VIR SEPA CPAM 000123;48,22\n"
    "20/11/2026;CARTE METRO;-14,90\n",
    "no headings, two columns": "20/11/2026;VIR SEPA CPAM 000123;;48,22\n20/11/2026;CARTE METRO;14,90;\n",
    "a month first": "Date,Description,Amount\n11/20/2026,VIR SEPA CPAM 000123,48.22\n"
    "11/20/2026,CARTE METRO,-14.90\n",
    "words on two lines": 'Date;Libellé;Montant\n20/11/2026;"VIR SEPA\nCPAM 000123";48,22\n'
    "20/11/2026;CARTE METRO;-14,90\n",
}
OFX_1 = """OFXHEADER:100
DATA:OFXSGML

<OFX><BANKMSGSRSV1><STMTTRNRS><STMTRS><CURDEF>EUR<BANKTRANLIST>
<STMTTRN><TRNTYPE>CREDIT
<DTPOSTED>20261120120000<TRNAMT>+48.22<FITID>A1<NAME>VIR SEPA<MEMO>CPAM 000123</STMTTRN>
<STMTTRN><TRNTYPE>DEBIT<DTPOSTED>20261120<TRNAMT>-14.90<FITID>A2<NAME>CARTE METRO
</BANKTRANLIST></STMTRS></STMTTRNRS></BANKMSGSRSV1></OFX>
"""
OFX_2 = """<?xml version="1.0"?><?OFX OFXHEADER="200"?><!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/passwd">]>
<OFX><STMTTRN><DTPOSTED>20261120</DTPOSTED><TRNAMT>48,22</TRNAMT><FITID>A1</FITID>
<NAME>VIR SEPA</NAME><MEMO>CPAM 000123</MEMO></STMTTRN>
<STMTTRN><DTPOSTED>20261120</DTPOSTED><TRNAMT>-14.90</TRNAMT><NAME>CARTE METRO</NAME></STMTTRN></OFX>
"""


def told(data: bytes) -> list[tuple[date, int, str]]:
    return [(one.day, one.cents, one.words) for one in read_statement(data).lines]


@pytest.mark.parametrize("layout", LAYOUTS)
def test_each_layout_tells_the_same_movements(layout: str) -> None:
    assert told(LAYOUTS[layout].encode()) == EXPECTED


@pytest.mark.parametrize("charset", ["utf-8", "utf-8-sig", "cp1252", "utf-16", "cp850"])
def test_each_charset_tells_the_same_words(charset: str) -> None:
    text = "Date;Libellé;Crédit\n20/11/2026;VIR REÇU DE L'ÉTABLISSEMENT;48,22\n"
    assert told(text.encode(charset)) == [(DAY, 4822, "VIR REÇU DE L'ÉTABLISSEMENT")]


@pytest.mark.parametrize("text", [OFX_1, OFX_2], ids=["SGML", "XML"])
def test_ofx_tells_the_same_and_reads_nothing_outside(text: str) -> None:
    assert told(text.encode()) == EXPECTED
    assert read_statement(text.encode()).lines[0].number == "A1"


@pytest.mark.parametrize(
    ("text", "cents"),
    [
        ("1 234,56", 123456),
        ("1\u202f234,56 €", 123456),
        ("1.234,56", 123456),
        ("1,234.56", 123456),
        ("1'234.50", 123450),
        ("1234", 123400),
        ("1.234", 123400),
        ("12,5", 1250),
        ("- 12,50", -1250),
        ("12,50-", -1250),
        ("(12,50)", -1250),
        ("+0,01 EUR", 1),
        ("−3,00", -300),
    ],
)
def test_an_amount_is_read_as_banks_write_it(text: str, cents: int) -> None:
    assert amount(text) == cents


NO_AMOUNTS = (
    *("", "abc", "1,2,3", "12,345,6", "1 23,45", "--1", "+1-", "1e9", "NaN", "∞", "٣,٠٠", "0x10", "1,", ",5"),
    *("12.34.56", "=1+1", "999999999999999", "1" * 1_000_000),
)


@pytest.mark.parametrize("text", NO_AMOUNTS, ids=lambda text: text[:20])
def test_what_is_no_amount_is_none(text: str) -> None:
    assert amount(text) is None


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("20/11/2026", DAY),
        ("20-11-26", DAY),
        ("20.11.2026 14:05", DAY),
        ("2026-11-20T10:00:00+01:00", DAY),
        ("20261120", DAY),
        ("31/02/2026", None),
        ("29/02/2028", date(2028, 2, 29)),
        ("00/00/0000", None),
        ("20/11/0026", None),
        ("9999-12-31", None),
        ("20/11", None),
        ("hier", None),
    ],
)
def test_a_day_is_read_as_banks_write_it(text: str, day: date | None) -> None:
    assert DayReader().read(text) == day


def test_a_line_that_cannot_be_read_is_told_and_stops_no_other() -> None:
    found = read_statement(
        b"Date;Libelle;Montant\n20/11/2026;A;1,00\n31/02/2026;B;2,00\n20/11/2026;C;douze\n"
    )
    assert [one.cents for one in found.lines] == [100]
    assert [(one.line, one.why) for one in found.skipped] == [
        (3, "son jour ne se lit pas"),
        (4, "son montant ne se lit pas"),
    ]


def test_a_minus_in_the_column_of_credits_is_told_and_no_credit() -> None:
    """In that of debits it is how some banks write a debit."""
    rows = ("Date;Libellé;Débit;Crédit", "20/11/2026;VIR;;2,01", "21/11/2026;VIR;;-3,57", "22/11/2026;CB;-9;")
    found = read_statement("\n".join(rows).encode())
    assert [one.cents for one in found.lines] == [201, -900]
    ((line, why),) = [(one.line, one.why) for one in found.skipped]
    assert line == 3 and why.startswith("un moins dans la colonne du crédit")


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"\n\n",
        b"%PDF-1.7 ...",
        b"PK\x03\x04xlsx",
        b"\xff\xfea",
        b"bonjour",
        b"Date;Libelle;Montant\n",
        b"Date;Libelle\n20/11/2026;A\n",
        b'Date;Libelle;Montant\n20/11/2026;"A;1,00',
        b"a;b;c\n" * 100,
        b"<OFX></OFX>",
        bytes(range(256)) * 100,
        b"\x00" * 10_000,
    ],
)
def test_what_is_no_statement_is_refused(data: bytes) -> None:
    with pytest.raises(BankFileError):
        read_statement(data)


@pytest.mark.parametrize(
    "data",
    [
        b";" * 4_000_000,
        b"Date;Libelle;Montant\n" + b"\n" * 4_000_000,
        b"Date;Libelle;Montant\n" + b"20/11/2026;A;1,00\n" * 200_000,
        b'"' * 4_000_000,
        b"<OFX>" + b"<STMTTRN>" * 400_000,
        b"<OFX><STMTTRN>" + b"<NAME>" * 600_000,
        b"a" * 4_000_000,
        b"1 " * 2_000_000,
    ],
)
def test_a_file_made_to_take_long_is_refused(data: bytes) -> None:
    with pytest.raises(BankFileError):
        read_statement(data)


@given(st.binary(max_size=400))
def test_any_bytes_are_read_or_refused(data: bytes) -> None:
    with suppress(BankFileError):
        read_statement(data)


@given(st.text(alphabet='Datelibmontr;,.\t"\n 0123456789/-+€', max_size=300))
def test_any_text_is_read_or_refused(text: str) -> None:
    with suppress(BankFileError):
        read_statement(f"Date;Libelle;Montant\n{text}".encode())
