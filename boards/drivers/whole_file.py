"""A file of the board's own file system that is there whole, as it was or as it is to be, when power fails.

On littlefs, which puts a file in place of another at once; FAT does not.
"""

import os


class WholeFile:
    """One file, empty at first."""

    def __init__(self, name: str) -> None:
        self._name = name

    def load(self) -> bytes:
        """What `save` wrote last."""
        try:
            with open(self._name, "rb") as file:
                return file.read()
        except OSError:
            return b""

    def save(self, data: bytes) -> None:
        """Keep this in place of what was kept."""
        fresh = self._name + ".new"
        with open(fresh, "wb") as file:
            file.write(data)
        os.rename(fresh, self._name)
