"""An increment applied: the list in force and its changes make a new file, which takes the old one's place.

The new file is written beside the old one, brought to the disk, then renamed over it: a stop at any moment
leaves the old list or the new one, whole. Runs that nothing changes are copied as they are.
"""

from __future__ import annotations

import hashlib
from array import array
from bisect import bisect_left
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from tournee.errors import OppositionError
from tournee.files import Step, replacing
from tournee.french import reason
from tournee.model import Increment
from tournee.opposition.held import (
    END,
    HEADER_SIZE,
    HIGH,
    LOW,
    LOW_BITS,
    LOW_MASK,
    ListFacts,
    OppositionList,
    list_in_force,
)
from tournee.opposition.serials import codes_of

_NOTHING: array[int] = array(LOW)


class IncrementError(OppositionError):
    """An increment that cannot be applied to the list in force; the list is as it was."""


@dataclass(frozen=True)
class AppliedIncrement:
    """What an increment did: the list's new facts, additions that were there, removals that were not."""

    facts: ListFacts
    already: int
    absent: int


def apply_increment(
    path: Path, increment: Increment, on_step: Step = lambda step: None, *, anew: bool = False
) -> AppliedIncrement:
    """Bring the list at `path` from `increment.before`, in force, to `increment.after` (OCT-LOI-2).

    `anew` puts it in the place of whatever is there, damaged or not, as if there were no list. All or
    nothing. IncrementError when it is not the next one or contradicts itself; DamagedListError when
    the list in force cannot be trusted, OppositionError when the disk fails. One process at a
    time: the caller sees to it.
    """
    held = None if anew else list_in_force(path)
    try:
        in_force = held.facts.number if held is not None else 0
        if increment.before != in_force or increment.after <= increment.before:
            raise IncrementError(
                f"L’incrément {increment.before:06} → {increment.after:06} ne suit pas la liste {in_force:06}"
            )
        changes = _changes(increment)
        with replacing(path, draft=path.with_name(path.name + ".new"), on_step=on_step) as file:
            merge = _Merge(file, held)
            merge.run(changes)
            facts = merge.finish(increment)
            if held is not None:
                held.close()
    except OSError as error:
        raise OppositionError(
            f"La liste d’opposition n’a pas pu être écrite : {reason(error)}.",
            cause="disque plein ou protégé ; la liste en vigueur reste celle d’avant",
            next_step="libérez de la place, puis relevez de nouveau les retours",
            remedy="fetch",
        ) from error
    finally:
        if held is not None:
            held.close()
    return AppliedIncrement(facts, merge.already, merge.absent)


def _changes(increment: Increment) -> list[int]:
    """Codes in order, doubled, one more for a removal; IncrementError for a serial that comes twice."""
    additions, removals = codes_of(increment.additions), codes_of(increment.removals)
    if len({*additions, *removals}) != len(additions) + len(removals):
        raise IncrementError("Un numéro de série figure deux fois dans l’incrément.")
    changes = [code << 1 for code in additions]
    changes += [code << 1 | 1 for code in removals]
    changes.sort()
    return changes


class _Merge:
    """Writes the lows of the new list as they come, and keeps its runs for the end of the file."""

    def __init__(self, file: IO[bytes], held: OppositionList | None) -> None:
        self.already = 0
        self.absent = 0
        self._file = file
        self._digest = hashlib.sha256()
        self._count = 0
        self._highs, self._ends = array(HIGH), array(END)
        self._old_lows: memoryview | array[int] = held.lows if held is not None else _NOTHING
        self._old_highs: memoryview | array[int] = held.highs if held is not None else array(HIGH)
        self._old_ends: memoryview | array[int] = held.ends if held is not None else array(END)
        self._run = 0  # the next run of the old list
        file.write(bytes(HEADER_SIZE))

    def run(self, changes: Sequence[int]) -> None:
        """Merge the changes, in order, with the old runs."""
        at = 0
        while at < len(changes):
            high = changes[at] >> LOW_BITS + 1
            end = bisect_left(changes, high + 1 << LOW_BITS + 1, at)
            self._copy(bisect_left(self._old_highs, high, self._run))
            self._put(high, self._changed(self._taken(high), changes[at:end]))
            at = end
        self._copy(len(self._old_highs))

    def finish(self, increment: Increment) -> ListFacts:
        """Write runs and header."""
        facts = ListFacts(increment.after, increment.date, self._count, len(self._highs))
        self._write(bytes(facts.highs_at - facts.lows_end))
        self._write(self._highs.tobytes())
        self._write(self._ends.tobytes())
        self._file.seek(0)
        self._file.write(facts.header(self._digest.digest()))
        return facts

    def _copy(self, upto: int) -> None:
        """Take over the old runs before `upto` as they are."""
        first = self._run
        if upto == first:
            return
        start = self._old_ends[first - 1] if first else 0
        end = self._old_ends[upto - 1]
        shift = self._count - start
        self._highs.extend(self._old_highs[first:upto])
        self._ends.extend([at + shift for at in self._old_ends[first:upto]])
        self._write(memoryview(self._old_lows)[start:end].cast("B"))
        self._count += end - start
        self._run = upto

    def _taken(self, high: int) -> array[int]:
        """The old run of these upper bits, empty when there is none; it is passed."""
        run, lows = self._run, array(LOW)
        if run < len(self._old_highs) and self._old_highs[run] == high:
            start = self._old_ends[run - 1] if run else 0
            lows.frombytes(memoryview(self._old_lows)[start : self._old_ends[run]].cast("B"))
            self._run += 1
        return lows

    def _changed(self, lows: array[int], changes: Iterable[int]) -> array[int]:
        for change in changes:
            low = change >> 1 & LOW_MASK
            at = bisect_left(lows, low)
            there = at < len(lows) and lows[at] == low
            if change & 1:
                if there:
                    del lows[at]
                else:
                    self.absent += 1
            elif there:
                self.already += 1
            else:
                lows.insert(at, low)
        return lows

    def _put(self, high: int, lows: array[int]) -> None:
        if lows:
            self._write(lows.tobytes())
            self._count += len(lows)
            self._highs.append(high)
            self._ends.append(self._count)

    def _write(self, data: bytes | memoryview) -> None:
        self._digest.update(data)
        self._file.write(data)
