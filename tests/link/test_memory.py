"""The device's codec, framing and link on MicroPython itself: nothing is allocated once they run."""

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parent.parent.parent
MICROPYTHON = Path(sys.executable).parent / "micropython"
SCRIPT = Path(__file__).parent / "device_memory.py"


def test_link_allocates_nothing_in_the_steady_state_with_the_heap_locked():
    command = [str(MICROPYTHON), "-X", "heapsize=96k", str(SCRIPT), str(ROOT / "firmware")]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
    assert (done.returncode, done.stdout, done.stderr) == (0, "bytes allocated: 0\n", "")
