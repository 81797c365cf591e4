"""The last gallery, kept small: each picture as grey blocks of some twenty pixels, a line of text.

Some 270 pictures are tens of megabytes and change with every date on them; their blocks are a tenth of a
megabyte and travel with the repository, so that a fresh clone compares too. Two pictures are alike when few
blocks differ by more than a little: a button that moved, a part that is gone or a theme that broke is seen,
another word of the same length is not.
"""

from __future__ import annotations

import base64
import zlib
from collections.abc import Iterator, Mapping
from pathlib import Path

from PIL import Image, ImageChops

KEPT = Path(__file__).with_name("last.txt")
BLOCKS = 40
"""In a picture's width."""

_GREYS = 16
_A_LITTLE = 2  # of these greys
_FEW = 0.01  # of a picture's blocks


class LastGallery:
    """The gallery in `file`: a name and its blocks a line, sorted."""

    def __init__(self, file: Path = KEPT) -> None:
        self._file = file
        lines = file.read_text("ascii").splitlines() if file.exists() else []
        self._kept = dict(line.split(" ") for line in lines)

    def differing(self, pictures: Mapping[str, Path]) -> Iterator[str]:
        """A line for each picture that differs, is new or is gone."""
        for name, path in sorted(pictures.items()):
            if name not in self._kept:
                yield f"new: {name}"
            elif (share := _share(_unpacked(self._kept[name]), blocks(path))) > _FEW:
                yield f"changed: {name}, {share:.1%} of it"
        yield from (f"gone: {name}" for name in sorted(self._kept.keys() - pictures.keys()))

    def keep(self, pictures: Mapping[str, Path]) -> None:
        """This gallery is the last one from now on; a picture that is hardly another keeps its line."""
        changed = {line.split(" ")[1].rstrip(",") for line in self.differing(pictures)}
        lines = [
            f"{name} {_packed(blocks(path)) if name in changed else self._kept[name]}"
            for name, path in sorted(pictures.items())
        ]
        self._file.write_text("\n".join(lines) + "\n", "ascii")


def blocks(path: Path) -> Image.Image:
    """A picture's blocks, in few greys."""
    with Image.open(path) as picture:
        height = round(BLOCKS * picture.height / picture.width)
        grey = picture.convert("L").resize((BLOCKS, height), Image.Resampling.BOX)
    return grey.point(lambda value: value * _GREYS // 256)


def _share(before: Image.Image, after: Image.Image) -> float:
    """Of blocks that differ by more than a little; all of them in pictures of two sizes."""
    if before.size != after.size:
        return 1.0
    apart = ImageChops.difference(before, after).histogram()
    return sum(apart[_A_LITTLE:]) / (before.width * before.height)


def _packed(of: Image.Image) -> str:
    data = of.tobytes()
    pairs = bytes(data[at] << 4 | data[at + 1] for at in range(0, len(data), 2))
    return base64.b64encode(zlib.compress(pairs, 9)).decode("ascii")


def _unpacked(told: str) -> Image.Image:
    pairs = zlib.decompress(base64.b64decode(told))
    data = bytes(grey for pair in pairs for grey in (pair >> 4, pair & 15))
    return Image.frombytes("L", (BLOCKS, len(data) // BLOCKS), data)
