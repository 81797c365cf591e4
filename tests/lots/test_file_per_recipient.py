"""Files per recipient (OCT-SS), judged by slicing their bytes: their addresses are written down here."""

from datetime import datetime

import pytest
from whole_in_memory import file_per_recipient

from tournee.exchange.files import Addressee, FileError, addressee_of, format_file
from tournee.exchange.lot_index import outline_lot
from tournee.exchange.lots import LotKey, lot_group
from tournee.formats import zones

MOMENT = datetime(2026, 3, 2, 18, 30)


def another(certified, **how) -> bytes:
    """The second invoice once more, under a number of its own."""
    return certified.invoice(certified.fse[1][: 4 * 128].replace(b"000000002", b"000000009"), **how)


@pytest.fixture(scope="module")
def elsewhere(certified):
    """Lots of the same FSE, closed for another recipient."""

    def make(number: int, crf: str, organisme: str) -> bytes:
        return certified.lot(number, LotKey("FSE", crf, "03", organisme), certified.fse)

    return make


def test_fse_go_to_the_caisse_that_regime_centre_and_organisme_name(certified):
    """OCT-SS-1."""
    made = file_per_recipient(certified.sender, 42, MOMENT, [certified.fse_lot])
    for end in (made.clear[:128], made.clear[-128:]):
        assert end[3:19] == b"IF00000756000014"
        assert end[25:41] == b"CP00000001123751"
        assert end[47:55] == b"TR000042"
    assert made.clear[128:-128] == certified.fse_lot
    assert made.name == "000042"
    assert made.invoices == 2


def test_dre_go_to_the_amc_by_its_number(certified):
    """OCT-SS-1."""
    made = file_per_recipient(certified.sender, 43, MOMENT, [certified.dre_lot])
    assert made.clear[25:41] == b"OC00000750000001"
    assert made.clear[47:49] == b"TR"


def test_the_file_says_that_it_is_a_simulation(certified):
    made = file_per_recipient(certified.sender, 42, MOMENT, [certified.fse_lot])
    assert made.clear[91:128] == b"SIMULATION OPEN-1 NE FACTURE PERSONNE"


@pytest.mark.parametrize(
    ("crf", "organisme", "kind", "number"),
    [
        ("F02351350", "351", "MA", "00000002350351"),
        ("F04001002", "003", "CF", "00000004002003"),
        ("F91010020", "030", "CT", "00000091020030"),  # a régime without a type of its own
    ],
)
def test_each_regime_has_its_recipient_type(elsewhere, crf, organisme, kind, number):
    """OCT-SS-1."""
    assert addressee_of(outline_lot(elsewhere(9, crf, organisme))) == Addressee(kind, number, crf)


def test_lots_of_one_recipient_share_its_file(certified):
    """OCT-SS-1."""
    later = certified.lot(9, LotKey("FSE", "F01751123", "05", "751"), [another(certified, seals=False)])
    made = file_per_recipient(certified.sender, 1, MOMENT, [certified.fse_lot, later])
    assert made.clear[-128:][82:85] == b"002"
    assert made.invoices == 3


def test_lots_of_two_organismes_do_not_share_a_file(certified):
    """OCT-SS-1."""
    other = certified.lot(9, LotKey("FSE", "F01751123", "03", "752"), [another(certified)])
    with pytest.raises(FileError, match="00000001123752"):
        file_per_recipient(certified.sender, 1, MOMENT, [certified.fse_lot, other])


def test_lots_of_two_crf_do_not_share_a_file(certified):
    """OCT-SS-1."""
    with pytest.raises(FileError, match="un seul CRF"):
        file_per_recipient(certified.sender, 1, MOMENT, [certified.fse_lot, certified.dre_lot])


def test_a_recipient_number_that_is_not_the_lots_own_is_refused(certified):
    """OCT-SS-1."""
    recipient = ("CP", "00000001123752")
    head = zones.make(12, "202603021830", "000042", "IF", "00000756000014", "TR", *recipient, "F01751123")
    more = zones.make(14, "1", str(len(certified.fse_lot)), "ESSAI")
    with pytest.raises(FileError, match="00000001123751"):
        format_file(head, more, [(lot_group(certified.fse_lot, "IF"), certified.fse_lot)])


@pytest.mark.parametrize("number", [0, 1_000_000])
def test_a_file_name_of_six_zeros_or_seven_digits_is_refused(certified, number):
    with pytest.raises(FileError):
        file_per_recipient(certified.sender, number, MOMENT, [certified.fse_lot])


def test_a_file_without_lots_is_refused(certified):
    with pytest.raises(FileError, match="au moins un lot"):
        file_per_recipient(certified.sender, 1, MOMENT, [])
