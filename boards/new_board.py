"""`./tools/dev boards new NAME --like lm3s`: a folder for a new board, which builds at once; `boards check`.

The new folder is a copy of another board's under its own name: what is to become different is then changed
there, nothing elsewhere.
"""

import argparse
import re
import shutil
import sys
import tempfile
from pathlib import Path

from tournee.boards import BOARDS, build, image
from tournee.boards.fitting import NAME
from tournee.boards.schema import BoardError, read, with_image
from tournee.errors import TourneeError
from tournee.french import reason

_NAME_LINE = re.compile(r'^name = ".*"', re.MULTILINE)


def make(name: str, like: str, boards: Path = BOARDS) -> Path:
    """Make the folder of a new board out of another's, whole or not at all. BoardError tells why not."""
    with_image(like, boards)
    model, place = boards / like, boards / name
    if not NAME.fullmatch(name):
        what = "des minuscules et des chiffres, une lettre d’abord, 16 en tout au plus"
        raise BoardError(f"« {name[:40]} » n’est pas un nom de carte.", next_step=f"écrivez {what}")
    if place.exists():
        raise BoardError(f"{place} est déjà là.", next_step="choisissez un autre nom, ou changez cette carte")
    with tempfile.TemporaryDirectory(dir=boards, prefix=".new-") as work:
        made = Path(work) / name
        shutil.copytree(model, made, ignore=shutil.ignore_patterns("__pycache__"))
        settings = made / "board.toml"
        text = settings.read_text("utf-8")
        settings.write_text(_NAME_LINE.sub(f'name = "{name}"', text, count=1), "utf-8")
        read(made)
        made.rename(place)
    return place


def put_values(name: str, folder: Path, key: Path, production: bool) -> None:
    """Write `board.py` and `release.py` of a board for who freezes or installs its modules. TourneeError."""
    board = with_image(name)
    modulus = image.modulus(image.public_key(key))
    if production and modulus == build.development().modulus:
        raise BoardError(
            "Un lecteur de production a la clé de son fabricant.", next_step="indiquez-la : --key"
        )
    sources = build.sources_of(BOARDS / name, board, build.Release(build.VERSION, modulus, production))
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise BoardError(f"{folder} ne se crée pas.", cause=reason(error)) from error
    for module in ("board.py", "release.py"):
        image.write_whole(folder / module, sources[module])


def main(arguments: list[str] | None = None) -> int:
    """Make a board, or check those that there are; 3 when one is not right."""
    parser = argparse.ArgumentParser(prog="./tools/dev boards", description="Cartes électroniques.")
    verbs = parser.add_subparsers(dest="verb", required=True)
    new = verbs.add_parser("new", help="fait le dossier d’une carte, sur le modèle d’une autre")
    new.add_argument("name", metavar="NOM")
    new.add_argument("--like", required=True, metavar="CARTE")
    values = verbs.add_parser("values", help="écrit board.py et release.py d’une carte")
    values.add_argument("name", metavar="CARTE")
    values.add_argument("folder", metavar="DOSSIER", type=Path)
    values.add_argument("--key", type=Path, default=image.DEVELOPMENT_KEY, help="clé du fabricant (PEM)")
    values.add_argument("--production", action="store_true", help="refuse les images de développement")
    verbs.add_parser("check", help="contrôle chaque board.toml")
    asked = parser.parse_args(arguments)
    try:
        if asked.verb == "new":
            place = make(asked.name, asked.like)
            print(f"{place} : changez son board.toml, puis tournee-maker build {asked.name}")
            return 0
        if asked.verb == "values":
            put_values(asked.name, asked.folder, asked.key, asked.production)
            print(f"{asked.folder} : board.py et release.py de {asked.name}")
            return 0
        for file in sorted(BOARDS.glob("*/board.toml")):
            print(f"{read(file.parent)['name']} : juste")
    except TourneeError as error:
        print(error, file=sys.stderr)
        return 3
    return 0


if __name__ == "__main__":
    sys.exit(main())
