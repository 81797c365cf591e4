"""The three names that MicroPython has and CPython lacks, so that one file runs on both."""

import time

try:
    # A PyPI package of MicroPython puts a `micropython` without `const` on CPython's path: ask for the name.
    from micropython import const
except ImportError:

    def const(value: int) -> int:  # type: ignore[no-redef]
        """Return `value`; MicroPython's compiler replaces the call by the number itself."""
        return value


_PERIOD = const(0x40000000)  # 2**30, as on 32-bit boards: a tick is always a small integer
_HALF = const(0x20000000)

try:
    ticks_ms = time.ticks_ms  # type: ignore[attr-defined]
    ticks_diff = time.ticks_diff  # type: ignore[attr-defined]
except AttributeError:

    def ticks_ms() -> int:
        """Milliseconds from an arbitrary start, in 0..2**30-1; compare with `ticks_diff` only."""
        return int(time.monotonic() * 1000) % _PERIOD

    def ticks_diff(later: int, earlier: int) -> int:
        """Milliseconds from `earlier` to `later`, right across the wrap, in -2**29..2**29-1."""
        return (later - earlier + _HALF) % _PERIOD - _HALF
