"""Each generation of card is served, or named for what it is (domain 3.1 to 3.5)."""

import subprocess

import pytest
import reader_sheets as sheets
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import padding
from reader_bench import Bench, heard_by

from sesam import codes
from tournee.emulation.cards import Fault, card_names, load_card
from tournee.emulation.cards.content import card_content
from tournee.emulation.cards.line.style import Style
from tournee.reader.failures import failure_of_status

PATIENT = "lambert"
CPS4 = "infirmiere-cps4"
CPS2TER, VITALE1 = 5, 3
CPS4_ON_T0 = bytes.fromhex("3BDC18FF00001225006480000401009000")  # the ATR list's: T=0 alone
CPS4_RC = bytes.fromhex("3B9B188001001225006480000401009044")  # the RC variant
CPS2TER_OLDER = bytes.fromhex("3BAC00402A001225006480820212009000")


@pytest.mark.parametrize("atr", [None, CPS4_RC, CPS4_ON_T0], ids=["T=1", "RC variant, T=1", "T=0"])
def test_cps4_signs_an_invoice_that_openssl_verifies(atr, tmp_path):
    bench = Bench(load_card(CPS4, atr=atr), PATIENT)
    assert bench.read("READ_PS_CARD", 0) == card_content(CPS4).zone
    der = bench.read("READ_PS_CARD", 1)
    assert x509.load_der_x509_certificate(der) == card_content(CPS4).certificate
    bench.ask("UNLOCK", code=b"1234")
    invoice = sheets.invoice(1).replace(sheets.ISSUER.encode(), b"136000411")
    made = bench.certify(invoice, what=1, mode=5, invoices=1, total=sheets.FEE)
    key = x509.load_der_x509_certificate(der).public_key()
    key.verify(made.data("signature"), invoice, padding.PKCS1v15(), hashes.SHA256())
    pem = key.public_bytes(serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo)
    for name, data in (("key", pem), ("signature", made.data("signature")), ("invoice", invoice)):
        (tmp_path / name).write_bytes(data)
    command = ["openssl", "dgst", "-sha256", "-verify", "key", "-signature", "signature", "invoice"]
    assert subprocess.run(command, cwd=tmp_path, capture_output=True, text=True).stdout == "Verified OK\n"


def test_cps4_is_spoken_to_on_channel_1_and_by_its_own_environment():
    bench = Bench(load_card(CPS4, atr=CPS4_ON_T0), PATIENT)
    heard = heard_by(bench.slots[0])
    bench.ask("UNLOCK", code=b"1234")
    invoice = sheets.invoice(1).replace(sheets.ISSUER.encode(), b"136000411")
    bench.certify(invoice, what=1, mode=5, invoices=1, total=sheets.FEE)
    headers = [block for block in heard if len(block) == 5]
    assert {header[0] for header in headers} == {1}
    at = headers.index(bytes.fromhex("012281B604"))
    assert heard[heard.index(headers[at]) + 1] == bytes.fromhex("91024290")


def test_cps4_signs_by_pss_too_and_openssl_verifies_it(tmp_path):
    bench = Bench(CPS4, None)
    bench.ask("UNLOCK", code=b"1234")
    channel = bench.channels[0]
    message = b"abc"
    data = "9000" + "80" + f"{len(message):02X}" + message.hex()
    data = "9028" + "6a09e667bb67ae853c6ef372a54ff53a510e527f9b05688c1f83d9ab5be0cd19" + "00" * 8 + data[4:]
    for header, text, le in (
        ((1, 0x22, 0x81, 0xB6), "91024590", -1),
        ((1, 0x2A, 0x90, 0xA0), data, -1),
        ((1, 0x2A, 0x9E, 0x9A), "", 256),
    ):
        channel.header(*header)
        assert channel.expect(channel.put(bytes.fromhex(text)), le) == 0
    public = card_content(CPS4).certificate.public_key()
    pem = public.public_bytes(serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo)
    signature = bytes(channel.response[: channel.length])
    for name, content in (("key", pem), ("signature", signature), ("message", message)):
        (tmp_path / name).write_bytes(content)
    command = ["openssl", "dgst", "-sha256", "-sigopt", "rsa_padding_mode:pss", "-verify", "key"]
    command += ["-signature", "signature", "message"]
    assert subprocess.run(command, cwd=tmp_path, capture_output=True, text=True).stdout == "Verified OK\n"


@pytest.mark.parametrize(
    "atr",
    [
        "3F65250022096990 00",
        "3F6525002C09F99000",
        "3F65250052096A9000",
        "3F652500A3096A9000",
        "3F652500A4096A9000",
    ],
)
def test_vitale_1_is_named_as_too_old(atr):
    bench = Bench("infirmiere", load_card("vitale1", atr=bytes.fromhex(atr)))
    refused = bench.refusal("READ_VITALE", part=0, offset=0)
    assert (refused.status, refused.detail) == (codes.OUTDATED_CARD, VITALE1)


def test_invoice_goes_in_degraded_mode_beside_a_vitale_1():
    bench = Bench("infirmiere", "vitale1")
    bench.ask("UNLOCK", code=b"1234")
    invoice = sheets.invoice(1)
    assert bench.certify(invoice, what=1, mode=5, invoices=1, total=sheets.FEE).data("seal") == b""


@pytest.mark.parametrize("atr", [None, CPS2TER_OLDER], ids=["as a CPS3's", "older"])
def test_cps2ter_is_told_from_a_cps3_by_its_class_and_named_as_too_old(atr):
    bench = Bench(load_card("cps2ter", atr=atr), None)
    refused = bench.refusal("UNLOCK", code=b"1234")
    assert (refused.status, refused.detail) == (codes.OUTDATED_CARD, CPS2TER)


def test_cps3_that_refuses_its_application_is_told_by_what_it_said_first():
    card = load_card("infirmiere", style=Style())
    card.fail(Fault("garbage", "A4", data=b"\x6a\x82"))
    refused = Bench(card, None).refusal("READ_PS_CARD", part=0, offset=0)
    assert (refused.status, refused.detail) == (codes.CARD_STATUS, 0x6A82)


@pytest.mark.parametrize(
    ("ps", "vitale", "request_", "kind"),
    [
        (PATIENT, None, "READ_PS_CARD", 2),
        ("vitale1", None, "READ_PS_CARD", 3),
        (None, "infirmiere", "READ_VITALE", 1),
        (None, CPS4, "READ_VITALE", 4),
    ],
)
def test_card_in_the_other_slot_is_named(ps, vitale, request_, kind):
    refused = Bench(ps, vitale).refusal(request_, part=0, offset=0)
    assert (refused.status, refused.detail) == (codes.WRONG_CARD, kind)


def test_carer_reads_which_card_it_is_and_what_to_do():
    old = failure_of_status(codes.OUTDATED_CARD, detail=VITALE1)
    assert "C’est une carte Vitale 1 (première génération)." in str(old)
    assert "mode dégradé" in old.next_step
    assert "C’est une carte CPS4." in str(failure_of_status(codes.WRONG_CARD, detail=4))


def test_every_generation_has_a_virtual_card():
    assert {card_content(name).generation for name in card_names()} == {
        "cps2ter",
        "cps3",
        "cps4",
        "vitale1",
        "vitale2",
        "stranger",
    }
