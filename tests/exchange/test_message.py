"""The message to the OCT: golden files written by hand (printf, base64), read by the standard parser."""

import email
import email.policy
from datetime import datetime, timedelta, timezone
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from whole_in_memory import build_message

from tournee.errors import ConfigError
from tournee.exchange.lots import LotSender
from tournee.exchange.message import (
    FileFacts,
    MessageError,
    Subject,
    base64_chunks,
    compostage,
    facts_of,
    is_readable,
    message_id,
    subject_of,
)
from tournee.exchange.opposition import PROFILE as DLOI_PROFILE
from tournee.exchange.opposition import request_file, subject_of_request
from tournee.exchange.route import Sealing

VECTORS = Path(__file__).parent.parent / "vectors" / "exchange"
PARIS_WINTER = timezone(timedelta(hours=1))
MOMENT = datetime(2026, 11, 22, 18, 30, 5, tzinfo=PARIS_WINTER)
SENDER, RECIPIENT = "cabinet@messagerie.example", "factures@oct.example"
FACTS = FileFacts("000042", "00000991234568", "140700", 3)
#: 000, a lot of FSE (two invoices, one with its 2A), a lot of DRE (one invoice), 999: a line a record
FILE = (VECTORS / "single-file.txt").read_bytes().replace(b"\n", b"")
RECORD = 128


def message(sealing: Sealing, counter: int, attachment: bytes) -> bytes:
    subject = subject_of(FACTS, compostage(MOMENT, counter))
    return build_message(
        subject=subject,
        sender=SENDER,
        recipient=RECIPIENT,
        file_name=FACTS.name,
        attachment=attachment,
        sealing=sealing,
        date=MOMENT,
        identifier=message_id(subject, SENDER),
    )


@pytest.mark.parametrize(
    ("golden", "sealing", "counter"),
    [("single-file-zk.eml", Sealing.ZK, 17), ("single-file-k.eml", Sealing.K, 18)],
)
def test_message_is_the_golden_file_byte_for_byte(golden: str, sealing: Sealing, counter: int) -> None:
    """OCT-MSG-1, OCT-MSG-2, OCT-MSG-3, OCT-MSG-6, OCT-MSG-7."""
    attachment = (VECTORS / "attachment.bin").read_bytes()
    assert message(sealing, counter, attachment) == (VECTORS / golden).read_bytes()


def test_request_for_increments_is_the_golden_file_byte_for_byte() -> None:
    """OCT-LOI-1: file and message, written by hand from the profile."""
    request = (VECTORS / "dloi-request.txt").read_bytes().replace(b"\n", b"")
    assert request_file(LotSender("991234568", "IF", ""), 43, MOMENT, "732829320", 41) == request
    subject = subject_of_request(request, compostage(MOMENT, 20))
    made = build_message(
        subject=subject,
        sender=SENDER,
        recipient=RECIPIENT,
        file_name="000043",
        attachment=request,
        sealing=Sealing.CLEAR,
        date=MOMENT,
        identifier=message_id(subject, SENDER),
        profile=DLOI_PROFILE,
    )
    assert made == (VECTORS / "dloi-request-clear.eml").read_bytes()


@pytest.mark.parametrize("size", [1, 56, 57, 58, 1000])
def test_an_attachment_in_pieces_makes_the_same_message(size: int) -> None:
    data = (VECTORS / "attachment.bin").read_bytes() * 3
    chunks = [data[at : at + size] for at in range(0, len(data), size)]
    assert b"".join(base64_chunks(chunks)) == message(Sealing.K, 1, data).partition(b"\r\n\r\n")[2]


@pytest.mark.parametrize("size", [1, 127, 128, 129, 1000])
def test_facts_are_the_same_of_a_file_in_pieces(size: int) -> None:
    """OCT-MSG-3."""
    assert facts_of(FILE[at : at + size] for at in range(0, len(FILE), size)) == FACTS


def test_a_message_tells_by_its_head_whether_it_is_clear() -> None:
    """OCT-MSG-7, OCT-MSG-8."""
    assert [is_readable(message(sealing, 1, FILE)[:2000]) for sealing in Sealing] == [False, False, True]


def test_clear_message_says_neither_k_nor_zk() -> None:
    """OCT-MSG-7."""
    assert message(Sealing.CLEAR, 19, FILE) == (VECTORS / "single-file-clear.eml").read_bytes()


def test_strangers_parser_finds_one_part_with_the_file() -> None:
    """OCT-MSG-1, OCT-MSG-6."""
    parsed = email.message_from_bytes(message(Sealing.CLEAR, 19, FILE), policy=email.policy.default)
    assert not parsed.is_multipart()
    assert parsed.get_content_type() == "application/edi-consent"
    assert parsed.get_filename() == "000042"
    assert parsed.get_payload(decode=True) == FILE
    assert not parsed.defects


def test_no_line_is_longer_than_78_and_all_end_with_crlf() -> None:
    lines = message(Sealing.ZK, 0, bytes(10_000)).split(b"\r\n")
    assert max(map(len, lines)) <= 78
    assert not any(b"\n" in line or b"\r" in line for line in lines)


def test_facts_are_read_in_the_file() -> None:
    """OCT-MSG-3: the version comes from the lots; 2A is no invoice."""
    assert facts_of(FILE) == FACTS


def test_file_whose_lots_disagree_on_the_version_is_refused() -> None:
    """OCT-MSG-3."""
    assert FILE[RECORD + 81 : RECORD + 87] == b"140700"
    wrong = FILE[: RECORD + 81] + b"140600" + FILE[RECORD + 87 :]
    with pytest.raises(MessageError):
        facts_of(wrong)


@pytest.mark.parametrize(
    "content",
    [
        b"",
        FILE[:-1],
        FILE[RECORD:],
        FILE[:RECORD] + FILE[-RECORD:],
        FILE[: 2 * RECORD] + FILE[-RECORD:],
        bytes(RECORD),
    ],
    ids=["empty", "cut", "without 000", "without lots", "without invoices", "zeros"],
)
def test_what_is_not_an_invoice_file_makes_no_message(content: bytes) -> None:
    with pytest.raises(MessageError):
        facts_of(content)


def test_compostage_is_date_time_and_five_digits_of_counter() -> None:
    """OCT-MSG-3."""
    assert compostage(MOMENT, 25) == "2026112218300500025"


def test_compostage_of_a_file_sent_again_differs() -> None:
    """OCT-MSG-4: another counter is enough, even in the same second."""
    assert compostage(MOMENT, 17) != compostage(MOMENT, 18)


def test_counter_beyond_five_digits_starts_again() -> None:
    assert compostage(MOMENT, 100_003) == "2026112218300500003"


def test_subject_is_read_back() -> None:
    """OCT-MSG-5."""
    subject = Subject.parse("SV140700/00000991234568/2026112218300500017/00025")
    assert subject == Subject("140700", "00000991234568", "2026112218300500017", 25)
    assert str(subject) == "SV140700/00000991234568/2026112218300500017/00025"


@pytest.mark.parametrize(
    "text",
    [
        "",
        "ART/00000991234568/202611221830",
        "SV140700/991234568/2026112218300500017/00025",
        "SV140700/00000991234568/2026112218300500017/25",
        "Re: SV140700/00000991234568/2026112218300500017/00025",
        "SV140700/00000991234568/2026112218300500017/00025\r\nBcc: autre@test.example",
        "SV140700/00000991234568/٢٠26112218300500017/00025",
    ],
)
def test_what_is_not_such_a_subject_is_refused(text: str) -> None:
    with pytest.raises(MessageError):
        Subject.parse(text)


@given(st.integers(0, 10**7), st.datetimes(), st.integers(1, 99_999))
def test_every_subject_reads_back_as_written(counter: int, moment: datetime, invoices: int) -> None:
    subject = Subject("140700", "00000991234568", compostage(moment, counter), invoices)
    assert Subject.parse(str(subject)) == subject


@pytest.mark.parametrize(
    "address", ["x@y\r\nBcc: z@test.example", "é@test.example", "Nom <x@test.example>", "", "x"]
)
def test_address_that_could_end_a_header_is_refused(address: str) -> None:
    subject = subject_of(FACTS, compostage(MOMENT, 1))
    with pytest.raises(ConfigError):
        build_message(
            subject=subject,
            sender=SENDER,
            recipient=address,
            file_name="000042",
            attachment=b"",
            sealing=Sealing.K,
            date=MOMENT,
            identifier=message_id(subject, SENDER),
        )


@pytest.mark.parametrize("name", ["42", '000042"; x="', "000042\r\n", "00004A"])
def test_file_name_is_six_digits(name: str) -> None:
    subject = subject_of(FACTS, compostage(MOMENT, 1))
    with pytest.raises(MessageError):
        build_message(
            subject=subject,
            sender=SENDER,
            recipient=RECIPIENT,
            file_name=name,
            attachment=b"",
            sealing=Sealing.K,
            date=MOMENT,
            identifier=message_id(subject, SENDER),
        )
