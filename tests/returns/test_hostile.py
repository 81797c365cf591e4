"""Whatever comes in, `take_in` gives a verdict and raises nothing (OCT-RET-5)."""

import base64
from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st

from tournee.returns.classify import take_in
from tournee.returns.effects import effects_of

VECTORS = Path(__file__).parents[1] / "vectors" / "returns"
CONTENTS = [
    b"".join(line[1:-1].encode() for line in path.read_text().splitlines() if line.startswith("|"))
    for path in sorted(VECTORS.glob("*.txt"))
]
HEAD = b"Content-Type: Application/EDI-consent\r\nContent-Transfer-Encoding: base64\r\nSubject: "
KINDS = {"ARL", "RSP", "ART", "DLOI", "QUARANTINED"}


def judged(raw: bytes) -> str:
    verdict = take_in(raw, lambda content: content[::-1])
    effects_of(verdict.content)
    return verdict.kind


@settings(deadline=None)
@given(st.binary(max_size=2000))
def test_any_bytes_get_a_verdict(raw):
    assert judged(raw) in KINDS


@settings(deadline=None)
@given(st.binary(max_size=300), st.binary(max_size=3000))
def test_any_subject_and_attachment_get_a_verdict(subject, content):
    assert judged(HEAD + subject + b"\r\n\r\n" + base64.encodebytes(content)) in KINDS


@settings(max_examples=300, deadline=None)
@given(st.data())
def test_any_damage_to_a_return_gets_a_verdict(data):
    content = bytearray(data.draw(st.sampled_from(CONTENTS)))
    for _ in range(data.draw(st.integers(0, 4))):
        start = data.draw(st.integers(0, len(content)))
        end = min(len(content), start + data.draw(st.integers(0, 140)))
        content[start:end] = data.draw(st.binary(max_size=10))
    assert judged(HEAD + b"x\r\n\r\n" + base64.encodebytes(bytes(content))) in KINDS


@settings(deadline=None)
@given(
    st.lists(st.sampled_from(["Content-Type", "Content-Description", "Subject", "Date", "From"]), max_size=6),
    st.data(),
)
def test_any_headers_get_a_verdict(names, data):
    lines = [name.encode() + b": " + data.draw(st.binary(max_size=60)) for name in names]
    assert judged(b"\r\n".join(lines) + b"\r\n\r\nQUJD") in KINDS


def test_header_too_long_to_be_read_is_passed_over():
    """One message with such a subject kept the mailbox busy for minutes."""
    body = b"\r\nContent-Description: ART\r\n\r\n" + base64.encodebytes(b"BONJOUR")
    verdict = take_in(HEAD + b"=?utf-8?q?a?= " * 20_000 + body)
    assert (verdict.kind, verdict.envelope.subject) == ("ART", "")
    assert take_in(HEAD + b"x\r\nFrom: a" + body).envelope.sender == "a"


def test_content_type_of_endless_parameters_is_passed_over():
    head = b"Subject: ART\r\nContent-Type: Application/EDI-consent" + b"; a=b" * 20_000
    verdict = take_in(head + b"\r\n\r\nBONJOUR")
    assert (verdict.kind, verdict.envelope.subject) == ("QUARANTINED", "ART")


def test_the_name_of_an_entity_that_nobody_knows_is_shown_clean():
    rsp = next(one for one in CONTENTS if b"0576" in one[:128])
    at = rsp.index(b"@") + 1
    verdict = take_in(HEAD + b"x\r\n\r\n" + base64.encodebytes(rsp[:at] + b"\x1b[0@" + rsp[at:]))
    assert verdict.kind == "RSP"
    assert all(one.isprintable() for note in verdict.odd for one in note)
