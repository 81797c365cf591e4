"""The lines of TOML values."""

import tomllib
from pathlib import Path

from hypothesis import given, reject
from hypothesis import strategies as st

from tournee.tables.positions import lines_of

VECTORS = Path(__file__).parents[1] / "vectors" / "billing"


def test_line_of_a_key_of_a_table():
    assert lines_of('[a]\nb = 1\n\nc = "x"\n') == {("a",): 1, ("a", "b"): 2, ("a", "c"): 4}


def test_array_of_tables_counts_its_elements():
    lines = lines_of("[[v]]\nx = 1\n[[v]]\nx = 2\n")
    assert (lines["v", 0], lines["v", 0, "x"], lines["v", 1], lines["v", 1, "x"]) == (1, 2, 3, 4)


def test_table_under_an_array_of_tables_belongs_to_its_last_element():
    lines = lines_of("[[v]]\n[[v]]\n[v.p]\nx = 1\n")
    assert lines["v", 1, "p", "x"] == 4


def test_elements_of_an_array_over_several_lines():
    lines = lines_of('a = [\n  { c = 1 }, # } ]\n  { c = 2 },\n  "]",\n]\nb = 1\n')
    assert (lines["a", 0, "c"], lines["a", 1, "c"], lines["a", 2], lines["b",]) == (2, 3, 4, 6)


def test_brackets_and_signs_inside_strings_are_text():
    lines = lines_of('a = "[ # \\" ="\nb = \'{\'\nc = """\n[x]\ny = 1\n"""\nd = \'\'\'\n[z]\n\'\'\'\ne = 2\n')
    assert lines == {("a",): 1, ("b",): 2, ("c",): 3, ("d",): 7, ("e",): 10}


def test_dotted_and_quoted_keys():
    assert lines_of('a."b c".d = 1\n["x"]\n\'y\' = 2\n') == {
        ("a",): 1,
        ("a", "b c"): 1,
        ("a", "b c", "d"): 1,
        ("x",): 2,
        ("x", "y"): 3,
    }


def test_empty_text_has_no_line():
    assert lines_of("# nothing\n\n") == {}


def leaves(value, place=()):
    """Every place of a document, from `tomllib`'s own reading."""
    if isinstance(value, dict):
        for key, inner in value.items():
            yield (*place, key)
            yield from leaves(inner, (*place, key))
    elif isinstance(value, list):
        for index, inner in enumerate(value):
            yield from leaves(inner, (*place, index))


def test_every_key_of_the_day_files_is_found_on_the_line_that_writes_it():
    for path in sorted(VECTORS.glob("*.toml")):
        text = path.read_text(encoding="utf-8")
        lines = lines_of(text)
        for place in leaves(tomllib.loads(text)):
            assert isinstance(place[-1], int) or place[-1] in text.splitlines()[lines[place] - 1]


VALUES = st.recursive(
    st.sampled_from(
        [
            "1",
            "-2.5",
            "true",
            "2026-11-15",
            "1979-05-27 07:32:00",
            '"]}#\\""',
            "'\\{['",
            '"""a"\n\nb"""""',
            "'''\n''x'''",
        ]
    ),
    lambda inner: st.one_of(
        st.lists(inner, max_size=3).map(lambda items: "[ # ]\n" + ",\n".join(items) + "\n]"),
        st.lists(inner, max_size=3).map(
            lambda items: "{ " + ", ".join(f"k{index} = {item}" for index, item in enumerate(items)) + " }"
        ),
    ),
    max_leaves=6,
)
PAIRS = st.lists(
    st.tuples(st.sampled_from(["", "[t.u]", "[[v]]", "[[v]] # [x]", "[[v.w]]", "['q r']"]), VALUES),
    max_size=6,
)


@given(PAIRS)
def test_every_key_of_a_valid_text_has_a_line(pairs):
    text = "".join(
        f"{header}\n  n{number}.m = {value} # = [\n" for number, (header, value) in enumerate(pairs)
    )
    try:
        document = tomllib.loads(text)
    except tomllib.TOMLDecodeError:
        reject()
    lines = lines_of(text)
    for number in range(len(pairs)):
        places = [place for place in leaves(document) if place[-2:] == (f"n{number}", "m")]
        assert len(places) == 1
        assert text.splitlines()[lines[places[0]] - 1].startswith(f"  n{number}.m = ")
