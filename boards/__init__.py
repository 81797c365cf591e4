"""A folder a board, and what makes of the firmware an image for it: `tournee.boards` to the host.

Modules of this folder and of `imagec` are the maker's; a board's own folder is data, as `drivers`, `port`,
`probes` and `keys` are: what is in them runs on the board, or in a process of its own.
"""

from pathlib import Path

BOARDS = Path(__file__).resolve().parent
FIRMWARE = BOARDS.parent / "firmware"
