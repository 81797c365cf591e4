"""Run by the maker before a board is flashed again: removes what is in its files but for what a reader keeps.

Old modules would be found before new ones, or take their room. Its secret, journal, bonds and last word stay.
"""

import os

KEPT = ("journal0", "journal1", "bonds", "last_word")
FILES = ()  # of what is copied then: those that are there already may stay
FOLDERS = ()  # for them
_FOLDER = 0x4000


def remove(folder: str) -> None:
    """Remove all of a folder that is not kept at the top."""
    for name, kind, *_ in list(os.ilistdir(folder or ".")):
        path = folder + name
        if kind == _FOLDER:
            remove(path + "/")
            if path not in FOLDERS:
                os.rmdir(path)
        elif path not in KEPT + FILES:
            os.remove(path)


remove("")
for new in FOLDERS:
    try:
        os.mkdir(new)
    except OSError:
        pass
