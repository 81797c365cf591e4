"""The `tournee-maker` command: flash, provision, identify, update and check a reader. Help in French."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path

import click
from rich.progress import Progress

from tournee.boards import BOARDS
from tournee.boards.image import DEVELOPMENT_KEY
from tournee.cli import status
from tournee.cli.display.show import reader_line
from tournee.cli.failures import tell
from tournee.cli.french import SIMULATION, FrenchGroup
from tournee.core_dumps import forbid_dumps
from tournee.errors import ReaderError
from tournee.extras import require
from tournee.maker import flashing, official_boards
from tournee.maker.images import build_image, image_in, show_image, sign_image
from tournee.maker.proof.conform_command import conform
from tournee.maker.proof.record import image_told
from tournee.maker.shipping.options import port_option, screen, secret_given
from tournee.maker.shipping.provisioning_commands import batch, provision
from tournee.maker.shipping.register_commands import register_group
from tournee.reader.maker import MakerReader

_board = click.argument("board", metavar="CARTE")
_IMAGE = click.Path(path_type=Path, exists=True, dir_okay=False)


@contextmanager
def reader_at(port: str) -> Iterator[MakerReader]:
    """The reader at a port, open; over the protected channel when the label's code is given."""
    with MakerReader.open(port, secret_given()) as reader:
        yield reader


@click.group(cls=FrenchGroup, context_settings={"help_option_names": ["--help", "-h"]})
@click.option("--secret-file", type=_IMAGE, help="Code de l’étiquette, pour un lecteur mis en service.")
def maker(secret_file: Path | None) -> None:
    """Outils du fabricant : flasher, mettre en service, mettre à jour et contrôler un lecteur."""


maker.add_command(build_image)
maker.add_command(sign_image)
maker.add_command(show_image)
for _command in (provision, batch, register_group, conform):
    maker.add_command(_command)


@maker.command("flash", short_help="Flashe une carte électronique par sa propre méthode.")
@_board
@click.option("--image", type=_IMAGE, help="Image de l’application (tournee-maker build).")
@click.option("--key", default=str(DEVELOPMENT_KEY), help="Clé qui l’a signée ; sinon de développement.")
@click.option(
    "--firmware", type=_IMAGE, help="MicroPython officiel, à y mettre d’abord ; sans lui, la carte l’a déjà."
)
@click.option("--firmware-sha256", default="", help="Son empreinte, en place de celle de board.toml.")
@click.option("--erase-secret", is_flag=True, help="Efface tout : secret, journal, appariements.")
@click.option("--port", help="Port de la carte.")
@click.option("--file", "file", type=click.Path(path_type=Path), help="Mémoire d’une carte émulée.")
@click.option(
    "--bluetooth", is_flag=True, help="La liaison sera Bluetooth, une fois le lecteur mis en service."
)
@click.option("--dry-run", is_flag=True, help="Montre les commandes sans les lancer.")
def flash(
    board: str,
    image: Path | None,
    key: str,
    firmware: Path | None,
    firmware_sha256: str,
    erase_secret: bool,
    port: str | None,
    file: Path | None,
    bluetooth: bool,
    dry_run: bool,
) -> None:
    """Flashe CARTE : dans FILE si elle est émulée, sinon par les outils que son board.toml nomme."""
    console = screen()
    settings = flashing.settings(board)
    if settings.get("flashing", {}).get("method") == "file":
        if image is None or file is None:
            raise click.UsageError("Une carte émulée se flashe avec --image et --file.")
        flashing.flash_file(board, image_in(image), file)
        console.print(f"{file} : {board} flashé avec {image}")
        return
    if "flashing" in settings:
        require("maker")
    named = {"firmware": firmware, "port": port, "file": file}
    given = {name: str(value) for name, value in named.items() if value is not None}
    flashing.check_given(settings, given, bluetooth=bluetooth)
    if firmware is not None:
        official_boards.check_runtime(settings, firmware, firmware_sha256)
    if image is None:
        console.print("Sans --image : micrologiciel de développement.")
    folder = official_boards.modules_of(board, image, key) if image else flashing.modules_folder(board)
    erase = official_boards.ERASE if erase_secret else None
    flashing.flash_board(
        settings, given | {"image": str(folder)}, console.print, erase, bluetooth=bluetooth, dry_run=dry_run
    )


@maker.command("emulate", short_help="Démarre une carte émulée sur sa mémoire, jusqu’à Ctrl-C.")
@_board
@click.argument("file", metavar="MÉMOIRE", type=click.Path(path_type=Path, exists=True))
@click.argument("link", metavar="LIEN", type=click.Path(path_type=Path))
@click.option("--elf", type=_IMAGE, help="MicroPython de build --elf, pour une carte de notre portage.")
@click.option("--ps", help="Carte d’essai du professionnel, mise dans le lecteur : infirmiere…")
@click.option("--vitale", help="Carte Vitale d’essai, mise dans le lecteur : moreau…")
def emulate(board: str, file: Path, link: Path, elf: Path | None, ps: str | None, vitale: str | None) -> None:
    """Démarre CARTE émulée sur le fichier MÉMOIRE ; LIEN mène à son port."""
    from tournee.emulation.board import EmulatedBoard
    from tournee.emulation.cards import load_card

    settings = flashing.settings(board)
    if "emulator" in settings:
        flashing.check_memory(board, file)
    if elf and "qemu" not in settings.get("emulator", {}):
        raise click.UsageError(f"La carte {board} n’a pas notre portage : pas de --elf.")
    cards = {slot: load_card(name) for slot, name in (("ps", ps), ("vitale", vitale)) if name}
    kernel = ["-kernel", str(elf)] if elf else []  # QEMU takes the last one
    with EmulatedBoard(BOARDS / board, flash=file, options=kernel) as running:
        for slot, card in cards.items():
            running.insert(slot, card)
        link.unlink(missing_ok=True)
        link.symlink_to(running.link_url)
        try:
            screen().print(f"Lecteur {board} prêt : {link}")
            sys.stdout.flush()
            running.wait()
        finally:
            link.unlink(missing_ok=True)


@maker.command("identify", short_help="Qui est ce lecteur.")
@port_option
@click.option("--json", "as_json", is_flag=True, help="Résultat en JSON.")
def identify(port: str, as_json: bool) -> None:
    """Numéro de série, version, banques et mémoire du lecteur."""
    with reader_at(port) as reader:
        identity, state = reader.identify(), reader.state()
        image = reader.image()
    if as_json:
        told = {**asdict(identity), **asdict(state), "image": image_told(image)}
        click.echo(json.dumps(told, indent=1))
        return
    console = screen()
    console.print(reader_line(identity))
    console.print(f"Numéro de série : {state.serial or 'aucun'} ; signatures faites : {state.signatures}")
    trial = "confirmée" if state.confirmed else "à l’essai"
    console.print(f"Image de la banque {state.running} ({state.banks} banques), {trial}")
    if image:
        console.print(f"SHA-256 signé : {image.digest} ; compteur {image.counter}")
        console.print(f"Clé de l’image d’après : {image.next_key}")


@maker.command("update", short_help="Met à jour le lecteur par sa liaison.")
@port_option
@click.argument("image", metavar="IMAGE", type=_IMAGE)
def update(port: str, image: Path) -> None:
    """Charge IMAGE dans l’autre banque, redémarre le lecteur, et confirme dès qu’il répond.

    Coupée à tout moment, elle se relance : le lecteur reprend, ou revient à ce qu’il avait.
    """
    known = image_in(image)
    data, wanted = known.signed + known.signature, known.version_text
    console = screen()
    with reader_at(port) as reader:
        with Progress(console=console, transient=True, disable=not console.is_terminal) as bar:
            task = bar.add_task("Chargement", total=len(data))
            reader.load(data, lambda done, of: bar.update(task, completed=done, total=of))
        console.print("Image acceptée ; le lecteur redémarre.")
        reader.restart()
        firmware, state = reader.identify().firmware, reader.state()
        if firmware != wanted or state.confirmed:
            raise ReaderError(
                f"Le lecteur est revenu à {firmware}.",
                cause="la nouvelle image n’a pas démarré",
                next_step="signalez cette image à son auteur ; le lecteur marche comme avant",
            )
        reader.confirm()
        console.print(f"Micrologiciel {firmware} confirmé, banque {state.running}.")


def main(arguments: list[str] | None = None) -> None:
    """Run the command; every error ends in a message in French and an exit status of its own."""
    forbid_dumps()
    screen(stderr=True).print(SIMULATION, style="yellow")
    try:
        leave = maker.main(args=arguments, standalone_mode=False)
        sys.exit(leave if isinstance(leave, int) else status.OK)
    except click.exceptions.Exit as left:
        sys.exit(left.exit_code)
    except (click.Abort, KeyboardInterrupt):
        sys.exit(status.INTERRUPTED)
    except Exception as error:  # the last resort: no reader's maker reads a traceback
        sys.exit(tell(error, "tournee-maker"))
