"""The single file (OCT-SF), judged by slicing its bytes."""

from datetime import datetime

import pytest
from whole_in_memory import single_file

from tournee.exchange.files import FileError, format_file
from tournee.exchange.lots import lot_group
from tournee.exchange.splitting import LayoutError, split_file
from tournee.formats import zones

MOMENT = datetime(2026, 3, 2, 18, 30)
OCT_SIREN = "999000003"


def group_12(**changes):
    values = {
        "date": "202603021830",
        "fichier": "000042",
        "type_emetteur": "IF",
        "numero_emetteur": "00000756000014",
        "application": "TO",
        "type_destinataire": "OT",
        "numero_destinataire": "00000999000003",
        "crf": "D0750000001",
    }
    return zones.make(12, *(values | changes).values())


def group_14(made, **changes):
    values = {"lots": str(len(made)), "taille": str(sum(map(len, made))), "message": "ESSAI"}
    return zones.make(14, *(values | changes).values())


def described(lots):
    return [(lot_group(lot, "IF"), lot) for lot in lots]


@pytest.fixture(scope="module")
def made(certified):
    lots = [certified.fse_lot, certified.dre_lot]
    return single_file(certified.sender, 42, MOMENT, OCT_SIREN, lots)


def test_a_single_file_is_its_lots_between_the_vectors_ends(made, certified, vector):
    head, trailer = vector("single_file_ends.txt")
    assert made.clear == head + certified.fse_lot + certified.dre_lot + trailer
    assert made.name == "000042"


def test_header_and_trailer_say_what_was_agreed_with_the_oct(made):
    """OCT-SF-3, OCT-SF-4."""
    for end in (made.clear[:128], made.clear[-128:]):
        assert end[3:5] == b"IF"
        assert end[5:19] == b"00000756000014"
        assert end[19:25] == b"TOURNE"
        assert end[25:27] == b"OT"
        assert end[27:41] == b"00000999000003"
        assert end[47:49] == b"TO"
        assert end[49:55] == b"000042"


def test_header_bears_date_norm_and_a_message_that_says_simulation(made):
    """OCT-SF-4."""
    head = made.clear[:128]
    assert head[55:67] == b"260302SV14B2"
    assert head[82:85] == b"128"
    assert head[91:128].startswith(b"SIMULATION")


def test_trailer_counts_all_records_and_lots(made):
    assert int(made.clear[-128:][55:63]) == len(made.clear) // 128
    assert made.clear[-128:][82:85] == b"002"


def test_invoices_are_the_records_2_that_are_not_2a(made):
    records = [made.clear[at : at + 128] for at in range(0, len(made.clear), 128)]
    assert made.invoices == sum(record[:1] == b"2" and record[38:39] != b"A" for record in records) == 3


def test_lots_of_both_kinds_and_any_crf_go_together(made):
    """OCT-SF-1, OCT-SF-2."""
    lots = split_file(made.clear).lots
    assert [lot.head["crf"] for lot in lots] == ["F01751123", "D0750000001"]


def test_the_crf_may_be_that_of_any_lot(certified):
    """OCT-SF-3."""
    lots = [certified.fse_lot, certified.dre_lot]
    one = format_file(group_12(crf="D0750000001"), group_14(lots), described(lots))
    other = format_file(group_12(crf="F01751123"), group_14(lots), described(lots))
    assert one == other


def test_a_crf_of_no_lot_is_refused(certified):
    """OCT-SF-3."""
    lots = [certified.fse_lot]
    with pytest.raises(FileError, match="D0750000001 n’est celui d’aucun lot"):
        format_file(group_12(), group_14(lots), described(lots))


@pytest.mark.parametrize(
    "changes", [{"type_emetteur": "MK"}, {"numero_emetteur": "00000751000027"}], ids=["type", "number"]
)
def test_a_sender_that_differs_from_lot_formatting_is_refused(certified, changes):
    """OCT-SF-3."""
    lots = [certified.dre_lot]
    with pytest.raises(FileError, match="Lot 008"):
        format_file(group_12(**changes), group_14(lots), described(lots))


@pytest.mark.parametrize(
    ("changes", "message"),
    [({"lots": "2"}, "nombre de lots"), ({"taille": "127"}, "taille des lots")],
)
def test_a_group_14_that_miscounts_is_refused(certified, changes, message):
    """OCT-SF-3."""
    lots = [certified.dre_lot]
    with pytest.raises(FileError, match=message):
        format_file(group_12(), group_14(lots, **changes), described(lots))


@pytest.mark.parametrize(
    "changes",
    [{"type_destinataire": "CP"}, {"application": "AR"}, {"fichier": "42"}, {"numero_destinataire": "9"}],
    ids=["recipient type", "application", "file name", "recipient number"],
)
def test_a_header_value_that_the_profile_does_not_allow_is_refused(certified, changes):
    """OCT-SF-4."""
    lots = [certified.dre_lot]
    with pytest.raises(FileError):
        format_file(group_12(**changes), group_14(lots), described(lots))


def test_a_message_zone_of_38_characters_is_refused(certified):
    lots = [certified.dre_lot]
    with pytest.raises(FileError, match="message"):
        format_file(group_12(), group_14(lots, message="A" * 38), described(lots))


def test_a_message_zone_of_37_characters_fills_its_columns(certified):
    """OCT-SF-4."""
    lots = [certified.dre_lot]
    made = format_file(group_12(), group_14(lots, message="A" * 37), described(lots))
    assert made.clear[91:128] == b"A" * 37


def test_a_group_that_does_not_tell_its_lot_is_refused(certified):
    lots = [certified.fse_lot, certified.dre_lot]
    groups = [lot_group(certified.fse_lot, "IF")] * 2
    with pytest.raises(FileError, match="Lot 008"):
        format_file(group_12(), group_14(lots), list(zip(groups, lots, strict=True)))


def test_a_lot_that_is_not_certified_is_refused(certified):
    """OCT-SF-2."""
    with pytest.raises(FileError, match="n’est pas certifié"):
        single_file(certified.sender, 1, MOMENT, OCT_SIREN, [certified.fse_lot[: -4 * 128]])


def test_a_lot_given_twice_is_refused(certified):
    with pytest.raises(FileError, match="Le lot 007 est deux fois"):
        single_file(certified.sender, 1, MOMENT, OCT_SIREN, [certified.fse_lot] * 2)


def test_an_invoice_in_two_lots_is_refused(certified):
    again = certified.lot(9, certified.fse_key, certified.fse[:1])
    with pytest.raises(FileError, match="La FSE de la facture 000000001 est deux fois"):
        single_file(certified.sender, 1, MOMENT, OCT_SIREN, [certified.fse_lot, again])


def test_a_file_without_lots_is_refused(certified):
    with pytest.raises(FileError, match="0 lots"):
        single_file(certified.sender, 1, MOMENT, OCT_SIREN, [])


@pytest.mark.parametrize("number", [0, 1_000_000])
def test_a_file_name_of_six_zeros_or_seven_digits_is_refused(certified, number):
    with pytest.raises(FileError):
        single_file(certified.sender, number, MOMENT, OCT_SIREN, [certified.fse_lot])


def test_a_file_per_recipient_has_one_crf(certified):
    """OCT-SS-1."""
    route = {"application": "TR", "type_destinataire": "CP", "numero_destinataire": "00000001123751"}
    lots = [certified.fse_lot]
    made = format_file(group_12(crf="F01751123", **route), group_14(lots), described(lots))
    assert made.clear[25:27] + made.clear[47:49] == b"CPTR"
    both = [certified.fse_lot, certified.dre_lot]
    with pytest.raises(FileError, match="un seul CRF"):
        format_file(group_12(crf="F01751123", **route), group_14(both), described(both))


def test_every_cut_of_a_file_is_refused_with_its_place(made):
    for end in range(0, len(made.clear), 128):
        with pytest.raises(LayoutError) as caught:
            split_file(made.clear[:end])
        assert 0 <= caught.value.offset <= end
