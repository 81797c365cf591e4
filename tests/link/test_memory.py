"""The device's codec, framing and link on MicroPython itself: nothing is allocated once they run."""

import subprocess
import sys
from pathlib import Path

from link_rig import VECTORS, read_vectors

from sesam import codes

ROOT = Path(__file__).parent.parent.parent
MICROPYTHON = Path(sys.executable).parent / "micropython"
SCRIPT = Path(__file__).parent / "device_memory.py"


def test_link_allocates_nothing_in_the_steady_state_with_the_heap_locked():
    command = [str(MICROPYTHON), "-X", "heapsize=192k", str(SCRIPT), str(ROOT / "firmware")]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
    assert (done.returncode, done.stdout, done.stderr) == (0, "bytes allocated: 0\n", "")


def verdicts_on_micropython(name: str) -> list[int]:
    script = SCRIPT.with_name("device_verdicts.py")
    arguments = [str(script), str(ROOT / "firmware"), str(VECTORS / name)]
    command = [str(MICROPYTHON), "-X", "heapsize=192k", *arguments]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=True)
    return [int(line) for line in done.stdout.split()]


def test_devices_codec_refuses_hostile_inputs_alike_on_micropython():
    expected = [getattr(codes, vector.name) for vector in read_vectors("hostile.txt")]
    assert verdicts_on_micropython("hostile.txt") == expected


def test_devices_codec_accepts_valid_messages_on_micropython():
    assert verdicts_on_micropython("messages.txt") == [codes.OK] * len(read_vectors("messages.txt"))
