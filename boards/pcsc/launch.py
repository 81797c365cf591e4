"""Start the board in this process, on the readers that are named (CPython, pyscard).

python -P launch.py FIRMWARE LEVEL PS VITALE [LINK]     its folder, least level that is logged, parts of names

LINK is the descriptor of a connected socket, the core's link; without it, what Windows shares of one comes by
standard input. Standard output tells who started it: first one line of JSON, `{}` or why it does not serve
(`reason`: `pyscard`, or that of a PcscError with its `names`), then a line for each record of the log, its
level first. The process ends with its link.
"""

import json
import logging
import socket
import sys
from pathlib import Path


def told(reason: str = "", names: tuple = ()) -> None:
    """Say that the board serves, or why it does not."""
    print(json.dumps({"reason": reason, "names": names} if reason else {}), flush=True)


def start(level: str, ps: str, vitale: str, *link: str) -> None:
    """Serve until the link ends."""
    line = socket.socket(fileno=int(link[0])) if link else socket.fromshare(sys.stdin.buffer.read())
    logging.basicConfig(level=int(level), stream=sys.stdout, format="%(levelno)d %(message)s")
    try:
        from smartcard import scard  # noqa: F401 - what pyscard is, and the system's library under it
    except ImportError:
        told("pyscard")
        return
    from main import open_slots, serve
    from readers import PcscError

    try:
        slots = open_slots(ps, vitale)
    except PcscError as error:
        told(error.reason, error.names)
        return
    told()
    serve(line, slots)


if __name__ == "__main__":
    # Both folders first: a `reader` or a `sesam` that somebody installed is not this one.
    sys.path[:0] = [sys.argv[1], str(Path(__file__).resolve().parent)]
    start(*sys.argv[2:])
