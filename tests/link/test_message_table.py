"""The table of messages: its shape, which the device relies on, and what the protocol promises of it."""

from sesam import messages
from tournee.reader import codec

LINES = messages.TABLE.decode().splitlines()
WIDTH = 39


def test_every_line_has_the_same_width_and_its_columns_in_place():
    for line in LINES:
        columns = (line[:16], line[16:20], line[20:23], line[23:25], line[25:29], line[29:])
        assert len(line) == WIDTH
        assert [one.strip() for one in columns] == line.split()


def test_fields_follow_their_message_in_the_order_of_their_keys():
    for row in codec.ROWS.values():
        lines = [line.split() for line in LINES if line.split()[1] == str(row.number)]
        assert [int(line[2]) for line in lines] == list(range(len(lines)))


def test_devices_index_is_the_hosts_reading():
    for number in range(messages.NUMBERS):
        row = codec.ROWS.get(number)
        assert (messages.ROWS[number] > 0) == (row is not None)
        for at, one in enumerate(row.fields if row else (), start=messages.ROWS[number]):
            told = (chr(messages.field_class(at)), messages.low(at), messages.high(at))
            assert told == (one.letter, one.low, one.high)
        assert messages.COUNTS[number] == (len(row.fields) if row else 0)


def test_every_request_has_an_answer_at_its_number_plus_64():
    requests = {row.number for row in codec.ROWS.values() if row.direction == ">"}
    answers = {row.number for row in codec.ROWS.values() if row.direction == "<"}
    assert {number + messages.ANSWER for number in requests} == answers - {messages.FAILURE}


def test_integers_stay_small_on_a_32_bit_device():
    assert max(one.high for row in codec.ROWS.values() for one in row.fields) < 2**30


def test_longest_message_has_as_many_fields_as_the_device_has_slots_for():
    assert max(len(row.fields) for row in codec.ROWS.values()) == messages.FIELDS_MAX


def test_no_two_messages_share_a_name():
    names = [row.name for row in codec.ROWS.values()]
    assert len(set(names)) == len(names)
