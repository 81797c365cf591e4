"""A standing attack: strangers' bytes, lying servers, forged returns, damaged journals, frames at a board.

./tools/dev attack                        every part, ten minutes in all
./tools/dev attack decoders --minutes 60  one

Each part runs in a process of its own and prints one line a target: inputs tried, errors without a type of
ours, inputs over their bound of time, peak memory over the input's own size. What was found stays in
`tools/attack/found`, one file an input; what a part starts from is in `tools/attack/seeds` and in the tests'
vectors. Inputs are drawn by Hypothesis: the same seed, the same inputs; where atheris is installed, half of
the time by it, along what they reach.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import tempfile
from importlib import import_module
from pathlib import Path

import guided

HERE = Path(__file__).parent
NAMES = sorted(path.stem.removeprefix("attack_") for path in HERE.glob("attack_*.py"))


def main() -> int:
    """Run the parts named, or all, and say whether all held."""
    parser = argparse.ArgumentParser(prog="./tools/dev attack", description=__doc__.splitlines()[0])
    parser.add_argument("names", nargs="*", metavar="NAME", help=", ".join(NAMES))
    parser.add_argument("--minutes", type=float, default=10.0, help="for all parts together (10)")
    parser.add_argument("--seed", type=int, default=0, help="of what is drawn")
    parser.add_argument("--alone", action="store_true", help=argparse.SUPPRESS)
    options = parser.parse_args()
    if unknown := sorted(set(options.names) - set(NAMES)):
        parser.error(f"no part {', '.join(unknown)}; there are {', '.join(NAMES)}")
    names = options.names or NAMES
    seconds = options.minutes * 60 / len(names)
    if options.alone:
        with tempfile.TemporaryDirectory() as account, guided.instrumented():
            os.environ["XDG_STATE_HOME"] = account  # nothing of this is the account's own
            return import_module(f"attack_{names[0]}").run(seconds, options.seed)
    failed = [name for name in names if _alone(name, seconds / 60, options.seed)]
    print("\nfailed: " + ", ".join(failed) if failed else "\nall held")
    return 1 if failed else 0


def _alone(name: str, minutes: float, seed: int) -> int:
    print(f"\n{name}, {minutes:.1f} min", flush=True)
    options = ["--alone", "--minutes", str(minutes), "--seed", str(seed)]
    return subprocess.call([sys.executable, str(HERE), name, *options])


if __name__ == "__main__":
    sys.exit(main())
