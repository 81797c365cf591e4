"""How cuts are judged: what a flash holds, where it becomes another, what a card had done by then."""

import hashlib
import subprocess
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[2] / "tools" / "chip"))

import cuts
import mounted

FILES = {"journal0": b"\1" * 4096, "journal1": b"\2" * 300}
MAKE = """
import sys, vfs
class Disk:
    def __init__(self, name, size):
        self._file = open(name, "r+b")
        self._start, self._blocks = self._file.seek(0, 2) - size, size // 4096
    def readblocks(self, block, buf, at=0):
        self._file.seek(self._start + block * 4096 + at)
        self._file.readinto(buf)
        return 0
    def writeblocks(self, block, buf, at=0):
        self._file.seek(self._start + block * 4096 + at)
        self._file.write(buf)
        return 0
    def ioctl(self, what, value):
        if what == 6:
            return self.writeblocks(value, b"\\xff" * 4096)
        return self._blocks if what == 4 else 4096 if what == 5 else 0
disk = Disk(sys.argv[1], int(sys.argv[2]))
vfs.VfsLfs2.mkfs(disk, progsize=256)
vfs.mount(vfs.VfsLfs2(disk, progsize=256), "/flash")
for name, data in FILES.items():
    with open("/flash/" + name, "wb") as file:
        file.write(data)
vfs.umount("/flash")
"""


def test_a_flash_is_read_as_the_board_would_and_a_broken_one_says_so(tmp_path):
    whole, erased = tmp_path / "whole.bin", tmp_path / "erased.bin"
    for image in (whole, erased):
        image.write_bytes(b"\xff" * (2 << 20))
    script = tmp_path / "make.py"
    script.write_text(MAKE.replace("FILES", repr(FILES)))
    command = [sys.executable, "-I", "-c", mounted._RUN, "micropython", "-X", "heapsize=4m", str(script)]
    subprocess.run([*command, str(whole), str(mounted.STORAGE)], check=True)
    before = whole.read_bytes()
    read, broken = mounted.files_of([whole, erased], list(FILES), tmp_path / "read.py")
    assert read == hashlib.sha256(b"".join(FILES.values())).hexdigest()
    assert broken.startswith("OSError")
    assert whole.read_bytes() == before


def test_files_become_others_in_turn_and_never_what_they_were():
    assert cuts._whole(["a", "a", "b", "c"])[0]
    assert not cuts._whole(["a", "b", "a"])[0]
    assert not cuts._whole(["a", "OSError 84", "b"])[0]


def test_the_board_is_started_on_both_sides_of_each_turn():
    images = [Path(str(number)) for number in range(6)]
    assert sorted(path.name for path in cuts._turns(images, list("aabbbb"))) == ["0", "1", "2", "5"]
    assert sorted(path.name for path in cuts._turns(images, list("aaaaaa"))) == ["0", "5"]


def line(*parts):
    told = []
    for sender, data in parts:
        told += [
            {"slot": 0, "at": len(told) + n, "from": sender, "byte": byte} for n, byte in enumerate(data)
        ]
    return told


def test_a_card_has_signed_once_its_whole_answer_is_on_the_line():
    read = ("reader", b"\x00\xb0\x00\x00\x00"), ("card", b"\x2a\x9e\x9a" + bytes(300))
    asked = (
        ("reader", b"\x00\x2a\x9e\x9a\x00"),
        ("card", b"\x61\x00"),
        ("reader", b"\x00\xc0\x00\x00\x00"),
        ("card", b"\xc0" + bytes(258)),
    )
    whole = line(*read, *asked)
    assert cuts._signed_before(whole, len(whole))
    assert not cuts._signed_before(whole, len(whole) - 5)
    assert not cuts._signed_before(line(*read), 999)


def test_two_signatures_of_one_invoice_are_right_only_where_the_reader_told_it_first():
    assert cuts._wrong(False, 1, [], True) == ""
    assert cuts._wrong(True, 0, [], True) == ""
    assert cuts._wrong(True, 1, [0], True) == ""
    assert cuts._wrong(False, 1, [0], True) == ""  # asked for, and not yet given
    assert cuts._wrong(True, 1, [], True)
    assert cuts._wrong(True, 1, [1], True)
    assert cuts._wrong(False, 2, [0], True)
    assert cuts._wrong(False, 0, [], True)
    assert cuts._wrong(False, 1, [], False)
