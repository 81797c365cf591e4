"""A lot seen from above says what a lot taken apart says, and refuses what that refuses."""

import pytest

from tournee.exchange.lot_index import outline_lot
from tournee.exchange.splitting import LayoutError, split_lot
from tournee.formats.records import RECORD_LENGTH, shape_of


@pytest.mark.parametrize("name", ["fse_lot", "dre_lot"])
def test_an_outline_says_what_the_whole_lot_does(certified, name):
    data = getattr(certified, name)
    whole, seen = split_lot(data), outline_lot(data)
    assert (seen.head, seen.trailer, seen.size, seen.certified) == (
        whole.head,
        whole.trailer,
        len(data),
        True,
    )
    assert [f"{number:09}" for number in seen.invoices] == [one.number for one in whole.invoices]


def test_a_lot_without_its_certificate_is_seen_as_such(certified):
    assert not outline_lot(certified.fse_lot[: -4 * RECORD_LENGTH]).certified


def test_the_shape_tells_the_invoice_from_its_complement(vector):
    assert shape_of(b"".join(vector("fse_1.txt")))[:2] in ("24", "2a")
    assert set(shape_of(b"".join(vector("dre_2.txt")))) <= set("2a4e5")


def test_a_lot_with_any_record_left_out_is_refused(certified):
    data = certified.fse_lot
    sevens = range(len(data) - 4 * RECORD_LENGTH, len(data), RECORD_LENGTH)
    for at in range(0, len(data), RECORD_LENGTH):
        cut = data[:at] + data[at + RECORD_LENGTH :]
        kind = data[at : at + 1]
        if at not in sevens and kind != b"7" and shape_of(data)[at // RECORD_LENGTH] not in "ae4":
            with pytest.raises(LayoutError):
                outline_lot(cut)


@pytest.mark.parametrize("cut", [0, 1, 127, 129])
def test_what_is_no_whole_number_of_records_is_refused(certified, cut):
    with pytest.raises(LayoutError):
        outline_lot(certified.fse_lot[:cut])


def test_a_lot_that_miscounts_its_invoices_is_refused(certified):
    data = certified.fse_lot
    with pytest.raises(LayoutError):
        outline_lot(data[:RECORD_LENGTH] + certified.fse[0] + data[-5 * RECORD_LENGTH :])


@pytest.mark.parametrize("digits", [b"+00000001", b" 00000001", b"00000000x"])
def test_a_number_that_is_none_is_refused(certified, digits):
    data = bytearray(certified.fse_lot)
    data[RECORD_LENGTH + 29 : RECORD_LENGTH + 38] = digits
    with pytest.raises(LayoutError):
        outline_lot(bytes(data))
