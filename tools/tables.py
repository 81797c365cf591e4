"""Documents made from the code: tables of PROFILE.md and SSV.md, keys of boards/README.md, rules and traces
of EXCHANGE.md and SERVICES.md, rooms.svg.

./.venv/bin/python tools/tables.py            writes them between their marks
./.venv/bin/python tools/tables.py --check    ends with 1 when one of them is stale

A mark is a line `<!-- name -->`, its end `<!-- end of name -->`. Layouts come from the tables in `sesam`, the
traces of a rule from every place in code and tests that cites its id.
"""

from __future__ import annotations

import ast
import re
import subprocess
import sys
import textwrap
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path

import board_tables
import drawing
import service_tables
from tournee.formats import noemie, records, zone_table
from tournee.formats.fields import Field
from tournee.formats.noemie.table import LABELS, TABLE
from tournee.ssv.codes import ROWS

ROOT = Path(__file__).resolve().parent.parent
PROFILE = ROOT / "firmware" / "PROFILE.md"
EXCHANGE = ROOT / "host" / "EXCHANGE.md"
SERVICES = ROOT / "host" / "SERVICES.md"
SSV = ROOT / "host" / "SSV.md"
BOARDS = ROOT / "boards" / "README.md"
ROOMS = ROOT / "host" / "docs" / "drawings" / "rooms.svg"
WIDTH = 138

#: Records whose every column is ours; in the others, fields whose place is public and whose value is ours.
OUR_RECORDS = ("2R", "2A", "7", "A", "P", "D", "I", "L")
SERVICE_RECORDS = ("P",)  # laid out in SERVICES.md
OUR_VALUES = {
    "000": "programme_emetteur application fichier norme",
    "999": "programme_emetteur application fichier",
    "1": "categorie securisation mode_tarif norme version crf",
    "2": "tiers_payant nature_piece",
    "4": "origine",
    "5": "paye_assure",
    "6": "part_amc",
}
#: Columns of ours in records whose others are public.
OUR_COLUMNS = {"4E": "date_prescription demande_accord reponse_accord accord numero_accord"}
#: Groups of which only these fields are public; the meaning of the others is ours.
PUBLIC_FIELDS: dict[int, tuple[int, ...]] = {
    12: (2, 5, 6, 7),
    13: (7,),
    14: (3,),
    93: (7,),
    1321: (1, 2, 3, 6, 7, 8, 9, 10, 11, 12, 13),
    1410: (),
    1610: (),
    1870: (),
    **dict.fromkeys(range(9001, 9009), ()),
}
#: Records whose first columns are another's.
SHARES = {"2R": "2", "2A": "2", "4": "2", "4E": "2", "5": "2", "999": "000"}

_LONG_TEXT = "upper-case unaccented ASCII, left-justified"  # said once, under Records
_HARD = "\u00a0"  # a space at which no line is cut
FAMILIES = ("SCOR", "DRT", "AMC", "ACV", "ORD", "MAJ", "CEAM", "RMP")  # of rules of services
_FAMILY = rf"OCT-[A-Z]+|{'|'.join(FAMILIES)}"
_RULE = re.compile(rf"\b({_FAMILY})-\s*([0-9]+)\b(?:[`*]* to [`*]*\1-([0-9]+))?")
_HEADING = re.compile(rf"^### ((?:{_FAMILY})-[0-9]+) (.*)$", re.MULTILINE)
_SHOWN = 2  # tests named for each rule in the list


# --- layouts -----------------------------------------------------------------------------------------------


def record_layout(kind: str) -> str:
    """One row a field: columns, name, what it takes, and whose it is."""
    rows = ["| columns | field | takes | whose |", "|---|---|---|---|"]
    like = SHARES.get(kind, "")
    known = {_columns(field) for field in records.fields(like)} if like else set()
    shared = [field for field in records.fields(kind) if field.name and _columns(field) in known]
    if shared:
        shared = [one for one in records.fields(kind) if shared[0].start <= one.start <= shared[-1].start]
    ours, columns = OUR_VALUES.get(kind, "").split(), OUR_COLUMNS.get(kind, "").split()
    for field in records.fields(kind):
        whose = (
            "ours"
            if kind in OUR_RECORDS or field.name in columns
            else "value ours"
            if field.name in ours
            else ""
        )
        if field in shared:
            if field is shared[0]:
                length = shared[-1].start + shared[-1].length - field.start
                rows.append(f"| {field.start}+{length} | as in {like} | | {whose} |")
            continue
        name = f"`{field.name}`" if field.name else ""
        rows.append(f"| {field.start}+{field.length} | {name} | {_takes(field)} | {whose} |")
    return "\n".join(rows)


def _columns(field: Field) -> tuple[str, int, int]:
    return field.name, field.start, field.length


def _takes(field: Field) -> str:
    words = re.sub(r"\b1 (digit|character)s\b", r"1 \1", field.expected().replace(_LONG_TEXT, "text"))
    if field.cls == "K":
        words = f"`{field.constraint}`"
    return f"{words}; or empty" if field.optional and field.cls != "_" else words


def zone_layouts() -> str:
    """One paragraph a group: number, name, least number of fields, fields by rank."""
    paragraphs = []
    for number, layout in zone_table.GROUPS.items():
        public = PUBLIC_FIELDS.get(number)
        fields = [
            f"{rank}{_HARD}`{name}`"
            + ("°" if public is not None and rank not in public else "")
            + (" (one binary byte)" if rank in layout.binary else "")
            for rank, name in enumerate(layout.fields, 1)
        ]
        paragraphs.append(_wrapped(f"- **{number}** {layout.name} ({layout.minimum}): {' · '.join(fields)}"))
    return "\n".join(paragraphs)


def entity_layouts() -> str:
    """One paragraph an entity: type, length, title, fields by column, and what their letters stand for."""
    paragraphs = []
    for kind in _entity_kinds():
        parts = []
        for field in noemie.fields(kind):
            if not field.name:
                continue
            constant = f" = `{field.constraint}`" if field.constraint else ""
            need = "?" if field.optional else ""
            parts.append(f"{field.start}+{field.length}{field.cls}{need}{_HARD}`{field.name}`{constant}")
        head = f"- **{kind}** {noemie.title(kind)}, {noemie.length(kind)}: "
        paragraphs.append(_wrapped(head + " · ".join(parts)))
    return "\n".join(paragraphs)


def _entity_kinds() -> list[str]:
    return [line[:3] for line in TABLE.splitlines() if line[:3].isdigit()]


def letters() -> str:
    """What the codes of NOEMIE stand for."""
    return "\n".join(
        _wrapped(
            f"- {kind} `{field}`: "
            + " · ".join(f"{f'`{code}`' if code else 'blank'} {meaning}" for code, meaning in codes.items())
        )
        for (kind, field), codes in LABELS.items()
    )


def _wrapped(text: str) -> str:
    filled = textwrap.fill(
        text, WIDTH, subsequent_indent="  ", break_long_words=False, break_on_hyphens=False
    )
    return filled.replace(_HARD, " ")


# --- traces of the rules -----------------------------------------------------------------------------------


def rule_ids(text: str) -> Iterator[str]:
    """Every rule cited by its id; `OCT-MSG-1 to OCT-MSG-3` cites three."""
    for family, first, last in _RULE.findall(text):
        for number in range(int(first), int(last or first) + 1):
            yield f"{family}-{number}"


def tracked(*folders: str) -> list[Path]:
    """The Python files of these folders that the repository holds."""
    listing = subprocess.run(
        ["git", "ls-files", "-z", "--", *folders], cwd=ROOT, capture_output=True, text=True, check=True
    ).stdout
    names = sorted(name for name in listing.split("\0") if name.endswith(".py"))
    return [path for name in names if (path := ROOT / name).exists()]


def traces_in_code() -> dict[str, list[str]]:
    """For each rule the modules that cite it."""
    found: dict[str, list[str]] = defaultdict(list)
    for path in tracked("firmware", "host"):
        for rule in dict.fromkeys(rule_ids(path.read_text())):
            found[rule].append(path.relative_to(ROOT).as_posix())
    return found


def traces_in_tests() -> dict[str, dict[str, list[str]]]:
    """For each rule the test files that cite it, and the tests in each (none: the file as a whole)."""
    found: dict[str, dict[str, list[str]]] = defaultdict(dict)
    for path in tracked("tests"):
        text = path.read_text()
        if not _RULE.search(text):
            continue
        name = path.relative_to(ROOT).as_posix()
        lines = text.splitlines()
        for test in ast.parse(text).body:
            if isinstance(test, ast.FunctionDef) and test.name.startswith("test_"):
                first = min([test.lineno, *(one.lineno for one in test.decorator_list)]) - 1
                while first and lines[first - 1].startswith("#"):
                    first -= 1
                for rule in dict.fromkeys(rule_ids("\n".join(lines[first : test.end_lineno]))):
                    found[rule].setdefault(name, []).append(test.name)
        for rule in rule_ids(ast.get_docstring(ast.parse(text)) or ""):
            found[rule].setdefault(name, [])
    return found


def trace(rule: str, code: dict[str, list[str]], tests: dict[str, dict[str, list[str]]]) -> str:
    """The modules and tests that cite a rule."""
    lines = []
    judge = "host/tournee/emulation/"
    host = [name for name in code.get(rule, ()) if not name.startswith(judge)]
    emulated = [name for name in code.get(rule, ()) if name.startswith(judge)]
    for title, names in (("Code", host), ("Emulated", emulated)):
        if names:
            lines.append(_wrapped(f"- {title}: {' · '.join(f'`{name}`' for name in names)}"))
    for name, cited in tests.get(rule, {}).items():
        what = f": {' · '.join(f'`{test}`' for test in cited)}" if cited else " as a whole"
        lines.append(_wrapped(f"- Tests: `{name}`{what}"))
    if rule not in tests:
        lines.append("- Tests: none cites it")
    return "\n".join(lines)


def tests_of(rule: str, tests: dict[str, dict[str, list[str]]]) -> list[str]:
    """The tests that cite a rule, those of a file that cites it as a whole among them; first those that cite
    no other.
    """
    named = []
    for name, cited in tests.get(rule, {}).items():
        named += cited or re.findall(r"^def (test_\w+)", (ROOT / name).read_text(), re.MULTILINE)
    rules = Counter(test for files in tests.values() for cited in files.values() for test in cited)
    return sorted(dict.fromkeys(named), key=lambda test: rules[test] or len(tests))


def rule_table(text: str, tests: dict[str, dict[str, list[str]]], family: str = "") -> str:
    """One row a rule of `text`, of this family: id, title, how many tests cite it, and two of them."""
    rows = ["| rule | says | tests | among them |", "|---|---|---|---|"]
    for rule, title in _HEADING.findall(text):
        if not rule.startswith(family):
            continue
        there = re.sub(r"[^\w -]", "", f"{rule} {title}".lower()).replace(" ", "-")
        cited = tests_of(rule, tests)
        shown = " · ".join(f"`{test}`" for test in cited[:_SHOWN])
        rows.append(f"| [{rule}](#{there}) | {title} | {len(cited)} | {shown} |")
    return "\n".join(rows)


def code_table() -> str:
    """One row a 16-bit code: its number, its name, its French words, whose it is."""
    rows = ["| code | name | says | whose |", "|---|---|---|---|"]
    for row in ROWS.values():
        rows.append(
            f"| {row.number:04X} | {row.name} | {row.words} | {'ours' if row.ours else 'published'} |"
        )
    return "\n".join(rows)


# --- documents ---------------------------------------------------------------------------------------------


def fill(text: str, made: dict[str, Callable[[], str]]) -> str:
    """The text with each part between its marks; a part without marks is an error."""
    for name, make in made.items():
        start, stop = f"<!-- {name} -->\n", f"<!-- end of {name} -->"
        before, mark, rest = text.partition(start)
        _, end, after = rest.partition(stop)
        if not mark or not end:
            raise SystemExit(f"no marks for {name}")
        text = f"{before}{start}\n{make()}\n\n{stop}{after}"
    return text


def profile(text: str) -> str:
    """PROFILE.md with the layouts of today's tables."""
    made: dict[str, Callable[[], str]] = {
        f"record {kind}": partial(record_layout, kind)
        for kind in records.KINDS
        if kind not in SERVICE_RECORDS
    }
    return fill(text, {**made, "zones": zone_layouts, "noemie": entity_layouts, "letters": letters})


def exchange(text: str) -> str:
    """EXCHANGE.md with the list of its rules and the traces of today's code and tests."""
    code, tests = traces_in_code(), traces_in_tests()
    traces = {rule: partial(trace, rule, code, tests) for rule, _ in _HEADING.findall(text)}
    return fill(text, {"rules": partial(rule_table, text, tests), **traces})


def services(text: str) -> str:
    """SERVICES.md with, for each family, the list of its rules, and the traces of today's code and tests."""
    code, tests = traces_in_code(), traces_in_tests()
    traces = {rule: partial(trace, rule, code, tests) for rule, _ in _HEADING.findall(text)}
    lists = {f"rules {family}": partial(rule_table, text, tests, f"{family}-") for family in FAMILIES}
    made = {mark: make for mark, make in service_tables.MARKS.items() if f"<!-- {mark} -->" in text}
    layouts = {f"record {kind}": partial(record_layout, kind) for kind in SERVICE_RECORDS}
    made |= {mark: make for mark, make in layouts.items() if f"<!-- {mark} -->" in text}
    return fill(text, {**lists, **traces, **made})


def rooms(_: str) -> str:
    """The drawing of the host's rooms, whatever it was."""
    return drawing.rooms(ROOT / "pyproject.toml")


DOCUMENTS: dict[Path, Callable[[str], str]] = {
    PROFILE: profile,
    EXCHANGE: exchange,
    SERVICES: services,
    SSV: partial(fill, made={"codes": code_table}),
    BOARDS: partial(fill, made={"board keys": board_tables.keys}),
    ROOMS: rooms,
}


def stale() -> list[str]:
    """Documents that are not what the code says today."""
    return [path.name for path, make in DOCUMENTS.items() if make(path.read_text()) != path.read_text()]


def main() -> int:
    """Write the documents anew, or with --check say which ones are stale."""
    if "--check" in sys.argv[1:]:
        for name in (late := stale()):
            print(f"{name} is stale: run tools/tables.py")
        return 1 if late else 0
    for path, make in DOCUMENTS.items():
        path.write_text(make(path.read_text()))
    return 0


if __name__ == "__main__":
    sys.exit(main())
