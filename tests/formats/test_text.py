import pytest
from hypothesis import given
from hypothesis import strategies as st

from tournee.formats.text import upper_ascii


@pytest.mark.parametrize(
    ("text", "plain"),
    [
        ("Hélène Lefèvre", "HELENE LEFEVRE"),
        ("Œuvré-Noël", "OEUVRE-NOEL"),
        ("L’Haÿ-les-Roses", "L'HAY-LES-ROSES"),
        ("Ægidius Straße", "AEGIDIUS STRASSE"),
        ("D’Arc  «\u00a0Jeanne »", 'D\'ARC " JEANNE "'),
        ("çÇñÑåÅøØ", "CCNNAAOO"),
        ("n° 12 — 3 €…", "NO 12 - 3 EUR..."),
        ("a{b}|c~d`e", "A(B)/C-D'E"),
        ("  deux\t lignes\n", "DEUX LIGNES"),
        ("½", "1?2"),
        ("日本", "??"),
        ("", ""),
    ],
)
def test_text_is_transliterated(text, plain):
    assert upper_ascii(text) == plain


@given(st.text())
def test_any_text_becomes_what_records_allow(text):
    plain = upper_ascii(text)
    assert all(" " <= char <= "_" for char in plain)
    assert plain == plain.strip(" ")


@given(st.text("ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789'-./", max_size=30))
def test_text_that_is_allowed_stays(text):
    assert upper_ascii(text) == text
