"""Records 7, column by column, with openssl as judge of every signature."""

import base64
import hashlib

import pytest

from tournee.exchange.certificates import (
    SignatureError,
    certificate_records,
    key_id,
    verify_invoice,
    verify_lot,
)
from tournee.exchange.splitting import LayoutError


def cut(data):
    """Bytes cut every 128, as a stranger to the code would."""
    assert len(data) % 128 == 0
    return [data[start : start + 128] for start in range(0, len(data), 128)]


def signature_of(sevens):
    return base64.b64decode(b"".join(record[32:128] for record in sevens).rstrip(b" "), validate=True)


def changed(data, at, value):
    return data[:at] + value + data[at + len(value) :]


def test_a_signature_makes_four_records_of_the_profile(ps_card):
    signature = bytes(range(256))
    made = cut(certificate_records("756000014", "000000012", "P", signature, ps_card.certificate))
    text = base64.b64encode(signature)
    key = hashlib.sha256(ps_card.public_der).hexdigest()[:6].upper().encode()
    assert [record[:32] for record in made] == [
        b"7756000014000000012P0" + rank + b"0401" + key for rank in (b"1", b"2", b"3", b"4")
    ]
    assert [record[32:] for record in made] == [
        text[:96],
        text[96:192],
        text[192:288],
        text[288:] + b" " * 40,
    ]


def test_key_id_starts_the_digest_of_the_public_key_that_openssl_writes(ps_card, vitale_card):
    for card in (ps_card, vitale_card):
        assert key_id(card.certificate) == hashlib.sha256(card.public_der).hexdigest()[:6].upper()


def test_a_lots_number_is_zero_filled_on_nine(ps_card):
    made = certificate_records("756000014", "007", "L", bytes(256), ps_card.certificate)
    assert made[10:20] == b"000000007L"


def test_a_signature_of_another_size_is_refused(ps_card):
    with pytest.raises(SignatureError):
        certificate_records("756000014", "000000012", "P", bytes(128), ps_card.certificate)


def test_openssl_accepts_every_signature_of_a_lot(certified, ps_card, vitale_card):
    records = cut(certified.fse_lot)
    first = b"".join(records[1:7])
    second = b"".join(records[15:19])
    assert [record[0:1] for record in records] == [
        bytes([kind]) for kind in b"1" + b"244445" + b"7" * 8 + b"2245" + b"7" * 8 + b"6" + b"7777"
    ]
    assert ps_card.accepts(signature_of(records[7:11]), first)
    assert vitale_card.accepts(signature_of(records[11:15]), first)
    assert ps_card.accepts(signature_of(records[19:23]), second)
    assert vitale_card.accepts(signature_of(records[23:27]), second)
    assert ps_card.accepts(signature_of(records[28:32]), b"".join(records[:28]))
    assert not ps_card.accepts(signature_of(records[28:32]), b"".join(records[1:28]))


def test_a_lot_signed_by_openssl_verifies(certified, ps_card, vitale_card):
    lot = verify_lot(
        certified.fse_lot,
        ps_certificate=ps_card.certificate,
        vitale_certificates=[vitale_card.certificate],
    )
    assert [invoice.number for invoice in lot.invoices] == ["000000001", "000000002"]


def test_an_invoice_signed_by_openssl_verifies(certified, ps_card, vitale_card):
    invoice = verify_invoice(
        certified.fse[0],
        mode="03",
        ps_certificate=ps_card.certificate,
        vitale_certificate=vitale_card.certificate,
    )
    assert (invoice.number, invoice.acts, invoice.fee) == ("000000001", 2, 723)


def test_an_invoice_without_vitale_card_has_the_ps_signature_alone(certified, vector, ps_card):
    data = certified.invoice(b"".join(vector("fse_1.txt")), seals=False)
    assert verify_invoice(data, mode="05", ps_certificate=ps_card.certificate).number == "000000001"
    with pytest.raises(SignatureError, match="Facture 000000001"):
        verify_invoice(data, mode="03", ps_certificate=ps_card.certificate)


def test_a_seal_has_no_place_in_degraded_mode(certified, ps_card):
    with pytest.raises(SignatureError, match="« PV » là où il faut « P »"):
        verify_invoice(certified.fse[0], mode="05", ps_certificate=ps_card.certificate)


@pytest.mark.parametrize(
    ("at", "value", "number"),
    [
        (128 + 1 * 128 + 69, b"260301", "000000001"),  # a date of care of the first
        (128 + 14 * 128 + 95, b"560602", "000000002"),  # a birth date of the second
    ],
)
def test_a_changed_invoice_is_named(certified, ps_card, at, value, number):
    with pytest.raises(SignatureError) as caught:
        verify_lot(changed(certified.fse_lot, at, value), ps_certificate=ps_card.certificate)
    assert caught.value.invoice == number
    assert f"Facture {number}, certificat P : la signature ne vérifie pas" in str(caught.value)


def test_a_changed_lot_header_is_named_by_its_lot(certified, ps_card):
    with pytest.raises(SignatureError, match="Lot 007, certificat L") as caught:
        verify_lot(changed(certified.fse_lot, 71, b"260303"), ps_certificate=ps_card.certificate)
    assert caught.value.invoice == "007"


def test_invoices_in_another_order_break_the_lots_signature(certified, ps_card):
    records = cut(certified.fse_lot)
    swapped = b"".join(records[:1] + records[15:27] + records[1:15] + records[27:])
    with pytest.raises(SignatureError, match="Lot 007"):
        verify_lot(swapped, ps_certificate=ps_card.certificate)


def test_a_seal_by_a_card_that_is_not_the_patients_is_refused(certified, ps_card):
    with pytest.raises(SignatureError, match="Facture 000000001, certificat V : la clé"):
        verify_lot(
            certified.fse_lot,
            ps_certificate=ps_card.certificate,
            vitale_certificates=[ps_card.certificate],
        )


@pytest.mark.parametrize(
    ("at", "value"),
    [(10, b"000000009"), (20, b"02"), (22, b"05"), (26, b"000000")],
    ids=["number", "rank", "count", "key"],
)
def test_a_record_7_that_says_otherwise_than_its_fellows_is_refused(certified, ps_card, at, value):
    start = 128 * 6  # the first record 7 of the invoice
    with pytest.raises(SignatureError, match="Facture 000000001"):
        verify_invoice(
            changed(certified.fse[0], start + at, value), mode="03", ps_certificate=ps_card.certificate
        )


def test_a_missing_record_7_is_refused(certified, ps_card):
    records = cut(certified.fse[0])
    with pytest.raises(SignatureError, match="Facture 000000001"):
        verify_invoice(b"".join(records[:9] + records[10:]), mode="03", ps_certificate=ps_card.certificate)


def test_a_lot_without_its_own_signature_is_refused(certified, ps_card):
    with pytest.raises(SignatureError, match="Lot 007"):
        verify_lot(certified.fse_lot[: -4 * 128], ps_certificate=ps_card.certificate)


@pytest.mark.parametrize(
    ("found", "put"),
    [("a003020102", "a003020107"), ("2a864886f70d010101", "2a864886f70d010163")],
    ids=["version 8", "a key of no known kind"],
)
def test_a_card_s_certificate_that_no_library_reads_is_refused(ps_card, found, put):
    spoilt = ps_card.certificate.replace(bytes.fromhex(found), bytes.fromhex(put))
    assert spoilt != ps_card.certificate
    with pytest.raises(SignatureError, match="illisible"):
        key_id(spoilt)


def test_a_certificate_that_is_none_is_refused(certified):
    with pytest.raises(SignatureError, match="illisible"):
        verify_lot(certified.fse_lot, ps_certificate=b"\x30\x00")


@pytest.mark.parametrize("length", [0, 1, 127, 129, 128 * 5])
def test_bytes_that_stop_early_are_no_invoice(certified, ps_card, length):
    with pytest.raises(LayoutError):
        verify_invoice(certified.fse[0][:length], mode="03", ps_certificate=ps_card.certificate)
