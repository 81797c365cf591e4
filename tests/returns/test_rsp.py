"""RSP files written by hand from the NOEMIE tables: what is read, what is added up, what damage is called."""

import pytest

from tournee.returns.quarantine import DamagedError
from tournee.returns.rsp import reading
from tournee.returns.rsp.content import OtherPayment, Part, Rejection
from tournee.returns.rsp.reading import read_rsp

TRANSFER = "VIREMENT 4711 TIERS PAYANT"


def test_576_gives_each_share_of_each_invoice(vector):
    """OCT-RET-3."""
    read = read_rsp(vector("rsp_576.txt"))
    assert (read.reference, read.file_name, read.sender, read.date) == (
        "576",
        "000031",
        "00000001016131",
        "261123",
    )
    told = [
        (sheet.invoice, sheet.sheet_kind, sheet.lot, sheet.lot_date, sheet.amo, sheet.amc)
        for sheet in read.sheets
    ]
    nothing = Part(0, 0, "")
    assert told == [
        ("000000041", "FSE", "001", "261122", Part(1512, 1512, "P"), nothing),
        ("000000042", "FSE", "001", "261122", Part(2000, 0, "D"), nothing),
        ("000000043", "FSE", "002", "261122", Part(600, 600, "P"), Part(400, 0, "R", "0088888888")),
    ]
    assert read.sheets[2].rejections == (Rejection("4102", "DROITS FERMES", "F", "C"),)


def test_576_gives_the_lines_of_an_invoice(vector):
    lines = read_rsp(vector("rsp_576.txt")).sheets[0].lines
    assert [(line.number, line.code, line.fee, line.amo, line.amc) for line in lines] == [
        ("01", "AMI", 1260, 756, 504),
        ("02", "AMI", 1260, 756, 504),
    ]


def test_576_names_the_transfer_and_its_day(vector):
    read = read_rsp(vector("rsp_576.txt"))
    (transfer,) = read.transfers
    assert (transfer.date, transfer.label, transfer.payer) == ("261125", TRANSFER, "CPAM131")
    assert {sheet.transfer for sheet in read.sheets} == {TRANSFER}


@pytest.mark.parametrize(
    ("first", "last", "flow"),
    [(b" ", b" ", ""), (b"R", b" ", "R"), (b"D", b"D", "D"), (b"T", b"T", "T"), (b"R", b"D", "D")],
)
def test_a_flow_is_demonstration_or_test_as_soon_as_one_end_says_so(vector, first, last, flow):
    content = vector("rsp_576.txt")
    end = len(content) - 128
    marked = content[:70] + first + content[71 : end + 63] + last + content[end + 64 :]
    assert read_rsp(marked).flow == flow


def test_every_control_entity_agrees_with_what_it_closes(vector):
    read = read_rsp(vector("rsp_576.txt"))
    assert [(check.control, check.counted, check.summed) for check in read.totals] == [
        ("990 03261122001", 2, 1512),
        ("990 03261122002", 1, 600),
        ("990 02000000123456782", 2, 2112),
        ("990 01000000999999998", 1, 2112),
        ("999", 28, 2112),
    ]
    assert read.faults == ()


@pytest.mark.parametrize(
    ("old", "new", "fault"),
    [
        (
            b"03261122001      0000000200000001512P@",
            b"03261122001      0000000200000001513P@",
            "990 03261122001 : annonce 2 et 1513 centimes, lu 2 et 1512 centimes (écart -1)",
        ),
        (
            b"03261122001      0000000200000001512P@",
            b"03261122001      0000000300000001512P@",
            "990 03261122001 : annonce 3 et 1512 centimes, lu 2 et 1512 centimes (écart 0)",
        ),
        (
            b"00000002112P000",
            b"00000002112N000",
            "999 : annonce 28 et -2112 centimes, lu 28 et 2112 centimes (écart 4224)",
        ),
        (
            b"19805" + b"00000600P00000600P@",
            b"19805" + b"00000600P00000600N@",
            "990 03261122002 : annonce 1 et 600 centimes, lu 1 et -600 centimes (écart -1200)",
        ),
    ],
)
def test_a_total_that_differs_is_shown_with_its_difference(vector, old, new, fault):
    content = vector("rsp_576.txt")
    assert content.count(old) == 1
    read = read_rsp(content.replace(old, new))
    assert read.faults[0] == fault
    assert len(read.sheets) == 3


def test_580_gives_rejections_and_comments(vector):
    """OCT-RET-3."""
    rejected, commented = read_rsp(vector("rsp_580.txt")).sheets
    assert (rejected.invoice, rejected.sheet_kind) == ("000000044", "DRE")
    assert rejected.rejections == (
        Rejection("2201", "PRESCRIPTION NON CONFORME", "L", "C", "001", "ORDONNANCE ABSENTE"),
    )
    assert (commented.invoice, commented.sheet_kind) == ("000000045", "FSE")
    assert commented.comments == ("JUSTIFICATIF A TRANSMETTRE",)


def test_900_gives_payments_outside_invoices_and_what_is_held_back(vector):
    """OCT-RET-3."""
    read = read_rsp(vector("rsp_900.txt"))
    whom = ("VIREMENT 4712", "000000123456782")
    assert read.other_payments == (
        OtherPayment("00101", "FORFAIT TELETRANSMISSION", 28000, "260101", "261231", *whom),
        OtherPayment("00102", "", 500, "", "", *whom),
        OtherPayment("IND", "Retenue (dette DETTE1, IND RPR)", -1500, "260301", "260301", *whom),
    )
    assert read.faults == ()


@pytest.mark.parametrize(
    ("name", "reference"), [("rsp_576.txt", "576"), ("rsp_580.txt", "580"), ("rsp_900.txt", "900")]
)
def test_the_reference_is_taken_however_it_is_justified(vector, name, reference):
    read = read_rsp(vector(name))
    assert (read.reference, read.decoded) == (reference, True)


def test_another_reference_is_kept_whole_and_listed(vector):
    """OCT-RET-3."""
    content = vector("rsp_other.txt")
    read = read_rsp(content)
    assert (read.reference, read.decoded, read.title) == ("578", False, "référence non interprétée")
    assert "".join(entity.text for entity in read.entities).encode() == content
    assert [entity.type for entity in read.entities] == ["000", "040", "100", "110", "777", "999"]


def test_an_unknown_entity_is_told_and_hides_nothing(vector):
    read = read_rsp(vector("rsp_other.txt"))
    assert read.faults == ("777, octet 252 : unknown entity",)
    assert read.sheets[0].name == "EXEMPLE JEANNE"


def test_a_damaged_entity_is_told_and_the_next_invoice_is_read(vector):
    content = vector("rsp_576.txt").replace(b"1980500001512P", b"19805000015X2P")
    read = read_rsp(content)
    assert read.faults[0].startswith("198, octet ")
    assert [sheet.invoice for sheet in read.sheets] == ["000000041", "000000042", "000000043"]
    assert read.sheets[0].amo is None


@pytest.mark.parametrize(
    ("damage", "where"),
    [
        (lambda content: content[:-128], "octet"),
        (lambda content: content[:-1], "octet"),
        (lambda content: b"000" + content[125:], "entité 000"),
        (lambda content: content + content, "entité 999"),
        (lambda content: b"", "entité 000"),
    ],
    ids=["no 999", "999 cut short", "000 cut short", "two files", "nothing"],
)
def test_a_stream_without_its_ends_is_damaged(vector, damage, where):
    with pytest.raises(DamagedError) as caught:
        read_rsp(damage(vector("rsp_576.txt")))
    assert caught.value.where.startswith(where)


def test_a_stream_of_nothing_but_damage_is_given_up(vector):
    content = vector("rsp_580.txt")
    with pytest.raises(DamagedError, match="1000 abîmées"):
        read_rsp(content[:128] + b"15005AS" * 1001 + content[128:])


def test_a_stream_without_end_is_given_up(vector, monkeypatch):
    monkeypatch.setattr(reading, "ENTITIES_MAX", 9)
    with pytest.raises(DamagedError, match="plus de 9 entités"):
        read_rsp(vector("rsp_580.txt"))


def test_a_patients_number_shows_in_no_representation(vector):
    read = read_rsp(vector("rsp_576.txt"))
    assert "2550699999001" not in repr(read)


def test_a_detail_without_a_code_has_that_of_the_payment_it_details(vector):
    content = vector("rsp_900.txt")
    told = [payment.code for payment in read_rsp(content).other_payments]
    blank = read_rsp(content.replace(b"2620400101", b"26204     "))
    assert (told[0], blank.other_payments[0].code) == ("00101", "00101")


def changed(content, old, new):
    assert content.count(old) == 1
    return content.replace(old, new)


def test_a_share_told_of_twice_adds_up(vector):
    """A payment taken back in the same invoice, and paid again: nothing is lost of the file's total."""
    content = vector("rsp_576.txt")
    part = b"1980500001512P00001512P@"
    read = read_rsp(changed(content, part, part + part.replace(b"P@", b"N@") + part))
    assert read.sheets[0].amo == Part(1512, 1512, "P")
    assert read.unassigned == 0


def test_money_that_is_of_no_invoice_and_no_payment_is_told(vector):
    content = vector("rsp_576.txt")
    part = b"1980500001512P00001512P@"
    moved = content.replace(part, b"")
    at = moved.index(b"10204000000041")
    read = read_rsp(moved[:at] + part + moved[at:])
    assert read.unassigned == 1512
    assert read.faults[-1] == "1512 centimes lus ne sont d’aucune facture ni d’aucun paiement"


def test_details_that_do_not_make_their_payment_are_told(vector):
    content = vector("rsp_900.txt")
    read = read_rsp(content)
    assert (read.unassigned, read.faults) == (0, ())
    detail = content[content.index(b"26204") :]
    less = content.replace(detail[:134], detail[:125] + b"00000001@")
    assert read_rsp(less).unassigned > 0


def test_an_rsp_under_another_name_and_date_has_the_same_body(vector):
    content = vector("rsp_576.txt")
    again = content[:49] + b"000099261130" + content[61:-79] + b"000099" + content[-73:]
    assert (read_rsp(again).file_name, read_rsp(again).date) == ("000099", "261130")
    assert read_rsp(again).body == read_rsp(content).body
    assert read_rsp(vector("rsp_580.txt")).body != read_rsp(content).body
