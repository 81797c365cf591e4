"""`tournee-maker build`, `sign` and `show`: the image of a board's firmware, made and signed, or checked."""

from __future__ import annotations

import hashlib
import json
import sys
from pathlib import Path
from typing import Any

import click

from tournee.boards import BOARDS, build, image, image_keys
from tournee.cli.french import FrenchCommand
from tournee.files import read_bounded
from tournee.french import reason
from tournee.maker import flashing
from tournee.secrets import read_secret

_FILE = click.Path(path_type=Path, exists=True, dir_okay=False)
_NEW = click.Path(path_type=Path, dir_okay=False)
_LINE_MAX = 4096  # characters of a password
_UNSIGNED = ".unsigned"
_key = click.option(
    "--key",
    metavar="CLÉ",
    default=str(image.DEVELOPMENT_KEY),
    help="Clé RSA-2048 du fabricant : fichier PEM, ou adresse pkcs11:… ; sinon de développement.",
)
_password_file = click.option(
    "--password-file", type=_FILE, help="Mot de passe de la clé, ou code du module ; sinon demandé."
)
_as_json = click.option("--json", "as_json", is_flag=True, help="Résultat en JSON.")


def password_asked(file: Path | None) -> image_keys.Password:
    """How a key's password is had: from a file of its owner's, else typed unseen at a terminal, else one line
    of the standard input."""
    if file is not None:
        return lambda what: read_secret(file, "le mot de passe", image.ImageError).rstrip("\r\n")
    return _typed


def _typed(what: str) -> str:
    if sys.stdin.isatty():
        return str(click.prompt(what, hide_input=True, err=True))
    line = sys.stdin.readline(_LINE_MAX).rstrip("\r\n")
    if not line:
        raise image.ImageError(
            f"{what} : rien à lire.", next_step="tapez-le à un terminal, ou donnez --password-file FICHIER"
        )
    return line


@click.command(
    "build", cls=FrenchCommand, short_help="Compile, assemble et signe le micrologiciel d’une carte."
)
@click.argument("board", metavar="CARTE")
@click.option("--version", default=build.VERSION, show_default=True, help="Version de l’image.")
@_key
@_password_file
@click.option(
    "--next-key", type=_FILE, help="Clé (PEM, publique) qui signera l’image d’après, si elle change."
)
@click.option(
    "--counter",
    type=click.IntRange(0, image.COUNTER_MAX),
    default=0,
    show_default=True,
    help="Un lecteur ne prend plus d’image d’un compteur plus petit.",
)
@click.option("--production", is_flag=True, help="Le lecteur refusera les images de développement.")
@click.option("--unsigned", is_flag=True, help="Ne signe pas : CLÉ peut n’être que publique (voir sign).")
@click.option("--output", type=_NEW, help="Au lieu de CARTE-VERSION.img ici.")
@click.option("--elf", type=_NEW, help="Écrit là aussi le MicroPython de notre portage pour cette image.")
@click.option(
    "--micropython",
    type=click.Path(path_type=Path, exists=True, file_okay=False),
    help="Le compile de ces sources ; à côté de l’image sans --elf.",
)
@_as_json
def build_image(
    board: str,
    version: str,
    key: str,
    password_file: Path | None,
    next_key: Path | None,
    counter: int,
    production: bool,
    unsigned: bool,
    output: Path | None,
    elf: Path | None,
    micropython: Path | None,
    as_json: bool,
) -> None:
    """Fait l’image de CARTE : les mêmes sources, la même version et la même clé font les mêmes octets."""
    flashing.settings(board)
    password = password_asked(password_file)
    signer = None if unsigned else image.signer(key, password)
    public = signer.public if signer else image.public_key(key, password)
    following = image.public_key(next_key, password) if next_key else None
    made = image.unsigned(
        BOARDS / board, version, public, production=production, next_key=following, counter=counter
    )
    file = output or Path(f"{board}-{version}{_UNSIGNED if unsigned else '.img'}")
    if elf or micropython:
        elf = elf or file.with_suffix(".elf")
        known = image.parse(made + bytes(image.SIGNATURE))
        keys = [key for key in (public, following) if key is not None] if production else []
        program = image.runtime(BOARDS / board, known, micropython, keys)
        image.write_whole(elf, program)
        click.echo(f"{elf} : son MicroPython, SHA-256 {hashlib.sha256(program).hexdigest()}", err=as_json)
    if signer is None:
        image.write_whole(file, made)
        _say(
            {"file": str(file), "signed_sha256": hashlib.sha256(made).hexdigest()},
            "{file} : à signer, SHA-256 signé : {signed_sha256}",
            as_json,
        )
        return
    image.write_whole(file, image.sign(made, signer))
    _tell(file, signer.public, as_json)


@click.command(
    "sign", cls=FrenchCommand, short_help="Signe une image faite sans signature, ou joint la sienne."
)
@click.argument("file", metavar="IMAGE", type=_FILE)
@_key
@_password_file
@click.option("--digest", type=_NEW, help="N’écrit que là les 32 octets à signer ailleurs ; ne signe pas.")
@click.option("--signature", type=_FILE, help="Signature faite ailleurs, 256 octets ; CLÉ la contrôle.")
@click.option("--output", type=_NEW, help="Au lieu d’IMAGE en .img.")
@_as_json
def sign_image(
    file: Path,
    key: str,
    password_file: Path | None,
    digest: Path | None,
    signature: Path | None,
    output: Path | None,
    as_json: bool,
) -> None:
    """Signe IMAGE, que build --unsigned a faite ; ou en deux fois, la clé restant où elle est.

    --digest écrit ce qui est à signer ; de retour, --signature le joint et le contrôle.
    """
    if digest and signature:
        raise click.UsageError("--digest ou --signature, l’un après l’autre.")
    wanted = bounded(file)
    if digest:
        image.parse(wanted + bytes(image.SIGNATURE), str(file))
        image.write_whole(digest, hashlib.sha256(wanted).digest())
        told = {"file": str(digest), "signed_sha256": hashlib.sha256(wanted).hexdigest()}
        _say(told, "{file} : empreinte à signer, SHA-256 signé : {signed_sha256}", as_json)
        return
    password = password_asked(password_file)
    if signature:
        public = image.public_key(key, password)
        made = image.join(wanted, bounded(signature), public)
    else:
        signer = image.signer(key, password)
        public, made = signer.public, image.sign(wanted, signer)
    output = output or file.with_suffix(".img")
    image.write_whole(output, made)
    _tell(output, public, as_json)


@click.command("show", cls=FrenchCommand, short_help="Contrôle une image et dit ce qu’elle est.")
@click.argument("file", metavar="IMAGE", type=_FILE)
@_key
@_password_file
@_as_json
def show_image(file: Path, key: str, password_file: Path | None, as_json: bool) -> None:
    """Contrôle IMAGE, empreinte et signature comprises ; dit par quelle clé, et laquelle vient ensuite."""
    _tell(file, image.public_key(key, password_asked(password_file)), as_json)


def image_in(file: Path) -> image.Image:
    """The image in a file, whole; its signature is not looked at. ImageError names the file."""
    return image.parse(bounded(file), str(file))


def bounded(file: Path) -> bytes:
    """The bytes of a file of at most an image's size. ImageError."""
    try:
        return read_bounded(file, image.SIZE_MAX)
    except OSError as error:
        raise image.ImageError(f"{file} ne se lit pas.", cause=reason(error)) from error


def _tell(file: Path, key: Any, as_json: bool) -> None:
    """What the image in a file is; ImageError when it is none, or not signed with the key."""
    data = bounded(file)
    known = image.parse(data, str(file))
    image.verify(known, key)
    following = known.next_key
    told = {
        "file": str(file),
        "board": known.board,
        "version": known.version_text,
        "counter": known.counter,
        "development": known.development,
        "firmware_bytes": len(known.payload),
        "file_sha256": hashlib.sha256(data).hexdigest(),
        "signed_sha256": hashlib.sha256(known.signed).hexdigest(),
        "key": image_keys.fingerprint(key),
        "next_key": image_keys.fingerprint(following) if following else None,
    }
    mark = ", clé de développement" if known.development else ""
    after = (
        ("la même" if following == key else told["next_key"]) if following else "aucune : sans mise à jour"
    )
    lines = [
        "{file} : {board} {version}, {firmware_bytes} octets de micrologiciel" + mark,
        "Compteur {counter}",
        "SHA-256 du fichier, signature comprise : {file_sha256}",
        "SHA-256 signé, que le lecteur dit de sa banque : {signed_sha256}",
        "Clé {key}",
        f"Clé de l’image d’après : {after}",
    ]
    _say(told, "\n".join(lines), as_json)


def _say(told: dict[str, Any], text: str, as_json: bool) -> None:
    click.echo(json.dumps(told, indent=1) if as_json else text.format(**told))
