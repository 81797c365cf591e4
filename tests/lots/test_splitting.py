"""A lot taken apart record by record: what is wrong is told at its byte, whatever was read before."""

from random import Random

import pytest

from tournee.exchange.splitting import LayoutError, split_invoice, split_lot

RECORD = 128
DAMAGE = b" 0129AZae=+\x00\xe9"


def verdict(data: bytes):
    """The lot's parts, or what is wrong and where."""
    try:
        return split_lot(data)
    except LayoutError as error:
        return str(error), error.offset


def damaged(data: bytes, random: Random) -> bytes:
    """A lot with some bytes changed, or records lost, doubled or in another order."""
    at = random.randrange(len(data) // RECORD) * RECORD
    record = data[at : at + RECORD]
    way = random.randrange(5)
    if way == 0:
        return data[:at] + data[at + RECORD :]
    if way == 1:
        return data[:at] + record + data[at:]
    if way == 2:
        other = random.randrange(len(data) // RECORD) * RECORD
        return data[:other] + record + data[other:]
    changed = bytearray(data)
    for _ in range(random.randint(1, 3)):
        column = random.choice((0, random.randrange(40), random.randrange(RECORD)))
        changed[at + column] = random.choice(DAMAGE)
    return bytes(changed)


def test_a_lot_is_judged_the_same_whether_its_invoices_were_read_before_or_not(certified):
    random = Random(140700)
    for lot in [damaged(certified.fse_lot, random) for _ in range(600)]:
        split_invoice.cache_clear()
        first = verdict(lot)
        for invoice in certified.fse:
            split_invoice(invoice)
        assert verdict(lot) == first


@pytest.mark.parametrize("rank", range(28))
def test_a_record_that_is_none_is_told_at_its_byte(certified, rank):
    at = rank * RECORD
    lot = certified.fse_lot[:at] + b"?" + certified.fse_lot[at + 1 :]
    with pytest.raises(LayoutError) as caught:
        split_lot(lot)
    assert caught.value.offset == at


@pytest.mark.parametrize("rank", range(32))
def test_a_character_that_may_not_stand_there_is_told_at_its_record(certified, rank):
    at = rank * RECORD
    lot = certified.fse_lot[: at + 1] + b"x" + certified.fse_lot[at + 2 :]
    with pytest.raises(LayoutError, match="champ emetteur, colonne 2") as caught:
        split_lot(lot)
    assert caught.value.offset == at


def test_an_invoice_read_alone_is_the_one_of_its_lot(certified):
    split_invoice.cache_clear()
    assert split_lot(certified.fse_lot).invoices == tuple(map(split_invoice, certified.fse))


def test_an_invoice_is_read_again_once_a_byte_of_it_changed(certified):
    split_invoice(certified.fse[0])
    at = RECORD + certified.fse_lot[RECORD:].index(b"4")  # in a record of the first invoice
    lot = certified.fse_lot[:at] + b"\x00" + certified.fse_lot[at + 1 :]
    assert isinstance(verdict(lot), tuple)
