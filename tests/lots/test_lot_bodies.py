"""Records 1 and 6 of a lot, and how sheets are shared out into lots."""

import random
from dataclasses import dataclass, replace
from itertools import groupby, pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tournee.exchange.lots import LotError, LotKey, group_sheets, lot_body, lot_group
from tournee.exchange.splitting import LayoutError, split_invoice, split_lot


@dataclass(frozen=True)
class Sheet:
    """What grouping looks at."""

    kind: str
    crf: str
    mode: str
    organisme: str
    invoice: str
    signer: str = "0A1B2C"

    @property
    def sevens(self) -> bytes:
        return b" " * 26 + self.signer.encode()


def test_a_lot_of_two_fse_is_the_vector(certified, vector):
    head, trailer = vector("lot_fse_ends.txt")
    assert certified.fse_lot[: -4 * 128] == head + b"".join(certified.fse) + trailer


def test_a_lot_of_dre_is_the_vector(certified, vector):
    head, trailer = vector("lot_dre_ends.txt")
    assert certified.dre_lot[: -4 * 128] == head + b"".join(certified.dre) + trailer


def test_the_columns_of_a_lots_ends_are_the_profiles(certified):
    head, trailer = certified.fse_lot[:128], certified.fse_lot[-5 * 128 : -4 * 128]
    assert head[1:10] == b"756000014"
    assert head[16:19] == b"751"
    assert head[19:22] == b"007"
    assert head[22:25] == b"FSE"
    assert head[25:29] == b"0300"
    assert head[29:69] == b"LEFEVRE ELOISE".ljust(40)
    assert head[69:71] + head[78:80] == b"B2SV"
    assert head[71:77] == b"260302"
    assert head[81:88] == b"140700U"
    assert head[88:128] == b"F01751123".ljust(40)
    assert trailer[10:24] == b"00200030002002"
    assert trailer[24:51] == b"000001983000001190000000793"
    assert trailer[51:54] == b"007"


def test_the_group_of_an_fse_lot_is_13(certified):
    """OCT-MSG-3."""
    group = lot_group(certified.fse_lot, "IF")
    assert group.id == 13
    assert group.fields == (
        b"007",
        b"260302",
        b"F01751123",
        b"IF",
        b"00000756000014",
        b"002",
        b"140700",
        b"000001983",
        b"000001190",
        b"03",
    )


def test_the_group_of_a_dre_lot_is_93(certified):
    """OCT-MSG-3."""
    group = lot_group(certified.dre_lot, "IF")
    assert (group.id, group.field("crf"), group.field("version")) == (93, "D0750000001", "140700")


@pytest.mark.parametrize("number", [0, 1000])
def test_a_lot_number_outside_001_to_999_is_refused(certified, number):
    with pytest.raises(LotError, match="Numéro de lot"):
        lot_body(certified.sender, number, certified.fse_key, "260302", certified.fse)


def test_an_empty_lot_is_refused(certified):
    with pytest.raises(LotError, match="0 factures"):
        lot_body(certified.sender, 1, certified.fse_key, "260302", [])


def test_a_hundred_and_first_invoice_is_refused(certified):
    with pytest.raises(LotError, match="101 factures"):
        lot_body(certified.sender, 1, certified.fse_key, "260302", certified.fse[:1] * 101)


def test_an_invoice_that_comes_twice_is_refused(certified):
    with pytest.raises(LotError, match="000000001 est là deux fois"):
        lot_body(certified.sender, 1, certified.fse_key, "260302", certified.fse[:1] * 2)


def test_an_invoice_of_another_sender_is_refused(certified):
    sender = replace(certified.sender, number="751000027")
    with pytest.raises(LotError, match="000000001 est de 756000014"):
        lot_body(sender, 1, certified.fse_key, "260302", certified.fse)


@pytest.mark.parametrize(("mode", "seals"), [("05", True), ("03", False)])
def test_an_invoice_without_the_certificates_of_the_lots_mode_is_refused(certified, vector, mode, seals):
    invoice = certified.invoice(b"".join(vector("fse_1.txt")), seals=seals)
    with pytest.raises(LotError, match="certificats du mode"):
        lot_body(certified.sender, 1, replace(certified.fse_key, mode=mode), "260302", [invoice])


@pytest.mark.parametrize("date", ["260230", "2026-3", ""])
def test_a_date_that_is_none_is_refused(certified, date):
    with pytest.raises(LotError, match="ne peut pas être écrit: .*date".replace("écrit:", "écrit :")):
        lot_body(certified.sender, 1, certified.fse_key, date, certified.fse)


def test_two_invoices_given_as_one_are_refused(certified):
    with pytest.raises(LayoutError, match="suivent la fin"):
        lot_body(certified.sender, 1, certified.fse_key, "260302", [b"".join(certified.fse)])


sheets = st.lists(
    st.builds(
        Sheet,
        st.sampled_from(["FSE", "DRE"]),
        st.sampled_from(["F01751123", "F02999000", "D0750000001"]),
        st.sampled_from(["03", "05"]),
        st.sampled_from(["751", "000"]),
        st.integers(1, 999_999_999).map("{:09}".format),
    ),
    max_size=400,
    unique_by=lambda sheet: (sheet.kind, sheet.invoice),
)


def test_sheets_signed_with_two_cards_are_never_in_one_lot():
    old = Sheet("FSE", "F01751123", "03", "751", "000000001")
    new = replace(old, invoice="000000002", signer="FFFFFF")
    last = replace(old, invoice="000000003")
    assert [lot for _, lot in group_sheets([old, new, last])] == [[old, last], [new]]


def key_of(sheet):
    return LotKey(sheet.kind, sheet.crf, sheet.mode, sheet.organisme)


@given(sheets)
def test_grouping_keeps_every_sheet_once_in_a_lot_of_its_key(made):
    lots = group_sheets(made)
    assert sorted((sheet for _, lot in lots for sheet in lot), key=repr) == sorted(made, key=repr)
    assert all(key_of(sheet) == key for key, lot in lots for sheet in lot)


@given(sheets)
def test_a_lot_is_begun_only_when_the_one_before_is_full(made):
    lots = group_sheets(made)
    assert all(1 <= len(lot) <= 100 for _, lot in lots)
    assert all(len(lot) == 100 for (key, lot), (after, _) in pairwise(lots) if key == after)
    keys = [key for key, _ in lots]
    assert len(set(keys)) == len([key for key, _ in groupby(keys)])


@given(sheets, st.randoms(use_true_random=False))
def test_grouping_does_not_depend_on_the_order_given(made, shuffler: random.Random):
    other = list(made)
    shuffler.shuffle(other)
    assert group_sheets(other) == group_sheets(made)


def test_two_hundred_and_one_sheets_make_lots_of_100_100_and_1():
    made = [Sheet("FSE", "F01751123", "03", "751", f"{number:09}") for number in range(201, 0, -1)]
    lots = group_sheets(made)
    assert [len(lot) for _, lot in lots] == [100, 100, 1]
    assert lots[2][1][0].invoice == "000000201"


def test_a_sheet_that_is_neither_fse_nor_dre_is_not_grouped():
    with pytest.raises(LotError, match="ni une FSE ni une DRE"):
        group_sheets([Sheet("ARL", "F01751123", "03", "751", "000000001")])


def test_an_fse_given_twice_is_not_grouped():
    sheet = Sheet("FSE", "F01751123", "03", "751", "000000001")
    with pytest.raises(LotError, match="deux fois"):
        group_sheets([sheet, sheet])


@pytest.mark.parametrize(
    ("at", "value", "field"),
    [
        (5 * 128 + 38, b"003", "lignes"),
        (5 * 128 + 57, b"00000724", "honoraires"),
        (5 * 128 + 65, b"00000435", "part_amo"),
        (5 * 128 + 89, b"00000290", "part_amc"),
        (1 * 128 + 29, b"000000009", "facture"),
        (2 * 128 + 26, b"000000009", "facture"),
    ],
    ids=["lines", "fee", "AMO share", "AMC share", "number in a 4", "number in a 4E"],
)
def test_an_invoice_whose_records_disagree_is_refused(vector, at, value, field):
    data = b"".join(vector("fse_1.txt"))
    with pytest.raises(LayoutError, match=f"Facture 000000001 : {field}"):
        split_invoice(data[:at] + value + data[at + len(value) :])


@pytest.mark.parametrize(
    ("at", "value", "field"),
    [
        (10, b"003", "factures"),
        (13, b"0004", "actes"),
        (24, b"000001984", "total"),
        (33, b"000001191", "part_amo"),
        (42, b"000000794", "part_amc"),
        (51, b"008", "lot"),
    ],
    ids=["invoices", "acts", "fee", "AMO share", "AMC share", "number"],
)
def test_a_lot_whose_trailer_says_otherwise_is_refused(certified, at, value, field):
    lot = bytearray(certified.fse_lot[: -4 * 128])
    trailer = len(lot) - 128
    lot[trailer + at : trailer + at + len(value)] = value
    if field == "factures":
        lot[trailer + 17 : trailer + 24] = b"0003003"
    with pytest.raises(LayoutError, match=f"Lot 007 : {field}"):
        split_lot(bytes(lot))
