"""Two codecs, one language: device and host make the same bytes and refuse the same inputs alike."""

import random

import cbor2
import pytest
from link_rig import read_vectors

from sesam import cbor, codes, messages
from tournee.reader import codec

HOSTILE = read_vectors("hostile.txt")
VALID = read_vectors("messages.txt")
GENERATED = 10_000
MUTATED = 20_000
RANDOM = 20_000
ROOM = 9_000  # more than the longest message of the table


def device_verdict(data: bytes) -> int:
    """Status that the device's codec gives, the message lying somewhere in a larger buffer."""
    buffer = bytearray(b"\xa5" * 3 + data + b"\x5a" * 12)
    return DEVICE.parse(buffer, 3, 3 + len(data))


def host_verdict(data: bytes) -> int:
    try:
        codec.decode(data)
    except codec.CodecError as error:
        return error.status
    return codes.OK


def device_bytes(row: codec.MessageFormat, values: dict[str, int | str | bytes]) -> bytes:
    buffer = bytearray(ROOM)
    writer = cbor.Writer(buffer, 5, ROOM)
    writer.begin(row.number)
    for key, one in enumerate(row.fields, start=1):
        value = values[one.name]
        if isinstance(value, int):
            writer.put_uint(key, value)
        elif isinstance(value, str):
            writer.put_text(key, b"<" + value.encode() + b">", 1, len(value))
        else:
            writer.put_bytes(key, b"<" + value + b">", 1, len(value))
    end = writer.finish()
    assert end > 0
    return bytes(buffer[5:end])


def device_values(row: codec.MessageFormat, data: bytes) -> dict[str, int | str | bytes]:
    assert DEVICE.parse(data, 0, len(data)) == codes.OK
    values: dict[str, int | str | bytes] = {}
    for key, one in enumerate(row.fields, start=1):
        if one.letter == "u":
            values[one.name] = DEVICE.uint(key)
        else:
            raw = data[DEVICE.offset(key) : DEVICE.offset(key) + DEVICE.length(key)]
            values[one.name] = raw.decode() if one.letter == "t" else raw
    return values


def generate(source: random.Random, row: codec.MessageFormat) -> dict[str, int | str | bytes]:
    """Draw a message's values, bounds and the widths' edges more often than the rest."""
    values: dict[str, int | str | bytes] = {}
    for one in row.fields:
        edges = [n for n in (one.low, one.high, 23, 24, 255, 256, 65535, 65536) if one.low <= n <= one.high]
        size = source.choice(edges) if source.random() < 0.5 else source.randint(one.low, one.high)
        if one.letter == "r":
            size = max(one.low, size // 128 * 128)
        if one.letter == "u":
            values[one.name] = size
        elif one.letter == "t":
            values[one.name] = "".join(chr(source.randint(0x20, 0x7E)) for _ in range(size))
        else:
            values[one.name] = source.randbytes(size)
    return values


DEVICE = cbor.Message()


def test_both_codecs_make_the_same_bytes_and_read_the_same_values_of_ten_thousand_messages():
    source = random.Random(20261122)
    rows = list(codec.ROWS.values())
    for turn in range(GENERATED):
        row = rows[turn % len(rows)]
        values = generate(source, row)
        by_host = bytes(codec.encode(row.number, values))
        assert device_bytes(row, values) == by_host
        assert device_values(row, by_host) == values
        assert dict(codec.decode(by_host).values) == values


@pytest.mark.parametrize("vector", HOSTILE, ids=lambda one: one.comment)
def test_hostile_input_gets_the_status_written_down_for_it(vector):
    expected = getattr(codes, vector.name)
    assert (device_verdict(vector.data), host_verdict(vector.data)) == (expected, expected)


def test_there_are_more_than_two_hundred_hostile_inputs():
    assert len({vector.data for vector in HOSTILE}) > 200


@pytest.mark.parametrize("vector", VALID, ids=lambda one: one.comment)
def test_valid_message_is_accepted_by_both_and_is_cbor2s_own_canonical_form(vector):
    assert (device_verdict(vector.data), host_verdict(vector.data)) == (codes.OK, codes.OK)
    assert cbor2.dumps(cbor2.loads(vector.data), canonical=True) == vector.data
    assert codec.decode(vector.data).row.name == vector.name


def test_every_message_of_the_table_has_a_valid_vector():
    assert {vector.name for vector in VALID} == {row.name for row in codec.ROWS.values()}


def test_mutated_messages_get_the_same_verdict_from_both():
    source = random.Random(7)
    seen = set()
    for turn in range(MUTATED):
        data = bytearray(source.choice(VALID).data)
        for _ in range(source.randint(1, 3)):
            mutate(source, data)
        verdict = host_verdict(bytes(data))
        assert device_verdict(bytes(data)) == verdict, (turn, data.hex())
        seen.add(verdict)
    assert seen >= {codes.OK, codes.MALFORMED, codes.UNKNOWN_MESSAGE, codes.FIELD, codes.TYPE, codes.RANGE}


def mutate(source: random.Random, data: bytearray) -> None:
    at = source.randrange(len(data)) if data else 0
    how = source.randrange(5)
    if how == 0 and data:
        data[at] ^= 1 << source.randrange(8)
    elif how == 1 and data:
        data[at] = source.choice((0x00, 0x17, 0x18, 0x19, 0x1A, 0x1B, 0x40, 0x60, 0xA1, 0xC2, 0xF5, 0xFF))
    elif how == 2 and data:
        del data[at]
    elif how == 3:
        data.insert(at, source.randrange(256))
    else:
        data[at : at + 2] = data[at : at + 2][::-1]


def test_random_bytes_get_the_same_verdict_from_both():
    source = random.Random(11)
    for turn in range(RANDOM):
        data = bytes((0xA0 + source.randrange(6), 0)) + source.randbytes(source.randrange(40))
        assert device_verdict(data) == host_verdict(data), (turn, data.hex())


def test_host_refuses_to_make_what_the_table_does_not_allow():
    cases = [
        (35, {}, codes.UNKNOWN_MESSAGE),
        (messages.CARDS, {"ps": 1}, codes.FIELD),
        (messages.UNLOCK, {}, codes.FIELD),
        (messages.UNLOCK, {"code": "1234"}, codes.TYPE),
        (messages.CERTIFY, {"what": True, "kind": 1, "mode": 3}, codes.TYPE),
        (messages.UNLOCK, {"code": b"123"}, codes.RANGE),
        (messages.SIGN, {"invoices": 1, "total": 1_000_000_000}, codes.RANGE),
        (messages.SIGN, {"invoices": -1, "total": 1}, codes.RANGE),
        (messages.RECORDS, {"first": 0, "data": b"7" * 127}, codes.RANGE),
        (messages.SET_DATE, {"date": "20261122050é"}, codes.MALFORMED),
    ]
    for number, values, status in cases:
        with pytest.raises(codec.CodecError) as caught:
            codec.encode(number, values)
        assert caught.value.status == status, (number, values)


def test_device_writer_gives_no_message_that_the_table_does_not_allow():
    buffer = bytearray(64)
    writer = cbor.Writer(buffer, 0, 64)
    wrong_calls = [
        lambda: writer.begin(35),
        lambda: writer.begin(300),
        lambda: writer.begin(messages.SIGN),
        lambda: (writer.begin(messages.SIGN), writer.put_uint(2, 1), writer.put_uint(1, 1)),
        lambda: (writer.begin(messages.SIGN), writer.put_uint(1, 1), writer.put_uint(2, 10**9)),
        lambda: (writer.begin(messages.CARDS), writer.put_uint(1, 1)),
        lambda: (writer.begin(messages.UNLOCK), writer.put_text(1, b"1234", 0, 4)),
        lambda: (writer.begin(messages.UNLOCK), writer.put_bytes(1, b"123", 0, 3)),
        lambda: (writer.begin(messages.SET_DATE), writer.put_text(1, b"20261122050\n", 0, 12)),
        lambda: (
            writer.begin(messages.RECORDS),
            writer.put_uint(1, 0),
            writer.put_bytes(2, b"7" * 128, 0, 128),
        ),
    ]
    for wrong in wrong_calls:
        wrong()
        assert writer.finish() == 0


def test_device_writer_keeps_within_its_part_of_the_buffer():
    for room in range(21):
        buffer = bytearray(b"\xee" * 40)
        writer = cbor.Writer(buffer, 10, 10 + room)
        writer.refuse(0xE101, 70_000, 128, 65_535)
        assert writer.finish() == 0
        assert buffer[:10] == b"\xee" * 10
        assert buffer[10 + room :] == b"\xee" * (30 - room)


def test_refusal_takes_the_place_of_an_answer_begun_and_caps_its_numbers():
    buffer = bytearray(64)
    writer = cbor.Writer(buffer, 0, 64)
    writer.begin(messages.SIGN)
    writer.put_uint(1, 1)
    writer.refuse(codes.CARD_STATUS, 1_000_000, 999, 0x6A82)
    failure = codec.decode(bytes(buffer[: writer.finish()]))
    assert dict(failure.values) == {"status": 0xE303, "record": 99_999, "column": 128, "detail": 0x6A82}


def test_secret_is_overwritten_in_the_buffer_it_was_parsed_from():
    buffer = bytearray(codec.encode(messages.UNLOCK, {"code": b"1234"}))
    message = cbor.Message()
    assert message.parse(buffer, 0, len(buffer)) == codes.OK
    cbor.wipe_secrets(message, buffer)
    assert bytes(buffer) == bytes.fromhex("a20003014400000000")


def test_secret_is_the_last_field_of_its_message():
    for row in codec.ROWS.values():
        for one in row.fields[:-1]:
            assert one.letter != "s"
