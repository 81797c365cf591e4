"""A patient's phone read: its code judged once, a context of half an hour, and all that is refused.

ACV-1 to ACV-4.
"""

from __future__ import annotations

import base64
import json

import cbor2
import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from phone_bench import MOREAU

from tournee.app.services.phone_card.reading import PhoneOverError, living, phone_of
from tournee.emulation.services.phone import LaidPhone, sign_one, text_of
from tournee.emulation.services.standing import Trouble
from tournee.errors import ServiceError
from tournee.services.calling import (
    ServiceAnswerError,
    ServiceCutError,
    ServiceRefusedError,
    ServiceSlowError,
    ServiceUnreachableError,
)
from tournee.services.phone_card import service as client
from tournee.services.phone_card.code import PhoneCodeError, code_of, code_of_text
from tournee.services.phone_card.contactless import read_phone as read_laid_phone
from tournee.services.phone_card.table import CodeClaim

DIGEST = bytes(range(32))


def refused(phones, code: str, *arguments, **named) -> None:
    with pytest.raises(ServiceRefusedError) as told:
        phones.read(*arguments, **named)
    assert told.value.code == code


def test_a_code_opens_what_the_card_would_show(phones):
    """ACV-1."""
    read = phones.read()
    assert (read.insured.nir, read.insured.name) == (MOREAU, "MOREAU")
    assert read.card.is_phone and read.card.serial == ""
    assert read.context.left(phones.clock()) == 1800
    assert phone_of(phones.office, MOREAU).request == read.request


def test_a_code_serves_once(phones):
    """ACV-2."""
    shown = phones.show()
    phones.read(shown)
    refused(phones, "A03", shown)


def test_a_code_of_91_seconds_is_refused_before_it_leaves(phones):
    """ACV-2."""
    shown = phones.show()
    phones.clock.pass_by(seconds=91)
    with pytest.raises(PhoneCodeError, match="90 secondes"):
        phones.read(shown)
    assert phones.service.received() == []


def test_the_service_refuses_it_too_where_the_carers_clock_is_slow(phones):
    """ACV-2."""
    shown = phones.show()
    phones.clock.pass_by(seconds=91)
    phones.office.clock = lambda: phones.clock() - phones.clock().resolution * 60_000_000
    refused(phones, "A02", shown)


@pytest.mark.parametrize("claim", list(CodeClaim))
def test_a_code_altered_in_any_claim_is_not_authentic(phones, claim):
    content = code_of_text(phones.show()).content
    protected, unprotected, payload, signature = cbor2.loads(content).value
    claims = cbor2.loads(payload)
    value = claims[claim]
    claims[claim] = value - 1 if claim is CodeClaim.ENDS else bytes(len(value))
    altered = cbor2.dumps(cbor2.CBORTag(18, [protected, unprotected, cbor2.dumps(claims), signature]))
    refused(phones, "A01" if claim is CodeClaim.ID else "A04", text_of(altered))


def test_a_code_signed_by_another_key_is_not_authentic(phones):
    payload = cbor2.loads(code_of_text(phones.show()).content).value[2]
    refused(phones, "A04", text_of(sign_one(ec.generate_private_key(ec.SECP256R1()), payload)))


def test_who_asks_has_to_say_so_by_her_card(phones):
    refused(phones, "A06", assertion=b"another's")


def test_nobody_under_16_has_the_application(phones):
    phones.clock.pass_by(days=-365 * 35)  # he was nine then
    refused(phones, "A09")


def test_a_trusted_person_shows_the_card_for_a_limited_time(phones):
    """ACV-3."""
    phones.phone("garnier").trust("lambert", phones.clock().replace(hour=21))
    read = phones.read(phones.show("lambert", of="garnier"))
    assert read.insured.name == "GARNIER"
    assert "Lambert" in read.context.delegate
    phones.clock.now = phones.clock().replace(hour=21)
    refused(phones, "A10", phones.show("lambert", of="garnier"))
    refused(phones, "A10", phones.show("moreau", of="garnier"))


def test_a_context_ends_after_30_minutes_and_is_renewed_by_the_same_person_alone(phones):
    """ACV-4."""
    first = phones.read()
    phones.clock.pass_by(minutes=30, seconds=1)
    assert phone_of(phones.office, MOREAU) is None and living(phones.office) == []
    refused(phones, "A05", phones.show("garnier"), renews=MOREAU)
    again = phones.read(renews=MOREAU)
    assert again.request != first.request
    assert phone_of(phones.office, MOREAU).request == again.request


def test_it_seals_at_29_59_and_not_at_30_01(phones):
    """ACV-4."""
    read = phones.read()
    phones.clock.pass_by(minutes=29, seconds=59)
    assert 0 < len(read.card.seals(DIGEST)) <= 72
    assert phones.office.journal.requests.get(read.request).choice == "scellé"
    phones.clock.pass_by(seconds=2)
    with pytest.raises(PhoneOverError, match="30 minutes"):
        read.card.seals(DIGEST)
    with pytest.raises(ServiceRefusedError) as told:
        client.seal_digest(phones.office.services.of("apcv").point, read.context, DIGEST)
    assert told.value.code == "A07"


def test_another_persons_token_seals_nothing(phones):
    hugo, other = phones.read(), phones.read(phones.show("garnier"))
    mixed = type(hugo.context)(
        *(hugo.context.identifier, other.context.token, hugo.context.ends), b"", "", b""
    )
    with pytest.raises(ServiceRefusedError) as told:
        client.seal_digest(phones.office.services.of("apcv").point, mixed, DIGEST)
    assert told.value.code == "A08"


def test_rights_altered_on_the_way_are_refused(phones, monkeypatch):
    honest = phones.service.counterpart.answer

    def lying(asked):
        reply = honest(asked)
        told = json.loads(reply.body)
        zone = bytearray(base64.b64decode(told["zone"]))
        zone[-1] ^= 1
        told["zone"] = base64.b64encode(zone).decode()
        return type(reply)(200, reply.media, json.dumps(told).encode())

    monkeypatch.setattr(phones.service.counterpart, "answer", lying)
    with pytest.raises(ServiceAnswerError) as told:
        phones.read()
    assert "signés" in told.value.cause
    assert phones.office.journal.requests.find() == ()


def test_a_phone_laid_on_the_reader_gives_the_same_bytes_as_it_shows(phones):
    """ACV-5."""
    laid = LaidPhone(phones.phone(), phones.clock)
    code = read_laid_phone(laid.transmit)
    shown = phones.phone().code(phones.clock(), nonce=code.nonce)
    assert cbor2.loads(shown).value[2] == cbor2.loads(code.content).value[2]
    assert phones.read(text_of(code.content)).insured.nir == MOREAU


@pytest.mark.parametrize(
    "answers",
    [
        [b"\x6a\x82"],
        [b""],
        [b"\x90\x00", b"\0" * 15 + b"\x90\x00"],
        [b"\x90\x00", b"\0" * 16 + b"\x90\x00", b"\x69\x85"],
        [b"\x90\x00", b"\0" * 16 + b"\x90\x00", b"\xff" * 600 + b"\x90\x00"],
    ],
    ids=["no application", "nothing", "short challenge", "not ready", "no code"],
)
def test_what_is_no_such_phone_is_told(answers):
    given = iter(answers)
    with pytest.raises(PhoneCodeError):
        read_laid_phone(lambda _: next(given))


def test_a_phone_that_signs_another_challenge_is_refused(phones):
    other = phones.phone().code(phones.clock())
    given = iter([b"\x90\x00", b"\0" * 16 + b"\x90\x00", other + b"\x90\x00"])
    with pytest.raises(PhoneCodeError, match="lecteur"):
        read_laid_phone(lambda _: next(given))


@pytest.mark.parametrize(
    "text",
    [
        "",
        "APCV1.",
        "APCV2.AAAA",
        "APCV1.é",
        "APCV1." + "A" * 800,
        "APCV1.gA",
        "APCV1." + "gYGB" * 40,
        "ORD1.0",
    ],
)
def test_any_other_text_is_no_code(text):
    with pytest.raises(PhoneCodeError):
        code_of_text(text)


@pytest.mark.parametrize(
    "content", [b"", b"\xd2\x80", b"\x9f" * 500, cbor2.dumps({}), bytes(64), b"\xbb" + b"\xff" * 8]
)
def test_any_other_bytes_are_no_code(content):
    with pytest.raises(PhoneCodeError):
        code_of(content)


@pytest.mark.parametrize(
    ("trouble", "raised"),
    [
        (Trouble(late=3), ServiceSlowError),
        (Trouble(is_cut=True), ServiceCutError),
        (Trouble(hangs_up=True), ServiceCutError),
        (Trouble(body=b'{"a":' * 3000), ServiceAnswerError),
        (Trouble(body=b"[" * 60_000), ServiceAnswerError),
        (Trouble(body=b'{"identifiant": "x"}'), ServiceAnswerError),
        (Trouble(body=b"<!DOCTYPE x>"), ServiceAnswerError),
        (Trouble(body=b'{"identifiant": NaN}'), ServiceAnswerError),
    ],
    ids=["late", "cut", "hung up", "deep", "deep list", "poor", "no JSON", "not a number"],
)
def test_bad_service_is_told_and_nothing_is_kept_of_it(phones, monkeypatch, trouble, raised):
    """ACV-6."""
    monkeypatch.setattr(client, "SECONDS", 0.4 if trouble.late else 30)
    phones.service.trouble = trouble
    with pytest.raises(raised) as told:
        phones.read()
    assert told.value.next_step
    assert phones.office.journal.requests.find() == ()
    phones.service.trouble = Trouble()
    monkeypatch.setattr(client, "SECONDS", 30)
    assert phones.read().insured.nir == MOREAU


def test_off_line_it_says_what_to_do_instead(phones):
    """ACV-6."""
    shown = phones.show()
    phones.service.__exit__(None, None, None)
    with pytest.raises(ServiceUnreachableError) as told:
        phones.read(shown)
    assert "carte Vitale" in told.value.next_step and "sans carte" in told.value.next_step
    phones.service.__enter__ = lambda: None


def test_no_nir_and_no_token_stand_in_the_journal_or_the_log(phones, caplog):
    with caplog.at_level("DEBUG"):
        read = phones.read()
    path = phones.folder.parent / "journal.db"
    held = b"".join(one.read_bytes() for one in path.parent.glob("journal.db*"))
    for secret in (MOREAU, read.context.token, "MOREAU"):
        assert secret.encode() not in held
        assert secret not in caplog.text


def test_an_erased_patient_leaves_no_context(phones):
    from tournee.app.services.phone_card.reading import forget_phone

    read = phones.read()
    forget_phone(phones.office, MOREAU)
    assert phones.office.journal.requests.get(read.request).answer == b""
    assert phone_of(phones.office, MOREAU) is None


def test_errors_of_reading_are_of_the_services_kind():
    assert issubclass(PhoneCodeError, ServiceError)
