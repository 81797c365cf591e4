"""A signed file with any bytes changed is refused or taken in whole, and never stops the OCT."""

import base64

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tournee.returns.classify import take_in


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_no_change_to_a_signed_lot_is_accepted(workshop, make_oct, data):
    file = workshop.file([workshop.lot(workshop.Lot())])
    at = data.draw(st.integers(128, len(file) - 129))
    byte = data.draw(st.integers(0, 255).filter(lambda value: value != file[at]))
    changed = file[:at] + bytes([byte]) + file[at + 1 :]
    items = take_in(make_oct().receive(workshop.message(changed, form="", count=1))[1]).content.items
    assert not any(item.accepted for item in items)


@settings(max_examples=100, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(content=st.binary(max_size=1500))
def test_any_clear_attachment_is_answered(workshop, make_oct, content):
    head = workshop.message(b"0" * 128, form="").split(b"\r\n\r\n")[0]
    answers = make_oct().receive(head + b"\r\n\r\n" + base64.encodebytes(content))
    assert [take_in(answer).kind for answer in answers] == ["ART", "ARL"]


@settings(max_examples=100, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_any_headers_are_answered(workshop, make_oct, data):
    lines = workshop.message(workshop.file([]), form="").split(b"\r\n")
    at = data.draw(st.integers(0, 6))
    name = lines[at].split(b":")[0]
    lines[at] = name + b": " + data.draw(st.binary(max_size=60))
    answers = make_oct().receive(b"\r\n".join(lines))
    assert [take_in(answer).kind for answer in answers] == ["ART", "ARL"]
