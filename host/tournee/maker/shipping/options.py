"""Options that several commands of the factory take: port, register, what opens it, the label's form."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from functools import reduce
from pathlib import Path
from typing import Any

import click
from rich.console import Console

from tournee.cli.options.passphrases import ask_passphrase, passphrase_fd_option
from tournee.config.readers import secret_in_file
from tournee.errors import ConfigError
from tournee.files import check_folder, check_output
from tournee.french import reason
from tournee.maker.shipping.label import DPI, NAME
from tournee.maker.shipping.label_forms import USUAL
from tournee.maker.shipping.register import ReaderRegister
from tournee.maker.shipping.register_file import RegisterFile, RegisterKey, key_in_file
from tournee.reader.label import read_label

Decorator = Callable[[Callable[..., Any]], Callable[..., Any]]

port_option = click.option(
    "--port", required=True, help="Port du lecteur : /dev/ttyACM0, COM3, socket://hôte:port…"
)
register_argument = click.argument("register", metavar="REGISTRE", type=click.Path(path_type=Path))
register_option = click.option(
    "--register", type=click.Path(path_type=Path), required=True, help="Registre du fabricant."
)
reason_option = click.option("--reason", default="", help="Pourquoi, pour le registre.")
json_option = click.option("--json", "as_json", is_flag=True, help="Résultat en JSON.")
_key_option = click.option(
    "--register-key",
    "key_file",
    type=click.Path(path_type=Path, dir_okay=False),
    help="Fichier de clé du registre ; sinon sa phrase de passe est demandée.",
)
_form_options = (
    click.option("--form", default=USUAL, show_default=True, help="Format : 60x40, 62x38, 50x30, 70x37…"),
    click.option("--name", default=NAME, show_default=True, help="Nom écrit sur l’étiquette."),
    click.option(
        "--dpi",
        type=click.Choice([str(one) for one in DPI]),
        default=str(DPI[0]),
        show_default=True,
        help="Points par pouce de l’image.",
    ),
)


def secret_given() -> bytes | None:
    """The secret in the file of `--secret-file`; ConfigError when it cannot be read, or others can."""
    file = click.get_current_context().find_root().params.get("secret_file")
    return read_label(secret_in_file(file)).secret if file else None


def opened_by(command: Callable[..., Any]) -> Callable[..., Any]:
    """The options that open a register: `key_file`, `passphrase_fd`."""
    return _key_option(passphrase_fd_option(command))


def printed(command: Callable[..., Any]) -> Callable[..., Any]:
    """The options of a label: `form`, `name`, `dpi`."""
    return reduce(lambda made, option: option(made), _form_options, command)


def register_key(key_file: Path | None, descriptor: int | None, *, twice: bool = False) -> RegisterKey:
    """What opens a register: the key file, or the passphrase, typed or read."""
    if key_file is not None:
        return key_in_file(key_file)
    return RegisterKey(ask_passphrase(descriptor, twice=twice))


def opened(path: Path, key_file: Path | None, descriptor: int | None) -> ReaderRegister:
    """The register of a command, which its key has opened once. StoreError."""
    file = RegisterFile(path, register_key(key_file, descriptor))
    file.load()
    return ReaderRegister(file)


def check_written(folder: Path | None = None, file: Path | None = None) -> None:
    """ConfigError, before any work, for a folder or a file that cannot be written."""
    try:
        if folder is not None:
            check_folder(folder)
        if file is not None:
            check_output(file)
    except OSError as error:
        where = folder if folder is not None and error.filename != str(file) else file
        raise ConfigError(
            f"{where} ne s’écrit pas : rien n’est commencé.",
            cause=reason(error),
            next_step="indiquez un dossier à vous, ou corrigez ses droits ou la place",
        ) from error


def say(told: Mapping[str, object], words: str, *, as_json: bool) -> None:
    """What a command did: as JSON, or in words."""
    click.echo(json.dumps(told, indent=1, ensure_ascii=False) if as_json else words)


def screen(*, stderr: bool = False) -> Console:
    """Where it prints; nothing that a reader says is markup."""
    return Console(stderr=stderr, markup=False, emoji=False, soft_wrap=True)
