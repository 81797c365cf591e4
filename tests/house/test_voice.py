"""One voice to the carer: typographic apostrophes, spaces before : ; ! ?, « vous », and no command but in the
command line's own texts.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import click
import pytest
from click.testing import CliRunner

from tournee.cli.main import tournee as root
from tournee.cli.usage import usage_in_french
from tournee.maker.main import maker
from tournee.tables.document import DocumentError, parse

HOST = Path(__file__).parents[2] / "host" / "tournee"
APART = ("firmware", "boards", "emulation", "ssv", "manuals")  # data, code of others, a demonstration, an ABI
FACES = ("cli", "maker")  # they say how a thing is done there

_STRAIGHT = re.compile(r"(?<=[A-Za-zÀ-ÿ])'(?=[A-Za-zÀ-ÿ«])")
_TIGHT = re.compile(r"[\wàéè»)][;!?](?=\s|$)|[a-zàéè»)]:(?=\s)")
_FAMILIAR = re.compile(r"(?<![\w’'-])(tu|toi|tes|ton|ta)(?![\w’'-])", re.I)
_CAPITAL = re.compile(r"(?!Tournée\b)[A-ZÀÉÊ][a-zàéèê’]")
_COMMAND = re.compile(r"\btournee(?:-maker)? [a-z]+|(?<!\w)--[a-z]{2,}")
_FRENCH = re.compile(r"[àâçéèêëîïôùûœÀÉÊ«»’]|(?<![\w'])(le|la|les|une|des|est|pas|dans)(?![\w'])")
_ENGLISH = re.compile(
    r"(?<![\w-])(is|the|not|does|requires|invalid|unexpected|expected|after|error)(?![\w-])", re.I
)


def shown(path: Path) -> Iterator[tuple[int, str]]:
    """The French texts of a module with their lines: strings, and docstrings that are a command's help."""
    tree = ast.parse(path.read_text("utf-8"))
    quiet: set[ast.AST] = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant):
            quiet.add(node.value)
        if isinstance(node, ast.Call) and ast.unparse(node.func).startswith(("_log.", "re.compile")):
            quiet |= set(ast.walk(node))
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef) and any(
            re.search(r"\.(command|group)\(", ast.unparse(one)) for one in node.decorator_list
        ):
            yield node.lineno, ast.get_docstring(node) or ""
        elif (
            isinstance(node, ast.Constant)
            and isinstance(node.value, str)
            and node not in quiet
            and _FRENCH.search(node.value)
        ):
            yield node.lineno, node.value


def modules() -> list[Path]:
    return [path for path in sorted(HOST.rglob("*.py")) if path.relative_to(HOST).parts[0] not in APART]


@pytest.mark.parametrize("path", modules(), ids=lambda path: str(path.relative_to(HOST)))
def test_what_is_shown_speaks_with_one_voice(path: Path) -> None:
    is_face = path.relative_to(HOST).parts[0] in FACES
    wrong = [
        f"{line}: {kind} in {text!r}"
        for line, text in shown(path)
        for kind, pattern in (
            ("straight apostrophe", _STRAIGHT),
            ("no space before", _TIGHT),
            ("tutoiement", _FAMILIAR),
            *([] if is_face else [("command", _COMMAND)]),
        )
        if pattern.search(text)
    ]
    assert not wrong


@pytest.mark.parametrize(
    "words",
    [
        ["nonsense"],
        ["status", "--nope"],
        ["status", "--limit"],
        ["status", "--limit", "0"],
        ["status", "--limit", "many"],
        ["status", "too", "many"],
        ["status", "--json=yes"],
        ["status", "--since", "yesterday"],
        ["status", "--state", "lost"],
        ["demo", "--mode", "post"],
        ["day", "import"],
        ["day", "import", "/nowhere"],
        ["day", "import", "/"],
        ["return", "show", "first"],
        ["reader", "scan", "--seconds", "900"],
        ["reader", "insert", ".", "left", "card"],
        ["route", "add", "x", "--insurer", "CP"],
    ],
    ids=" ".join,
)
def test_what_click_refuses_is_told_in_french(words: list[str]) -> None:
    refused = CliRunner().invoke(root, words, standalone_mode=False).exception
    assert isinstance(refused, click.ClickException)
    told = usage_in_french(refused)
    typed = {word for argument in words for word in re.split(r"\W+", argument)}
    assert not set(_ENGLISH.findall(told.lower())) - typed, told
    assert _FRENCH.search(told), told


@pytest.mark.parametrize(
    "text",
    [
        "a",
        "a =",
        "a = 1,5",
        "a = 02/11/2026",
        "[a",
        'a = "b',
        "a = 1\na = 2",
        "a = [1",
        "a = {b = 1",
        "é = 1",
        "a = \x01",
    ],
)
def test_what_is_no_toml_is_told_in_french(text: str) -> None:
    with pytest.raises(DocumentError) as refused:
        parse(text.encode())
    assert not _ENGLISH.search(str(refused.value)), str(refused.value)


@pytest.mark.parametrize("path", modules(), ids=lambda path: str(path.relative_to(HOST)))
def test_a_cause_and_a_next_step_follow_their_colon_in_lower_case(path: Path) -> None:
    wrong = [
        f"{node.value.lineno}: {text!r}"
        for node in ast.walk(ast.parse(path.read_text("utf-8")))
        if isinstance(node, ast.keyword) and node.arg in ("cause", "next_step")
        if _CAPITAL.match(text := ast.unparse(node.value).lstrip("f")[1:])
    ]
    assert not wrong, "\n".join(wrong)


def test_an_option_that_lacks_is_named_as_it_is_typed() -> None:
    refused = CliRunner().invoke(root, ["day", "abandon", "1"], standalone_mode=False).exception
    assert isinstance(refused, click.ClickException)
    assert usage_in_french(refused) == "Il manque « --reason »."


@pytest.mark.parametrize("command", [*maker.commands])
def test_the_help_of_every_makers_command_is_french(command: str) -> None:
    told = CliRunner().invoke(maker, [command, "--help"]).output
    assert told.startswith("Emploi : ")
    assert "Options :" in told and "Options:" not in told and "[default" not in told


def test_the_voice_is_heard() -> None:
    assert _STRAIGHT.search("l'OCT") and not _STRAIGHT.search("dans l’OCT 'x'")
    assert (
        _TIGHT.search("quoi?") and _TIGHT.search("le lot: 3") and not _TIGHT.search("le lot : 3 ; socket://x")
    )
    assert _COMMAND.search("essayez tournee send") and _COMMAND.search("nommez-la par --invoice")
    assert _FAMILIAR.search("vérifie ton lecteur")
