"""Start MicroPython in this process, the firmware's image mapped as the flash that its code runs from
(CPython).

python launch.py HEAP IMAGE LINK PS VITALE      heap in bytes, image file, three descriptors
"""

import ctypes
import mmap
import sys
from pathlib import Path

from micropython_module import run_main

heap, image, *descriptors = sys.argv[1:]
with Path(image).open("rb") as file:
    flash = mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_COPY)
address = ctypes.addressof(ctypes.c_char.from_buffer(flash))
boot = str(Path(__file__).with_name("boot.py"))
run_main(["micropython", "-X", f"heapsize={heap}", boot, str(address), str(len(flash)), *descriptors])
