"""The three names that MicroPython has and CPython lacks, so that one file runs on both."""

import time


def const(value: int) -> int:
    """Return `value`.

    MicroPython's compiler folds `NAME = const(…)` by its shape alone, wherever `const` comes from, so this
    function is all that both runtimes need. (A PyPI package of MicroPython puts a `micropython` without
    `const` on CPython's path: that module is not to be trusted.)
    """
    return value


_LAST = const(0x3FFFFFFF)  # 2**30 - 1, as on 32-bit boards: a tick is always a small integer
_HALF = const(0x20000000)


def _ticks_ms() -> int:
    return int(time.monotonic() * 1000) & _LAST


def _ticks_diff(later: int, earlier: int) -> int:
    return (later - earlier + _HALF & _LAST) - _HALF


#: `ticks_ms()`: milliseconds from an arbitrary start (0..2**30-1 on CPython); compare with `ticks_diff` only.
ticks_ms = getattr(time, "ticks_ms", _ticks_ms)
#: `ticks_diff(later, earlier)`: milliseconds between two ticks, right across the wrap.
ticks_diff = getattr(time, "ticks_diff", _ticks_diff)
