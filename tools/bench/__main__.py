"""Benches: each figure is a ratio, against a peer or a limit measured in the same run.

./tools/dev bench            all of them
./tools/dev bench exchange   one

Each is a module `bench_NAME.py` beside this one, with a function `run`.
"""

from __future__ import annotations

import sys
from importlib import import_module
from pathlib import Path

NAMES = sorted(path.stem.removeprefix("bench_") for path in Path(__file__).parent.glob("bench_*.py"))


def main() -> int:
    """Run the benches named, or all."""
    names = sys.argv[1:] or NAMES
    unknown = [name for name in names if name not in NAMES]
    if unknown:
        print(f"no bench {', '.join(unknown)}; there are {', '.join(NAMES)}", file=sys.stderr)
        return 2
    for name in names:
        import_module(f"bench_{name}").run()
    return 0


if __name__ == "__main__":
    sys.exit(main())
