"""What headers may hold, and what of it is shown: nothing that a terminal obeys or that cannot be encoded."""

import unicodedata

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from tournee.printable import line, printable, read_text
from tournee.returns.classify import take_in

UNSHOWN = {"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"}
CHARSETS = ["utf-8", "utf-7", "punycode", "unicode_escape", "idna", "utf-16", "cp850", "hex", "zip", "x", ""]


def is_clean(text: str) -> bool:
    text.encode()
    return all(one == "\n" or unicodedata.category(one) not in UNSHOWN for one in text)


@given(st.text(st.characters()))
@example("\ud800\x1b]0;x\x07\x9b31m\u202e\u2066\ufeff\x1a\0\u200b")
def test_what_passes_the_door_is_encodable_and_shows(text):
    assert is_clean(printable(text).replace("\t", ""))
    assert is_clean(line(text))
    assert "\n" not in line(text)
    assert len(line(text)) <= 300


def test_what_is_shown_already_stays_as_it_is():
    text = "Lot n° 001 reçu le 22/11, 9,30 € — à l’heure : œuvre 𝄞\n\tSuite"
    assert printable(text) == text


@given(st.binary(max_size=200), st.sampled_from(CHARSETS))
def test_bytes_of_any_charset_become_a_text(content, charset):
    assert is_clean(printable(read_text(content, charset)).replace("\t", ""))


@pytest.mark.parametrize("charset", ["utf-8", "iso-8859-1", "iso-8859-15", "cp1252", "cp850"])
@pytest.mark.parametrize(
    "text",
    [
        "OCT de démonstration. Lot 001 reçu.",
        "Déjà traité, sans suite : à vérifier",
        "Dépôt différé à 8 h, côté caisse",
        "ASSURÉ INCONNU",
        "règle forçée après rejet",
    ],
)
def test_french_is_read_whatever_charset_wrote_it(text, charset):
    assert read_text(text.encode(charset)) == text


@pytest.mark.parametrize(
    ("header", "shown"),
    [
        (b"=?utf-8?B?QVJUL8OpdMOp?=", "ART/été"),
        (b"=?utf-8?Q?ART/?=\r\n =?iso-8859-1?Q?=E9t=E9?=", "ART/été"),
        (b"=?cp850?Q?=82t=82?=", "été"),
        (b"=?utf-7?Q?ART/+2AA-?=", "=?utf-7?Q?ART/+2AA-?="),
        (b"=?punycode?Q?abc?=", "=?punycode?Q?abc?="),
        (b"=?utf-8?B?!!?=", "=?utf-8?B?!!?="),
        (b"a\0b\x1b[31mc\x7f\xc2\x9b", "a\ufffdb\ufffd[31mc\ufffd\ufffd"),
        ("à l’\u202eenvers".encode(), "à l’\ufffdenvers"),
        (b"re\xe7u", "reçu"),
        (b"one\r\n two\r\n\tthree", "one two three"),
    ],
)
def test_a_subject_is_shown_clean(header, shown):
    assert take_in(b"Subject: " + header + b"\r\n\r\nx").envelope.subject == shown


@pytest.mark.parametrize(
    ("parameter", "shown"),
    [
        (b'name="000007"', "000007"),
        (b"name*=utf-8''re%C3%A7u", "reçu"),
        (b"name*=iso-8859-1'fr're%E7u", "reçu"),
        (b"name*=unicode_escape''%5Cud800", "\\ud800"),
        (b"name*=punycode''a%1Bb", "a\\x1bb"),
        (b'name*0="a b"; name*1=c; name*2*=%41', "a bcA"),
        (b"name*9=z", ""),
        (b'name="a\x1b[2J"', "a\ufffd[2J"),
    ],
)
def test_a_file_name_is_shown_clean(parameter, shown):
    raw = b"Content-Type: Application/EDI-consent; " + parameter + b"\r\nSubject: ART\r\n\r\nx"
    assert take_in(raw).envelope.attachment_name == shown


WORDS = st.builds(
    lambda charset, how, text: b"=?" + charset.encode() + b"?" + how + b"?" + text + b"?=",
    st.sampled_from(CHARSETS),
    st.sampled_from([b"Q", b"B", b"x"]),
    st.binary(max_size=30),
)
VALUES = st.one_of(st.binary(max_size=60), WORDS, st.lists(WORDS, max_size=3).map(b" ".join))
TYPES = st.builds(
    lambda kind, charset, name: (
        b"Content-Type: " + kind + b"; charset=" + charset.encode() + b"; name" + name
    ),
    st.sampled_from([b"Application/EDI-consent", b"application/octet-stream", b"multipart/report"]),
    st.sampled_from(CHARSETS),
    st.one_of(st.just(b"=a"), st.just(b"*=punycode''%80"), st.binary(max_size=20)),
)
NAMES = st.sampled_from([b"Subject", b"From", b"Date", b"Message-ID", b"Content-Description"])
HEADERS = st.lists(st.builds(lambda name, value: name + b": " + value, NAMES, VALUES), max_size=6)


@settings(deadline=None)
@given(HEADERS, TYPES, st.binary(max_size=200))
def test_whatever_headers_hold_what_is_shown_is_clean(headers, content_type, body):
    taken = take_in(b"\r\n".join([content_type, *headers, b"Content-Description: ART", b"", body]))
    for text in vars(taken.envelope).values():
        assert is_clean(text)
    assert all(map(is_clean, taken.notes))
    for name in ("text", "reason", "told"):
        assert is_clean(getattr(taken.content, name, "").replace("\t", ""))


PARTS = st.recursive(
    st.binary(max_size=60),
    lambda inner: st.lists(inner, max_size=4).map(
        lambda parts: (
            b'Content-Type: multipart/mixed; boundary="x"\r\n\r\n'
            + b"".join(b"--x\r\n" + part + b"\r\n" for part in parts)
        )
    ),
)


@settings(deadline=None)
@given(PARTS)
def test_parts_nested_in_any_way_get_a_verdict(raw):
    assert take_in(raw).kind in ("QUARANTINED", "BOUNCE")
