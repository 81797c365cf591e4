"""Benches: each figure is a ratio, against a peer or a limit measured in the same run.

./tools/dev bench            all of them
./tools/dev bench exchange   one
./tools/dev bench link --board mps2   one, with options of its own (`--help` tells them)

Each is a module `bench_NAME.py` beside this one, with a function `run` that takes its options, if it has any.
"""

from __future__ import annotations

import sys
from importlib import import_module
from pathlib import Path

NAMES = sorted(path.stem.removeprefix("bench_") for path in Path(__file__).parent.glob("bench_*.py"))


def main() -> int:
    """Run the benches named, or all."""
    words = sys.argv[1:]
    first = next((rank for rank, word in enumerate(words) if word.startswith("-")), len(words))
    names, options = words[:first] or NAMES, words[first:]
    unknown = [name for name in names if name not in NAMES]
    if unknown:
        print(f"no bench {', '.join(unknown)}; there are {', '.join(NAMES)}", file=sys.stderr)
        return 2
    if options and len(names) > 1:
        print("options are one bench's: name it", file=sys.stderr)
        return 2
    for name in names:
        import_module(f"bench_{name}").run(*filter(None, [options]))
    return 0


if __name__ == "__main__":
    sys.exit(main())
