"""A contactless reader at the end of a local socket: one JSON line an APDU, both in hexadecimal."""

from __future__ import annotations

import json
import socket
from collections.abc import Callable
from pathlib import Path

from tournee.services.calling import ServiceUnreachableError

_TIMEOUT_S = 5.0
_LINE_MAX = 4096


def transmit_over(path: Path) -> Callable[[bytes], bytes]:
    """What takes a command APDU to the phone that lies there. Raises ServiceUnreachableError."""

    def transmit(command: bytes) -> bytes:
        asked = json.dumps({"command": "apdu", "apdu": command.hex()}).encode() + b"\n"
        with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as link:
            link.settimeout(_TIMEOUT_S)
            try:
                link.connect(str(path))
                link.sendall(asked)
                told = json.loads(_line(link))
                return bytes.fromhex(told["result"])
            except (OSError, ValueError, KeyError, TypeError) as error:
                raise ServiceUnreachableError(
                    "Aucun téléphone n’est lu sans contact.",
                    cause="rien n’est posé sur le lecteur, ou il n’est pas là",
                    next_step="posez le téléphone, déverrouillé, ou lisez son code par la caméra",
                ) from error

    return transmit


def _line(link: socket.socket) -> bytes:
    data = b""
    while not data.endswith(b"\n") and len(data) < _LINE_MAX:
        part = link.recv(_LINE_MAX)
        if not part:
            break
        data += part
    return data
