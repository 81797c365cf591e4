"""No image of this process on a disk: its memory holds the code porteur, keys and patients."""

import sys
from contextlib import suppress

_PR_SET_DUMPABLE = 4  # linux/prctl.h


def forbid_core_files() -> None:
    """Have the system write no core file if this process, or one that it starts, crashes."""
    with suppress(ImportError, OSError, ValueError):  # Windows has none
        import resource

        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def forbid_dumps() -> None:
    """No core file, and on Linux no image for a crash handler or for another program of the same user.

    For commands that hold a code or a key, not for a library: whoever called that may want to be debugged.
    """
    forbid_core_files()
    if sys.platform == "linux":
        with suppress(ImportError, OSError, AttributeError):
            import ctypes  # the keyring has loaded it, where there is one

            ctypes.CDLL(None).prctl(_PR_SET_DUMPABLE, 0, 0, 0, 0)
