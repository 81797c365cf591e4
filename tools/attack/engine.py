"""How one target is attacked: inputs drawn from its seeds, each within a bound of time, faults kept."""

from __future__ import annotations

import hashlib
import signal
import sys
import time
import traceback
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from types import FrameType

import guided
from hypothesis import HealthCheck, Phase, Verbosity, given, seed, settings
from hypothesis import strategies as st

from tournee.errors import TourneeError

FOUND = Path(__file__).parent / "found"
SEEDS = Path(__file__).parent / "seeds"
SECONDS_MAX = 5.0
"""For one input, without what the system gave to others meanwhile: more is a hang."""
PEAK_MAX = 256
"""MiB beyond what the process had before, and the input's own size."""
_ROUND = 200
_STATUS = Path("/proc/self/status")
_WAITED = Path("/proc/self/schedstat")
_LEAST_S = 0.01
_KIBIBYTE = 1024


class Hang(BaseException):
    """An input took more than its target gives it; nothing that catches errors catches it."""


@dataclass
class Tally:
    """What came of one target."""

    name: str
    tried: int = 0
    untyped: int = 0
    hangs: int = 0
    peak: float = 0.0
    found: list[Path] = field(default_factory=list)

    @property
    def held(self) -> bool:
        """Whether nothing broke."""
        return not (self.untyped or self.hangs or self.peak > PEAK_MAX)

    def __str__(self) -> str:
        told = f"{self.name:28}{self.tried:9,} tried {self.untyped:3} untyped {self.hangs:3} hangs"
        return f"{told} {self.peak:7.1f} MiB" + "".join(f"\n    {path}" for path in self.found)


@dataclass(frozen=True)
class Target:
    """Something that reads strangers' bytes: `act` may raise what is `typed`, and nothing else, within
    `seconds`. `pure`: it needs no thread or process beside it, so it may run in another one.
    """

    name: str
    act: Callable[[bytes], object]
    seeds: Sequence[bytes]
    typed: tuple[type[Exception], ...] = (TourneeError,)
    seconds: float = SECONDS_MAX
    pure: bool = True


def vectors(*folders: str) -> list[bytes]:
    """The files of the tests' vectors and of `seeds` in these folders; lines between bars are joined."""
    roots = (Path(__file__).parents[2] / "tests" / "vectors", SEEDS)
    files = sorted(path for root in roots for name in folders for path in (root / name).rglob("*"))
    return [_content(path.read_bytes()) for path in files if path.is_file()]


def attempt(tally: Tally, target: Target, data: bytes) -> None:
    """One input; what breaks is counted and kept."""
    tally.tried += 1
    before = _peak()
    signal.signal(signal.SIGALRM, ring)
    _bounds[:] = [time.monotonic() - _kept_waiting() + target.seconds]
    signal.setitimer(signal.ITIMER_REAL, target.seconds)
    try:
        target.act(data)
    except target.typed:
        pass
    except Hang:
        tally.hangs += 1
        _keep(tally, data, "hang")
    except (KeyboardInterrupt, SystemExit):
        raise
    except BaseException:  # whatever a stranger's bytes break is what is looked for
        tally.untyped += 1
        _keep(tally, data, traceback.format_exc())
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
    tally.peak = max(tally.peak, _peak() - before - len(data) / 2**20)


def attack(targets: Sequence[Target], seconds: float, seed_of: int) -> int:
    """All targets, each its part of the time; the exit status."""
    tallies = []
    for target in targets:
        tally = Tally(target.name)
        for data in target.seeds:
            attempt(tally, target, data)
        share = seconds / len(targets)
        if guided.AVAILABLE and target.pure:
            share /= 2
            tally = guided.drive(tally, partial(attempt, tally, target), target.seeds, share, seed_of)
        drive(tally, target, rounds(share), seed_of)
        print(tally, flush=True)
        tallies.append(tally)
    return 0 if all(tally.held for tally in tallies) else 1


def rounds(seconds: float) -> Iterator[int]:
    """Numbers until the time is over."""
    end, number = time.monotonic() + seconds, 0
    while time.monotonic() < end:
        yield number
        number += 1


def edited(seeds: Sequence[bytes]) -> st.SearchStrategy[bytes]:
    """A seed with parts of it cut, doubled, moved, replaced by bytes of any kind, or none of it."""
    chunk = st.one_of(st.binary(max_size=24), st.sampled_from(_NASTY))
    edit = st.tuples(st.integers(0, 4), st.integers(0, 2**20), st.integers(0, 200), chunk)
    return st.builds(_edited, st.sampled_from(list(seeds) or [b""]), st.lists(edit, max_size=6))


_NASTY = [
    *(b"\0", b"\r\n", b"\xff" * 9, b"\x1b[31m", b"@", b"999", b"=?utf-7?Q?+2AA-?=", b"\xe2\x80\xae"),
    *(b"-1", b"9" * 40, b"1e99", b"{99999999}", b"NaN", b"\x1f\x8b\x08\0", b"\xed\xa0\x80", b"[" * 60),
]


def _edited(start: bytes, edits: Sequence[tuple[int, int, int, bytes]]) -> bytes:
    data = bytearray(start)
    for kind, where, length, chunk in edits:
        at = where % (len(data) + 1)
        end = min(len(data), at + length)
        if kind == 0:
            del data[at:end]
        elif kind == 1:
            data[at:at] = chunk
        elif kind == 2:
            data[at : at + len(chunk)] = chunk
        elif kind == 3:
            data[at:at] = data[at:end]
        else:
            del data[at:]
    return bytes(data)


def drive(tally: Tally, target: Target, numbers: Iterator[int], seed_of: int) -> None:
    """Draw inputs from a target's seeds, a round of them for each of these numbers."""
    for number in numbers:

        @seed(seed_of * 1_000_003 + number)
        @settings(
            max_examples=_ROUND,
            deadline=None,
            database=None,
            phases=[Phase.generate],
            verbosity=Verbosity.quiet,
            suppress_health_check=list(HealthCheck),
        )
        @given(st.one_of(edited(target.seeds), st.binary(max_size=2000)))
        def play(data: bytes) -> None:
            attempt(tally, target, data)

        play()


def _keep(tally: Tally, data: bytes, why: str) -> None:
    FOUND.mkdir(exist_ok=True)
    path = FOUND / f"{tally.name.replace(' ', '-')}-{hashlib.sha256(data).hexdigest()[:12]}"
    if path not in tally.found and len(tally.found) < _KEPT_MAX:
        path.write_bytes(data)
        tally.found.append(path)
        print(
            f"{tally.name}: {why.strip().splitlines()[-1]} ({path})\n{why[-1500:]}",
            file=sys.stderr,
            flush=True,
        )


_KEPT_MAX = 20


def _peak() -> float:
    """The highest resident size of this process so far, in MiB."""
    return int(_STATUS.read_text().split("VmHWM:")[1].split()[0]) / _KIBIBYTE


def ring(signum: int, frame: FrameType | None) -> None:
    """The bound of an input is over, unless others had the processor meanwhile: they give it back. `attempt`
    sets the alarm."""
    left = _bounds[0] - (time.monotonic() - _kept_waiting())
    if left < _LEAST_S:
        raise Hang
    signal.setitimer(signal.ITIMER_REAL, left)


_bounds = [0.0]


def _kept_waiting() -> float:
    """Seconds for which this process was ready to run and did not (Linux; elsewhere they count)."""
    try:
        return int(_WAITED.read_text().split()[1]) / 1e9
    except (OSError, IndexError, ValueError):
        return 0.0


def _content(raw: bytes) -> bytes:
    lines = [line[1:-1] for line in raw.splitlines() if line.startswith(b"|") and line.endswith(b"|")]
    return b"".join(lines) or raw
