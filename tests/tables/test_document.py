"""Texts of tables, well written and not: each is read or refused, in bounded time, in French."""

import json
import re
import tomllib
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tournee.errors import ConfigError
from tournee.tables.document import DEPTH_MAX, SIZE_MAX, DocumentError, load, parse, words_for
from tournee.tables.table import Table

ENGLISH = re.compile(r"\b(at line|expected|invalid|exceeds|recursion|unterminated|the|is)\b", re.IGNORECASE)


def refused(data, *, is_json=False):
    with pytest.raises(DocumentError) as refusal:
        parse(data if isinstance(data, bytes) else data.encode(), is_json=is_json)
    return str(refusal.value)


def test_numbers_with_a_point_are_exact():
    assert parse(b"a = 0.10").values == {"a": Decimal("0.10")}
    assert parse(b'{"a": 0.10}', is_json=True).values == {"a": Decimal("0.10")}


def test_a_byte_order_mark_and_windows_ends_are_read():
    document = parse("\ufeff[a]\r\nb = 1\r\n".encode())
    assert (document.values, document.line_of(("a", "b"))) == ({"a": {"b": 1}}, 2)


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("a = 1\nb c = 2\n", "ligne 2, colonne 3 : le signe = est attendu après la clé"),
        ("a = oui\n", "ligne 1, colonne 5 : valeur incorrecte ; un texte s’écrit entre guillemets"),
        ("a = 1\na = 2\n", "ligne 2, colonne 6 : cette clé est déjà écrite plus haut"),
        ("[a]\n[a]\n", "ligne 2, colonne 3 : cette table est déjà écrite plus haut"),
        ('a = "x\n', "ligne 1, colonne 7 : caractère interdit"),
        ("a = [1,\n", "ligne 2, colonne 1 : valeur incorrecte ; un texte s’écrit entre guillemets"),
        ("a = 1 b = 2\n", "ligne 1, colonne 7 : la ligne devrait s’arrêter là"),
    ],
)
def test_a_mistake_of_writing_is_told_in_french_with_its_place(text, told):
    assert refused(text) == told


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ('{"a": 1,}', "ligne 1, colonne 9 : une clé entre guillemets est attendue"),
        ('{"a": 1, "a": 2}', "clé répétée : a"),
        ('{"a": NaN}', "nombre interdit : NaN"),
        ("[]", "le fichier n’est pas une table"),
        ('{"a": "\\ud800"}', "caractère impossible"),
        ('{"a": 1} x', "ligne 1, colonne 10 : du texte suit la fin"),
    ],
)
def test_a_mistake_of_json_is_told_in_french(text, told):
    assert refused(text, is_json=True) == told


def test_a_byte_that_is_no_utf_8_is_told_by_its_place():
    assert refused(b"a = 1\nb = '\xe9'\n") == "ligne 2, colonne 6 : ce caractère n’est pas de l’UTF-8"


HOSTILE = {
    "digits": "a = " + "9" * 5000,
    "exponent": "a = 1e99999999999999999999",
    "arrays": "a = " + "[" * 100_000,
    "tables": "a = " + "{ b = " * 100_000,
    "dotted": ".".join(["a"] * 100_000) + " = 1",
    "dotted with blanks": " . ".join(["a"] * 100_000) + " = 1",
    "dotted quoted": ".".join(['"a"'] * 100_000) + " = 1",
    "header": "[" + ".".join(["a"] * 100_000) + "]",
    "escapes": 'a = "' + '\\"' * 1_000_000,
    "quotes": "a = '''" + "''" * 500_000,
    "open text": 'a = """' + '"" ' * 500_000,
    "blanks": "a" + " " * 3_000_000,
    "long word": "a" * 3_000_000,
    "many words": "a " * 1_000_000,
    "same keys": "a = 1\n" * 300_000,
    "long": "#" * (SIZE_MAX + 1),
}


@pytest.mark.parametrize("text", HOSTILE.values(), ids=HOSTILE.keys())
def test_a_hostile_text_is_refused_at_once_and_in_french(text):
    told = refused(text)
    assert len(told) < 200
    assert not ENGLISH.search(told)


@pytest.mark.parametrize(
    "text",
    [
        '{"a": 1e99999999999999999999}',
        '{"a": ' + "9" * 5000 + "}",
        "[" * 100_000,
        '{"a":' * 100_000,
        '{"a": "' + '\\"' * 1_000_000,
        "{" + ", ".join(f'"k{number}": 1' for number in range(100_000)) + ', "k1": 2, "k2": 2}',
    ],
    ids=["exponent", "digits", "arrays", "tables", "escapes", "keys"],
)
def test_a_hostile_json_is_refused_at_once_and_in_french(text):
    told = refused(text, is_json=True)
    assert len(told) < 200
    assert not ENGLISH.search(told)


def test_the_deepest_text_allowed_is_read():
    assert parse(("a = " + "[" * DEPTH_MAX + "]" * DEPTH_MAX).encode()).values
    assert parse((".".join(["a"] * DEPTH_MAX) + " = 1").encode()).values


def test_brackets_and_points_inside_texts_and_comments_do_not_count():
    brackets = "[" * 99
    text = f'# {brackets}\na = \'{brackets}\'\nb = """{brackets}""""\nc = [1.5, 2.5]\n# {"a." * 99}\n'
    assert parse(text.encode()).values["a"] == brackets


@given(st.text(alphabet="ab.=[]{}\"'\\#\n 19e-", max_size=60))
def test_whatever_tomllib_reads_is_read_and_all_else_is_refused(text):
    try:
        expected = tomllib.loads(text, parse_float=Decimal)
    except (ValueError, ArithmeticError):
        refused(text)
    else:
        assert parse(text.encode()).values == expected


@given(st.binary(max_size=80))
def test_any_bytes_are_a_document_or_a_document_error(data):
    for is_json in (False, True):
        try:
            parse(data, is_json=is_json)
        except DocumentError as error:
            assert str(error)


@pytest.mark.parametrize(
    ("make", "cause"),
    [
        (lambda path: None, "il n’existe pas"),
        (lambda path: path.mkdir(), "c’est un dossier"),
        (lambda path: path.write_bytes(b"#" * (SIZE_MAX + 1)), "il est trop grand"),
        (lambda path: path.write_bytes(b"\xff"), "ligne 1, colonne 1 : ce caractère n’est pas de l’UTF-8"),
        (lambda path: path.write_text("a ="), "ligne 1, colonne 4 : valeur incorrecte"),
    ],
)
def test_a_file_that_cannot_be_read_says_why(tmp_path: Path, make, cause):
    path = tmp_path / "a.toml"
    make(path)
    with pytest.raises(ConfigError) as refusal:
        load(path, "Le fichier", ConfigError)
    assert refusal.value.cause.startswith(cause)
    assert str(path) in refusal.value.message


VALUES = ["x" * 10**6, 16**10**5, [[]] * 10**5, {"a": 1}, Decimal("1e999999"), 1.5, True, None]


def test_any_value_is_shown_in_few_words():
    assert max(len(words_for(value)) for value in VALUES) <= 41


def test_json_and_toml_say_the_same():
    values = {"a": [1, {"b": "é"}], "c": True}
    assert parse(json.dumps(values).encode(), is_json=True).values == values
    assert parse('a = [1, { b = "é" }]\nc = true'.encode()).values == values


def test_more_values_than_a_file_may_have_are_refused_before_they_are_read():
    with pytest.raises(DocumentError, match="plus de 250000 valeurs"):
        parse(b"x = [" + b"1," * 250_001 + b"]")
    assert parse(b"x = [" + b"1," * 1_000 + b"]").values == {"x": [1] * 1_000}


def test_of_keys_that_nobody_knows_twenty_are_told_and_the_others_counted():
    told: list[str] = []
    table = Table({f"a{rank}": 1 for rank in range(50_000)}, lambda path, text: told.append(text))
    table.finish()
    assert (len(told), told[-1]) == (21, "clé inconnue, et 49979 de plus")
