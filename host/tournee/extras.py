"""Optional parts of an installation: what a missing one is called, and how it is installed, in one line.

    with needed("maker"):
        import segno

Who installs `tournee` without the extra reads that line in place of a traceback.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from tournee.errors import ConfigError

#: Extras of pyproject.toml that a program may lack as it runs, and what they bring, as the user reads it.
EXTRAS = {
    "bluetooth": "la liaison Bluetooth",
    "emulation": "le lecteur et les organismes émulés",
    "maker": "les outils du fabricant",
    "pcsc": "les lecteurs PC/SC",
}
_OURS_APART = "tournee.emulation"  # ours, in a distribution of its own


class MissingExtra(ConfigError):  # noqa: N818 - a state, told as an exception
    """A part that this installation was made without."""


def missing(extra: str) -> MissingExtra:
    """What to raise where an extra of `EXTRAS` is not installed: one line, the command to type in it."""
    return MissingExtra(
        f"Il manque {EXTRAS[extra]} à cette installation : exécutez pip install 'tournee[{extra}]'"
    )


@contextmanager
def needed(extra: str) -> Iterator[None]:
    """Import what an extra of `EXTRAS` brings inside this. MissingExtra when a module of it is not there; one
    of our own that fails to load is an error as ever.
    """
    try:
        yield
    except ModuleNotFoundError as error:
        name = error.name or ""
        if name.startswith("tournee.") and not name.startswith(_OURS_APART):
            raise
        raise missing(extra) from error
