"""Run by the maker to make a board new: every block of its file system is erased, secret and journal with it.

To remove a file would leave its bytes in flash; an erased block holds nothing.
"""

import os

import vfs

_COUNT, _ERASE = 4, 6  # of ioctl (vfs.AbstractBlockDev)
_PROGRAM = 256  # bytes, as these chips write them

try:
    from rp2 import Flash

    device = Flash()
except ImportError:
    from esp32 import Partition

    device = Partition.find(Partition.TYPE_DATA, label="vfs")[0]

os.chdir("/")
vfs.umount("/")
for block in range(device.ioctl(_COUNT, 0)):
    device.ioctl(_ERASE, block)
    if not block % 64:
        print("erased", block)  # silence would be taken for a dead board
vfs.VfsLfs2.mkfs(device, progsize=_PROGRAM)
vfs.mount(vfs.VfsLfs2(device, progsize=_PROGRAM), "/")
