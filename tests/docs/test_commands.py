"""A command in a document is one: it is there, and takes the options and arguments that are written."""

from __future__ import annotations

import re
import shlex
from pathlib import Path

import click
import pytest

from documents import ROOT, blocks, code_words, documents
from tournee.cli.main import tournee
from tournee.maker.main import maker

PROGRAMS: dict[str, click.Group] = {"tournee": tournee, "tournee-maker": maker}


def typed(document: Path) -> list[str]:
    """The lines of a document's shell blocks that call one of our programs."""
    lines = [
        line
        for language in ("sh", "console")
        for block in blocks(document, language)
        for line in block.splitlines()
    ]
    lines += re.findall(r"^    (tournee.*)$", (ROOT / document).read_text(), re.MULTILINE)
    bare = [re.sub(r"^(\$|!) | &$", "", line.strip()) for line in lines]
    return [line for line in bare if line.split(" ")[0] in PROGRAMS]


def mentioned(document: Path) -> list[str]:
    """The commands that a document names within a line."""
    return [word for word in code_words(document) if word.split(" ")[0] in PROGRAMS and " " in word]


def judge(line: str, *, whole: bool) -> str:
    """What is wrong with a command, "" for nothing; one that is only mentioned may lack its arguments."""
    name, *words = [word for word in shlex.split(line, comments=True) if word != "…"]
    command: click.Command = PROGRAMS[name]
    context = click.Context(command, info_name=name)
    while isinstance(command, click.Group):
        try:
            _, words, _ = command.make_parser(context).parse_args(words)
        except click.UsageError as error:
            return error.format_message()
        if not words:
            return "no command" if whole and not command.invoke_without_command else ""
        following = command.get_command(context, words[0])
        if following is None:
            return f"no command {words[0]}"
        command, words = following, words[1:]
        context = click.Context(command, parent=context, info_name=command.name)
    try:
        values, left, _ = command.make_parser(context).parse_args(words)
    except click.UsageError as error:
        return error.format_message()
    if left:
        return f"too many words: {left}"
    given = {name for name, value in values.items() if isinstance(value, str | tuple | list)}
    lacking = [one.name for one in command.params if one.required and whole and one.name not in given]
    return f"lacks {lacking}" if lacking else ""


@pytest.mark.parametrize("document", documents(), ids=str)
def test_every_command_typed_is_one_and_whole(document: Path) -> None:
    assert [(line, wrong) for line in typed(document) if (wrong := judge(line, whole=True))] == []


@pytest.mark.parametrize("document", documents(), ids=str)
def test_every_command_mentioned_is_one(document: Path) -> None:
    assert [(line, wrong) for line in mentioned(document) if (wrong := judge(line, whole=False))] == []


@pytest.mark.parametrize(
    ("line", "wrong"),
    [
        ("tournee stats", "no command stats"),
        ("tournee lot remake", "lacks"),
        ("tournee send --twice", "--twice"),
        ("tournee fetch now", "too many words"),
        ("tournee lot remake 5", ""),
    ],
)
def test_a_command_that_is_none_is_found_out(line: str, wrong: str) -> None:
    found = judge(line, whole=True)
    assert (wrong in found) and (bool(wrong) == bool(found))
