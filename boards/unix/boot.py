"""Mount the flash (its address and size come first in argv) and run what it holds, in place (MicroPython)."""

import gc
import sys

import uctypes
import vfs

vfs.mount(vfs.VfsRom(uctypes.bytearray_at(int(sys.argv[1]), int(sys.argv[2]))), "/flash")
sys.path[:] = ("/flash",)
gc.threshold(1024)  # what boot leaves is collected as it goes, so that what stays lies close together
main = __import__("main")
gc.threshold(-1)  # a frame counts as allocated: the collector would run every few calls from now on
if hasattr(main, "run"):  # its top has ended: what that took is given back
    main.run()
