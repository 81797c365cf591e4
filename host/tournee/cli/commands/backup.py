"""`tournee backup`, `tournee restore`: the whole practice in one file, and back."""

from __future__ import annotations

from contextlib import suppress
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from tournee.cli.context import CONFIG_NAME, Desk, json_option
from tournee.cli.display import as_json as values
from tournee.cli.french import FrenchCommand
from tournee.cli.options.passphrases import ask_passphrase, passphrase_fd_option
from tournee.errors import ConfigError

if TYPE_CHECKING:
    from tournee.app.backup import Manifest

_file = click.argument("file", metavar="FICHIER", type=click.Path(path_type=Path))


@click.command("backup", cls=FrenchCommand)
@_file
@click.option("--check", is_flag=True, help="Relit une sauvegarde en entier et dit de quoi elle est.")
@passphrase_fd_option
@json_option
@click.pass_obj
def backup(desk: Desk, file: Path, check: bool, passphrase_fd: int | None, as_json: bool) -> None:
    """Sauvegarde tout le cabinet dans un fichier scellé par une phrase de passe : journal et clé,
    configuration et fichiers qu’elle nomme, nomenclature. Dans un dossier, il porte le jour et l’heure.

    La phrase est demandée deux fois, ou lue sur l’entrée standard. Sans elle, personne ne lira ce fichier.
    """
    from tournee.app.backup import check_backup, check_passphrase, make_backup
    from tournee.core_dumps import forbid_dumps

    forbid_dumps()
    if check:
        passphrase = ask_passphrase(passphrase_fd)
        with desk.watcher(as_json) as watch:
            manifest = check_backup(file, passphrase, watch.progress)
        if as_json:
            values.write(_told(manifest))
            return
        desk.console.print(f"La sauvegarde {file} est entière.")
        _show(desk, manifest)
        return
    config = desk.config()
    passphrase = ask_passphrase(passphrase_fd, twice=True)
    doubt = check_passphrase(passphrase)
    if doubt:
        desk.warn(doubt)
    with desk.office() as office, desk.watcher(as_json) as watch:
        if file.is_dir():
            file = file / f"tournee-{office.clock():%Y%m%d-%H%M%S}.sauvegarde"
        made = make_backup(office, config, file, passphrase, watch.progress)
    for missing in made.missing:
        desk.warn(f"{missing} n’est pas là, et n’est donc pas dans la sauvegarde.")
    if as_json:
        told = {"file": str(made.path), "bytes": made.size, "missing": [str(one) for one in made.missing]}
        values.write(told | _told(made.manifest))
        return
    desk.console.print(f"Sauvegarde écrite et relue : {made.path} ({_size(made.size)}).")
    desk.console.print("Gardez-la ailleurs que cet appareil, et la phrase de passe ailleurs qu’elle.")


@click.command("restore", cls=FrenchCommand)
@_file
@click.option("--replace", is_flag=True, help="Remplace un cabinet qui est là ; il est gardé à part.")
@passphrase_fd_option
@json_option
@click.pass_obj
def restore(desk: Desk, file: Path, replace: bool, passphrase_fd: int | None, as_json: bool) -> None:
    """Remet en place une sauvegarde, sur cet appareil ou un autre : là où --config le dit, sinon là où est la
    configuration, sinon dans le dossier du compte. Rien n’est changé avant qu’elle soit lue en entier.
    """
    from tournee.app.backup import restore_backup
    from tournee.core_dumps import forbid_dumps

    forbid_dumps()
    target = _target(desk)
    if replace:
        _refuse_a_shift(desk)
    passphrase = ask_passphrase(passphrase_fd)
    with desk.watcher(as_json) as watch:
        done = restore_backup(
            file,
            passphrase,
            target,
            now=datetime.now(),
            replace=replace,
            progress=watch.progress,
        )
    if as_json:
        told: dict[str, Any] = {
            "config": str(done.config),
            "journal_file": str(done.journal),
            "aside": str(done.aside) if done.aside else None,
            "key_in_keyring": done.key_in_keyring,
            "ask_again": list(done.ask_again),
        }
        values.write(told | _told(done.manifest))
        return
    desk.console.print(f"Cabinet restauré dans {done.config.parent}.")
    _show(desk, done.manifest)
    if done.aside is not None:
        desk.console.print(f"Ce qui était là est gardé dans {done.aside}.")
    where = "le trousseau" if done.key_in_keyring else f"{done.journal.name}.key, à côté du journal"
    desk.console.print(f"La clé du journal est dans {where}.")
    if done.ask_again:
        what = ", ".join(done.ask_again)
        desk.console.print(f"À donner de nouveau, car le trousseau ne se sauvegarde pas : {what}.")
    desk.console.print("Ensuite : relevez les retours (tournee fetch), puis voyez tournee status.")


def _refuse_a_shift(desk: Desk) -> None:
    """ReaderError while a shift is open: its card stays unlocked for the practice that stands now."""
    from tournee.errors import ReaderError
    from tournee.shift.joining import shift_status

    with suppress(ConfigError):  # one that does not read has no shift that we could find
        port = desk.reader_choice().port
        if shift_status(port, str(desk.path().resolve())) is not None:
            raise ReaderError(
                "Une vacation est ouverte avec le cabinet qui est là : rien n’est changé.",
                next_step="fermez-la, puis recommencez",
                remedy="close-shift",
            )


def _target(desk: Desk) -> Path:
    """Where the configuration is to stand."""
    try:
        return desk.path()
    except ConfigError:  # none yet
        return Path(click.get_app_dir("tournee")) / CONFIG_NAME


def _show(desk: Desk, manifest: Manifest) -> None:
    made = datetime.fromisoformat(manifest.made)
    desk.console.print(
        f"Elle est du {made:%d/%m/%Y à %H:%M} : étape {manifest.step} du journal,"
        f" {len(manifest.files)} fichiers."
    )


def _told(manifest: Manifest) -> dict[str, Any]:
    return {
        "made": manifest.made,
        "program": manifest.program,
        "journal": {"identity": manifest.identity, "version": manifest.version, "step": manifest.step},
        "files": [{"name": one.name, "role": str(one.role), "bytes": one.size} for one in manifest.files],
    }


def _size(size: int) -> str:
    return f"{size / (1 << 20):.1f} Mio".replace(".", ",")
