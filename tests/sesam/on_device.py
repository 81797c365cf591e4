"""Run by the real MicroPython: judge records, zones and numbers handed over in a file, with the heap locked.

Input lines: `record HEX`, `zone HEX group occurrence field`, `nir HEX`. Output: one line each with the
answer; then, for each kind of record, `kept` and the bytes that a check left on the heap; then `heap` and the
bytes that the language's modules take.
"""

import binascii
import gc
import sys

import micropython

gc.collect()
_before = gc.mem_alloc()
from sesam import keys, layout, zone_walk  # noqa: E402

gc.collect()
_language = gc.mem_alloc() - _before


def judge(words: "list[str]", data: bytearray) -> int:
    """The answer to one line, worked out with the heap locked: an allocation would raise MemoryError."""
    numbers = [int(word) for word in words[2:]]
    group, occurrence, field = numbers if numbers else (0, 0, 0)
    what, size = words[0], len(data)
    micropython.heap_lock()
    try:
        if what == "record":
            kind = layout.kind_of(data, 0)
            if kind < 0:
                return -1
            column = layout.check(data, 0, kind)
            layout.class_at(kind, column)
            layout.digits(data, 2, 9)
            return kind * 1000 + column
        if what == "zone":
            return zone_walk.find(data, 0, size, group, occurrence, field)
        return keys.nir_ok(data, 0) * 4 + keys.billing_ok(data, 0) * 2 + keys.rpps_ok(data, 0)
    finally:
        micropython.heap_unlock()


def main(path: str) -> None:
    """Judge every line of a file."""
    record = bytearray(128)
    with open(path) as lines:
        for line in lines:
            words = line.split()
            data = bytearray(binascii.unhexlify(words[1]))
            sys.stdout.write(str(judge(words, data)) + "\n")
    for kind in range(len(layout.KINDS)):
        gc.collect()
        kept = gc.mem_alloc()
        layout.check(record, 0, kind)
        kept = gc.mem_alloc() - kept
        sys.stdout.write("kept " + str(kept) + "\n")
    sys.stdout.write("heap " + str(_language) + "\n")


main(sys.argv[1])
