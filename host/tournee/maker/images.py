"""`tournee-maker build` and `show`: the image of a board's firmware, made and signed, or checked."""

from __future__ import annotations

import hashlib
from pathlib import Path

import click

from tournee.boards import BOARDS, build, image
from tournee.cli.french import FrenchCommand
from tournee.errors import ConfigError
from tournee.maker import flashing

_FILE = click.Path(path_type=Path, exists=True, dir_okay=False)
_NEW = click.Path(path_type=Path, dir_okay=False)


@click.command(
    "build", cls=FrenchCommand, short_help="Compile, assemble et signe le micrologiciel d’une carte."
)
@click.argument("board", metavar="CARTE")
@click.option("--version", default=build.VERSION, show_default=True, help="Version de l’image.")
@click.option(
    "--key",
    type=_FILE,
    default=image.DEVELOPMENT_KEY,
    help="Clé RSA-2048 du fabricant (PEM) ; sinon de développement.",
)
@click.option("--production", is_flag=True, help="Le lecteur refusera les images de développement.")
@click.option("--output", type=_NEW, help="Au lieu de CARTE-VERSION.img ici.")
@click.option("--elf", type=_NEW, help="Écrit là aussi le MicroPython de notre portage pour cette image.")
@click.option(
    "--micropython",
    type=click.Path(path_type=Path, exists=True, file_okay=False),
    help="Le compile de ces sources ; à côté de l’image sans --elf.",
)
def build_image(
    board: str,
    version: str,
    key: Path,
    production: bool,
    output: Path | None,
    elf: Path | None,
    micropython: Path | None,
) -> None:
    """Fait l’image de CARTE : les mêmes sources, la même version et la même clé font les mêmes octets."""
    if "image" not in flashing.settings(board):
        raise ConfigError(f"La carte {board} ne prend pas d’image : le Python de l’ordinateur y suffit.")
    made = image.built(BOARDS / board, version, key, production=production)
    file = output or Path(f"{board}-{version}.img")
    if elf or micropython:
        elf = elf or file.with_suffix(".elf")
        program = image.runtime(BOARDS / board, image.parse(made), micropython)
        image.write_whole(elf, program)
        click.echo(f"{elf} : son MicroPython, SHA-256 {hashlib.sha256(program).hexdigest()}")
    image.write_whole(file, made)
    _tell(file, key)


@click.command("show", cls=FrenchCommand, short_help="Contrôle une image et dit ce qu’elle est.")
@click.argument("file", metavar="IMAGE", type=_FILE)
@click.option(
    "--key",
    type=_FILE,
    default=image.DEVELOPMENT_KEY,
    help="Clé qui doit l’avoir signée ; sinon de développement.",
)
def show_image(file: Path, key: Path) -> None:
    """Contrôle IMAGE, empreinte et signature comprises."""
    _tell(file, key)


def _tell(file: Path, key: Path) -> None:
    """What the image in a file is; ImageError when it is none, or not signed with the key."""
    data = file.read_bytes()
    known = image.parse(data)
    image.verify(known, image.public_key(key))
    mark = ", clé de développement" if known.development else ""
    click.echo(
        f"{file} : {known.board} {known.version_text}, {len(known.payload)} octets de micrologiciel{mark}"
    )
    click.echo(f"SHA-256 {hashlib.sha256(data).hexdigest()}")
