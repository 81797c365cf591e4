"""How a board is flashed: the steps of its `board.toml`, filled in; existing tools do the work.

    [flashing]
    method = "esptool"                    what it is, for the maker
    steps = [["esptool", "--port", "{port}", …], …]

The steps put an official MicroPython onto the board, the reader's modules follow (`uploading`). `{port}`,
`{firmware}`, `{file}`, `{board}` and `{python}` are filled in; a board that is emulated has the method
`file`, and no steps: its flash is a file.
"""

from __future__ import annotations

import logging
import shutil
import string
import subprocess
import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from tournee.boards import BOARDS, build
from tournee.boards import image as images
from tournee.boards.schema import with_image
from tournee.errors import ConfigError, EmulationError
from tournee.extras import missing
from tournee.files import read_bounded
from tournee.french import reason
from tournee.maker import uploading

_log = logging.getLogger(__name__)

_BROUGHT = {"esptool"}  # by the extra `maker`
_SHOWN = 60  # letters of a word that `--dry-run` shows, and
_WORDS = 12  # how many words of a command


def settings(name: str) -> dict[str, Any]:
    """The `board.toml` of a board that is flashed. BoardError when there is none, it is not right, or the
    board takes no image."""
    return with_image(name)


def plan(board: Mapping[str, Any], given: Mapping[str, str], bluetooth: bool = False) -> list[list[str]]:
    """The command lines that flash this board. ConfigError names what must be given, or that the board has no
    Bluetooth."""
    if bluetooth and "bluetooth" not in board:
        raise ConfigError(f"La carte {board['name']} n’a pas de Bluetooth ([bluetooth]).")
    flashing = board.get("flashing")
    if flashing is None:
        raise ConfigError(f"La carte {board['name']} ne dit pas comment elle se flashe ([flashing]).")
    values = {"python": sys.executable, "board": str(BOARDS / board["name"]), **given}
    wanted = {
        field
        for step in flashing["steps"]
        for part in step
        for _, field, _, _ in string.Formatter().parse(part)
        if field
    }
    if lacking := sorted(wanted - set(values)):
        raise ConfigError(
            f"Pour flasher {board['name']}, il manque : {', '.join('--' + one for one in lacking)}."
        )
    return [[part.format(**values) for part in step] for step in flashing["steps"]]


def flash_board(
    board: Mapping[str, Any],
    given: Mapping[str, str],
    tell: Callable[[str], None],
    erase: Path | None = None,
    *,
    bluetooth: bool = False,
    dry_run: bool = False,
) -> None:
    """Put MicroPython on a board where `firmware` is given, then the reader, whose modules lie in the folder
    `image`; or tell the commands alone. `erase` runs on the board before, and keeps nothing there."""
    blank = {} if "firmware" in given else {"firmware": "", "file": ""}
    steps = plan(board, {**given, **blank}, bluetooth)
    if blank:
        steps = []
    port, main = given["port"], "air_main" if bluetooth else "usb_main"
    entry, folder = way_in(board), Path(given["image"])
    if "service" in board:
        tell(f"Carte qui a déjà un lecteur : {entry}.")
    if dry_run:
        for step in (*steps, *uploading.commands(port, folder, main, erase)):
            shown = [word if len(word) <= _SHOWN else "…" for word in step[:_WORDS]]
            tell(" ".join(shown + ["…"] * (len(step) > _WORDS)))
        return
    run(steps, tell, entry)
    uploading.put_on(board, port, folder, main, tell, entry, erase=erase)


def check_given(board: Mapping[str, Any], given: Mapping[str, str], *, bluetooth: bool) -> None:
    """ConfigError, before anything is made, for a board that is not flashed so, or for what lacks."""
    blank = {"image": ""} | ({} if "firmware" in given else {"firmware": "", "file": ""})
    plan(board, {"port": "", **given, **blank}, bluetooth)
    if "port" not in given:
        raise ConfigError(
            f"Pour flasher {board['name']}, il manque : --port.", next_step="par exemple --port /dev/ttyACM0"
        )


def modules_folder(name: str) -> Path:
    """The firmware and the board's drivers, compiled, for a board that an official MicroPython runs on."""
    board = settings(name)
    return build.compiled_folder(BOARDS / name, board, build.sources_of(BOARDS / name, board))


def way_in(board: Mapping[str, Any]) -> str:
    """What the maker does for a board that holds a reader already to be flashed: hold its service button."""
    if "service" not in board:
        return "remettez la carte en mode de chargement"
    button = board["service"]["button"]
    return f"tenez le bouton de service de la carte (broche {button}) dès le branchement et jusqu’à la fin"


def run(steps: list[list[str]], tell: Callable[[str], None], entry: str = "") -> None:
    """Run the steps in turn. EmulationError when one fails, with the way in (`entry`): what follows is not
    begun."""
    for step in steps:
        tell(" ".join(step))
        beside = str(Path(sys.executable).parent)  # where an environment that is not active has its programs
        program = shutil.which(step[0]) or shutil.which(step[0], path=beside)
        if program is None and step[0] in _BROUGHT:
            raise missing("maker")
        try:
            status = subprocess.run([program or step[0], *step[1:]], check=False).returncode
        except OSError as error:
            raise EmulationError(f"{step[0]} ne démarre pas.", cause=reason(error)) from error
        _log.info("%s: status %d", step[0], status)
        if status:
            raise EmulationError(
                f"{step[0]} s’est arrêté (état {status}).",
                cause="carte débranchée, ou son lecteur tourne",
                next_step=f"{entry or way_in({})}, puis recommencez",
            )


def flash_file(name: str, image: images.Image, file: Path) -> None:
    """Make the file that stands for the flash of an emulated board: the image in bank 0, all else erased.

    ConfigError when the image is not this board's, or does not go into its bank.
    """
    board = settings(name)
    flash = board.get("flash") or board["nor"]
    whole = image.signed + image.signature
    if image.board != name or len(whole) > flash["banks"]:
        what = f"{len(whole)} octets, pour {image.board}"
        raise ConfigError(f"Cette image ne va pas sur {name}.", cause=what)
    size = 2 * flash["banks"] + flash["boot"] + flash["store"]
    data = whole.ljust(size, b"\xff").ljust(flash.get("emulated", size), b"\0")
    images.write_whole(file, data, 0o600)  # a reader keeps its secret there


def check_memory(name: str, file: Path) -> None:
    """ConfigError for a file that is not the whole flash of this emulated board, with an image of it."""
    board = settings(name)
    flash = board.get("flash", board.get("nor", {}))
    if "banks" not in flash:
        return
    banks = flash["banks"]
    size = flash.get("emulated", 2 * banks + flash["boot"] + flash["store"])
    flash_it = f"refaites-le : tournee-maker flash {name} --image IMAGE --file {file}"
    try:
        found = file.stat().st_size
        data = read_bounded(file, size) if found == size else b""
    except OSError as error:
        raise ConfigError(f"{file} ne se lit pas.", cause=reason(error)) from error
    if not data:
        raise ConfigError(
            f"{file} n’est pas la mémoire d’une carte {name}.",
            cause=f"{found} octets au lieu de {size}",
            next_step=flash_it,
        )
    if not any(_holds_image(data[at : at + banks], name) for at in (0, banks)):
        raise ConfigError(
            f"{file} n’est pas la mémoire d’une carte {name}.",
            cause="aucune de ses deux banques n’a une image entière de cette carte",
            next_step=flash_it,
        )


def _holds_image(bank: bytes, name: str) -> bool:
    try:
        return images.parse(bank[: images.length_of(bank)]).board == name
    except images.ImageError:
        return False
