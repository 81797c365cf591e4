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

from tournee.boards import BOARDS
from tournee.boards.fitting import NAME
from tournee.boards.schema import BoardError, read
from tournee.errors import TourneeError

_NAME_LINE = re.compile(r'^name = ".*"', re.MULTILINE)


def make(name: str, like: str, boards: Path = BOARDS) -> Path:
    """Make the folder of a new board out of another's, whole or not at all. BoardError tells why not."""
    model, place = boards / like, boards / name
    known = sorted(file.parent.name for file in boards.glob("*/board.toml"))
    if like not in known:
        raise BoardError(
            f"Carte électronique inconnue : {like[:40]}.", next_step=f"choisissez parmi : {', '.join(known)}"
        )
    if not NAME.fullmatch(name):
        what = "des minuscules et des chiffres, une lettre d’abord, 16 en tout au plus"
        raise BoardError(f"« {name[:40]} » n’est pas un nom de carte.", next_step=f"écrivez {what}")
    if place.exists():
        raise BoardError(f"{place} est déjà là.", next_step="choisissez un autre nom, ou changez cette carte")
    if "image" not in read(model):
        raise BoardError(f"La carte {like} ne prend pas d’image : aucune carte ne se fait sur son modèle.")
    with tempfile.TemporaryDirectory(dir=boards, prefix=".new-") as work:
        made = Path(work) / name
        shutil.copytree(model, made, ignore=shutil.ignore_patterns("__pycache__"))
        settings = made / "board.toml"
        text = settings.read_text("utf-8")
        settings.write_text(_NAME_LINE.sub(f'name = "{name}"', text, count=1), "utf-8")
        read(made)
        made.rename(place)
    return place


def main(arguments: list[str] | None = None) -> int:
    """Make a board, or check those that there are; 3 when one is not right."""
    parser = argparse.ArgumentParser(prog="./tools/dev boards", description="Cartes électroniques.")
    verbs = parser.add_subparsers(dest="verb", required=True)
    new = verbs.add_parser("new", help="fait le dossier d’une carte, sur le modèle d’une autre")
    new.add_argument("name", metavar="NOM")
    new.add_argument("--like", required=True, metavar="CARTE")
    verbs.add_parser("check", help="contrôle chaque board.toml")
    asked = parser.parse_args(arguments)
    try:
        if asked.verb == "new":
            place = make(asked.name, asked.like)
            print(f"{place} : changez son board.toml, puis tournee-maker build {asked.name}")
            return 0
        for file in sorted(BOARDS.glob("*/board.toml")):
            print(f"{read(file.parent)['name']} : juste")
    except TourneeError as error:
        print(error, file=sys.stderr)
        return 3
    return 0


if __name__ == "__main__":
    sys.exit(main())
