"""The client: what a reader's answers and refusals become."""

import gc
from datetime import datetime

import pytest
from faulty_wire import FaultyWire
from link_rig import VECTORS, CountingService, LinkBoard, ManualClock

from sesam import codes, messages
from tournee import reader as client
from tournee.errors import ReaderError
from tournee.reader import Reader
from tournee.reader.status_texts import STATUS_TEXTS

CODES = {name: value for name, value in vars(codes).items() if name.isupper() and value != codes.OK}
ZONE = bytes.fromhex("00661c01300c3230323430313031303030300c323032343132333130303030")


class Scripted(CountingService):
    """Gives one scripted answer, `write(writer)`, to every request that it has one for."""

    def __init__(self, **answers) -> None:
        super().__init__()
        self.answers = {getattr(messages, name): write for name, write in answers.items()}

    def handle(self, message, writer) -> None:
        write = self.answers.get(message.number)
        if write is None:
            super().handle(message, writer)
        else:
            self.requests.append(message.number)
            write(message, writer)


def reader_of(service: CountingService) -> Reader:
    clock = ManualClock()
    return Reader(FaultyWire(LinkBoard(service, clock), clock, lambda *_: None).connect, clock=clock)


def refusing(*refusal: int):
    return lambda message, writer: writer.refuse(*refusal)


def text(writer, key: int, value: bytes) -> None:
    writer.put_text(key, value, 0, len(value))


def identity(message, writer) -> None:
    writer.begin(65)
    text(writer, 1, b"0.1.0")
    text(writer, 2, b"unix")
    text(writer, 3, b"open-1")
    for key, value in ((4, 49152), (5, 20480), (6, 30720), (7, 2)):
        writer.put_uint(key, value)
    text(writer, 8, b"202611220509")


def card_part(zone: bytes, certificate: bytes, step: int = 20):
    def answer(message, writer):
        data = certificate if message.uint(1) else zone
        start = message.uint(2)
        writer.begin(message.number + messages.ANSWER)
        writer.put_uint(1, start)
        writer.put_bytes(2, data, start, min(step, len(data) - start))
        writer.put_uint(3, int(start + step >= len(data)))

    return answer


def test_identity_is_told_by_name():
    told = reader_of(Scripted(IDENTIFY=identity)).identify()
    assert told == client.Identity("0.1.0", "unix", "open-1", 49152, 20480, 30720, 2, "202611220509")


def test_card_is_read_in_pieces_and_its_zone_decoded():
    card = reader_of(Scripted(READ_VITALE=card_part(ZONE, b"c" * 50))).read_vitale()
    assert (card.zone, card.certificate) == (ZONE, b"c" * 50)
    assert [(group.id, group.fields) for group in card.groups] == [
        (102, (b"0", b"202401010000", b"202412310000"))
    ]


def test_zone_that_cannot_be_decoded_is_a_failed_card():
    with pytest.raises(client.CardFailed):
        reader_of(Scripted(READ_PS_CARD=card_part(ZONE[:-1], b""))).read_ps_card()


def test_reading_that_never_ends_is_incoherent():
    def stuck(message, writer):
        writer.begin(66)
        writer.put_uint(1, 0)
        writer.put_bytes(2, b"", 0, 0)
        writer.put_uint(3, 0)

    with pytest.raises(client.Incoherent):
        reader_of(Scripted(READ_PS_CARD=stuck)).read_ps_card()


def test_wrong_code_tells_the_tries_left_and_is_not_tried_again():
    service = CountingService()
    with pytest.raises(client.WrongCode) as caught:
        reader_of(service).unlock("0000")
    assert caught.value.tries_left == 2
    assert "Essais restants : 2" in str(caught.value)
    assert service.requests == [messages.UNLOCK]


def test_code_handed_in_as_a_bytearray_is_overwritten():
    code = bytearray(b"1234")
    assert reader_of(CountingService()).unlock(code) == 3
    assert code == bytearray(4)


@pytest.mark.parametrize("code", ["", "123", "123456789"])
def test_code_of_a_length_that_cannot_be_never_leaves_the_host(code):
    service = CountingService()
    with pytest.raises(ReaderError):
        reader_of(service).unlock(code)
    assert service.requests == []


def test_code_is_in_no_bytearray_and_no_error_after_the_request():
    reader = reader_of(CountingService(code=b"other"))
    with pytest.raises(client.WrongCode) as caught:
        reader.unlock(bytearray(b"7391"))
    assert "7391" not in str(caught.value) + repr(caught.value) + repr(vars(reader))
    assert not [one for one in gc.get_objects() if isinstance(one, bytearray) and b"\x44" + b"7391" in one]


@pytest.mark.parametrize("code", ["", "12", "12345", "abcd", "12 4", "１２３４"])
def test_what_cannot_be_a_code_is_refused_before_it_is_sent(code):
    service = CountingService()
    with pytest.raises(client.CodeMalformed):
        reader_of(service).unlock(code)
    assert messages.UNLOCK not in service.requests


def test_clock_is_set_to_the_minute():
    def take(message, writer):
        writer.begin(72)
        writer.put_text(1, message.buf, message.offset(1), message.length(1))

    reader_of(Scripted(SET_DATE=take)).set_date(datetime(2026, 11, 22, 5, 9, 59))


def test_clock_that_was_not_set_is_told():
    def ignore(message, writer):
        writer.begin(72)
        text(writer, 1, b"202001010000")

    with pytest.raises(client.Incoherent):
        reader_of(Scripted(SET_DATE=ignore)).set_date(datetime(2026, 11, 22, 5, 9))


def test_lot_is_streamed_as_many_records_at_a_time_as_the_reader_takes_with_its_progress():
    service = CountingService()
    seen = []
    lot = b"1" * 128 * 5
    reader_of(service).certify_lot(
        lot, kind="DRE", mode="05", invoices=1, total=0, on_progress=lambda *pair: seen.append(pair)
    )
    assert seen == [(1, 5), (2, 5), (3, 5), (4, 5), (5, 5)]
    assert bytes(service.streamed) == lot


def test_certification_is_abandoned_when_its_progress_raises():
    def stop(sent: int, count: int) -> None:
        raise KeyboardInterrupt

    service = Scripted(ABANDON=lambda message, writer: writer.begin(74))
    with pytest.raises(KeyboardInterrupt):
        reader_of(service).certify_lot(
            b"1" * 640, kind="FSE", mode="03", invoices=1, total=0, on_progress=stop
        )
    assert service.steps == [messages.CERTIFY, messages.RECORDS, messages.ABANDON]


def test_no_message_is_longer_than_what_the_reader_takes():
    class Wide(CountingService):
        def handle(self, message, writer):
            super().handle(message, writer)
            if message.number == messages.CERTIFY:
                writer.begin(69)
                writer.put_uint(1, 64)
                writer.put_uint(2, 1)

    clock = ManualClock()
    service = Wide()
    board = LinkBoard(service, clock, message_max=320)
    reader = Reader(FaultyWire(board, clock, lambda *_: None).connect, clock=clock)
    reader.certify_lot(b"1" * 640, kind="FSE", mode="03", invoices=1, total=0)
    assert service.requests == [messages.CERTIFY, *[messages.RECORDS] * 5, messages.SIGN]


def test_signature_of_something_else_is_incoherent():
    def sign(message, writer):
        writer.begin(71)
        writer.put_bytes(1, bytes(256), 0, 256)
        writer.put_bytes(2, b"", 0, 0)
        writer.put_bytes(3, bytes(32), 0, 32)

    with pytest.raises(client.Incoherent):
        reader_of(Scripted(SIGN=sign)).certify_invoice(b"2" * 128, kind="FSE", mode="05", total=0)


@pytest.mark.parametrize("length", [127, 129])
def test_records_that_are_not_whole_are_refused_before_anything_is_sent(length):
    service = Scripted()
    with pytest.raises(client.CertificationRefused, match="Enregistrement"):
        reader_of(service).certify_invoice(b"2" * length, kind="FSE", mode="05", total=0)
    assert service.requests == []


def test_refused_record_is_told_with_its_rank_column_and_field():
    lines = (VECTORS / "invoice.txt").read_text().splitlines()[1:]
    invoice = "".join(line.removesuffix("|") for line in lines).encode()
    service = Scripted(RECORDS=refusing(codes.LAYOUT, 1, 108, 0))
    with pytest.raises(client.CertificationRefused) as caught:
        reader_of(service).certify_invoice(invoice, kind="FSE", mode="03", total=1000)
    refused = caught.value
    assert (refused.status, refused.record, refused.column, refused.field) == (0xE202, 2, 108, "4.part_amo")
    assert "Enregistrement 2, colonne 108, zone « 4.part_amo »." in str(refused)
    assert refused.name == "LAYOUT"


@pytest.mark.parametrize(
    ("status", "kind"),
    [
        (codes.PS_CARD_ABSENT, client.CardAbsent),
        (codes.VITALE_ABSENT, client.CardAbsent),
        (codes.CARD_REMOVED, client.CardAbsent),
        (codes.CARD_SILENT, client.CardFailed),
        (codes.CARD_STATUS, client.CardFailed),
        (codes.CODE_BLOCKED, client.CodeBlocked),
        (codes.LOCKED, client.Locked),
        (codes.TEST_REAL_MIXED, client.CertificationRefused),
        (codes.EXCLUSION, client.CertificationRefused),
        (codes.OVERSIZE, client.ProtocolRefused),
        (codes.ABANDONED, client.Refused),
        (0x1234, client.Refused),
    ],
)
def test_refusal_is_of_the_class_of_its_status(status, kind):
    with pytest.raises(client.Refused) as caught:
        reader_of(Scripted(CARDS=refusing(status, 0, 0, 0x6A82))).cards()
    assert type(caught.value) is kind
    assert caught.value.status == status
    assert caught.value.next_step


@pytest.mark.parametrize("name", CODES)
def test_every_status_has_its_words(name):
    message, _, next_step = STATUS_TEXTS[CODES[name]]
    assert message.endswith(".")
    assert next_step
    assert not next_step.endswith(".")


def test_status_word_of_a_card_is_told():
    with pytest.raises(client.CardFailed, match="6A82"):
        reader_of(Scripted(CARDS=refusing(codes.CARD_STATUS, 0, 0, 0x6A82))).cards()


def test_answer_to_another_request_is_incoherent():
    def other(message, writer):
        writer.begin(74)

    with pytest.raises(client.Incoherent):
        reader_of(Scripted(CARDS=other)).cards()


def test_results_keep_what_is_the_patients_out_of_their_repr():
    card = reader_of(Scripted(READ_VITALE=card_part(ZONE, b"secret"))).read_vitale()
    assert repr(card) == "VitaleCard()"
