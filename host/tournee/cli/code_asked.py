"""The code porteur as it is asked for: unseen at a terminal, or one line of the standard input."""

from __future__ import annotations

import sys

import click

from tournee.cli.context import Desk
from tournee.shift.endings import ShiftEnded
from tournee.shift.joining import forget_ending, last_ending

_LINE_MAX = 64  # bytes of a line that is a code porteur


def code_asked(desk: Desk) -> str:
    """Ask for it, and say first why it has to be given again. ShiftEnded when a shift is over and no code
    comes."""
    port = desk.reader_choice().port
    ending = last_ending(port)
    if ending is not None:
        desk.warn(ending.told(desk.config().zone))
        forget_ending(port)
    if sys.stdin.isatty():
        code: str = click.prompt("Code porteur", hide_input=True, err=True)
        return code
    line = sys.stdin.buffer.readline(_LINE_MAX).decode("ascii", "replace").rstrip("\r\n")
    if ending is not None and not line:
        raise ShiftEnded(ending)
    return line
