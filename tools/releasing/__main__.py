"""Make a release: images, wheels, bills of materials, licences, changelog, digests; twice the same bytes.

    ./tools/dev release DIR                            with the development key, to try it
    ./tools/dev release DIR --key maker.pem --production

The same sources, pins, keys and SOURCE_DATE_EPOCH (seconds; else the last commit's) make the same bytes.
"""

from __future__ import annotations

import argparse
import signal
import sys
import tempfile
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent))

from part import NotReleased

from tournee import __version__
from tournee.errors import TourneeError

ROOT = Path(__file__).resolve().parents[2]


def main() -> int:
    """Make a release whole or not at all: what is given is judged first, and what is begun is taken away."""
    parser = argparse.ArgumentParser(prog="./tools/dev release", description=(__doc__ or "").split("\n\n")[0])
    parser.add_argument("folder", type=Path, nargs="?", default=ROOT / "dist" / f"release-{__version__}")
    parser.add_argument("--wheels", type=Path, help="folder of `./tools/dev wheels`; else it is made")
    parser.add_argument("--key", help="the maker's key for images, PEM or pkcs11:…; else the development key")
    parser.add_argument("--password-file", type=Path, help="of the key, or the token's code")
    parser.add_argument("--next-key", type=Path, help="what signs the next images, when it changes")
    parser.add_argument("--counter", type=int, help="readers take no image of a smaller one any more")
    parser.add_argument("--production", action="store_true", help="readers refuse development images")
    parser.add_argument("--boards", nargs="*", default=[], help="else every board with an image")
    given = parser.parse_args()
    for number in (signal.SIGINT, signal.SIGTERM, *([signal.SIGHUP] if hasattr(signal, "SIGHUP") else [])):
        signal.signal(number, _stopped)
    try:
        return _release(given)
    except (NotReleased, TourneeError) as error:
        print(f"release: {error}", file=sys.stderr)
        return 1


def _release(given: argparse.Namespace) -> int:
    from asked import check
    from laying import epoch, put  # takes a moment
    from made_wheels import make_wheels

    names, time = check(given), epoch()
    told = {name: getattr(given, name) for name in ("key", "password_file", "next_key", "counter")}
    options = [f"--{name.replace('_', '-')}={value}" for name, value in told.items() if value is not None]
    options += ["--production"] if given.production else []
    given.folder.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(
        dir=given.folder.parent, prefix=".release-", ignore_cleanup_errors=True
    ) as work:
        wheels = given.wheels or make_wheels(Path(work))
        put(Path(work) / "new", wheels, names, options, time)
        (Path(work) / "new").rename(given.folder)
    print(f"{given.folder}: {len((given.folder / 'SHA256SUMS').read_text().splitlines())} files, SHA256SUMS")
    return 0


def _stopped(number: int, frame: object) -> None:
    """A signal ends the release as an error does: its folder goes."""
    sys.exit(128 + number)


if __name__ == "__main__":
    sys.exit(main())
