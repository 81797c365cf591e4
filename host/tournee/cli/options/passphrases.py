"""A passphrase, asked for at a terminal or read from a descriptor; in no argument and no environment."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable

import click

from tournee.errors import ConfigError

_LINE_MAX = 4096  # bytes of a line that is a passphrase

passphrase_fd_option = click.option(
    "--passphrase-fd",
    type=click.IntRange(0),
    metavar="N",
    help="Lit la phrase de passe sur ce descripteur (une ligne), sans rien demander.",
)


def ask_passphrase(descriptor: int | None, *, twice: bool = False) -> str:
    """The passphrase: typed unseen at a terminal, twice for a new backup; or one line of a descriptor, or of
    the standard input. It is in no argument and no environment.
    """
    if descriptor is None and sys.stdin.isatty():
        return _typed(twice)
    return _read(descriptor, "La phrase de passe n’a pas pu être lue.")


def line_option(name: str, told: str) -> Callable[[Callable[..., None]], Callable[..., None]]:
    """An option that names the descriptor of one line, a secret."""
    return click.option(name, type=click.IntRange(0), metavar="N", help=told)


def ask_line(descriptor: int | None, what: str, unread: str) -> str:
    """A secret on one line: typed at a terminal, or read as a passphrase is; ConfigError says `unread`."""
    if descriptor is None and sys.stdin.isatty():
        return str(click.prompt(what, err=True))
    return _read(descriptor, unread)


def _read(descriptor: int | None, unread: str) -> str:
    try:
        line = _line(descriptor) if descriptor is not None else sys.stdin.buffer.readline(_LINE_MAX)
        text = line.decode("utf-8").rstrip("\r\n")
    except (OSError, UnicodeDecodeError):
        text = ""
    if not text:
        raise ConfigError(
            unread,
            cause="l’entrée est vide, ou ce n’est pas du texte en UTF-8",
            next_step="tapez-la à un terminal, ou donnez-la sur une ligne",
        )
    return text


def _typed(twice: bool) -> str:
    while True:
        text = str(click.prompt("Phrase de passe", hide_input=True, err=True))
        if not twice or text == click.prompt("La même, encore une fois", hide_input=True, err=True):
            return text
        click.echo("Les deux ne sont pas les mêmes.", err=True)


def _line(descriptor: int) -> bytes:
    """One line of a descriptor; what follows it stays there."""
    line = b""
    while len(line) < _LINE_MAX and (one := os.read(descriptor, 1)) not in (b"", b"\n"):
        line += one
    return line
