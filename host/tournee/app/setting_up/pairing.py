"""A reader put in use: over a cable or the radio, with the code of its label, seen to answer before."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from tournee.config import load_config
from tournee.config.editing import remember_reader, use_port
from tournee.config.readers import KnownReader, keep_secret
from tournee.errors import ReaderError
from tournee.reader import Identity, Reader
from tournee.reader.label import read_label

BY_PAGE = "page:"
"""A port that says that the page brings the reader; its name follows."""


@dataclass(frozen=True)
class PortSeen:
    """A serial port of this machine, and what is said of what is behind it."""

    port: str
    name: str


def serial_ports() -> Sequence[PortSeen]:
    """The ports that something is plugged into."""
    from serial.tools.list_ports import comports  # only when somebody looks

    found = [one for one in comports() if one.vid is not None or "USB" in (one.hwid or "")]
    return [PortSeen(one.device, one.product or one.description or one.device) for one in sorted(found)]


def pair_by_cable(path: Path, port: str, code: str) -> Identity:
    """Put the reader at this port in use, if it answers; `code` is its label's, "" for a reader without one.

    LabelError, ReaderError, ConfigError: nothing is changed.
    """
    port = port.strip()
    if not port:
        raise ReaderError(
            "Aucun port n’est choisi.", next_step="branchez le lecteur, puis choisissez son port"
        )
    secret = read_label(code).secret if code.strip() else None
    identity = _answers(port, secret)
    home = load_config(path).path.parent
    use_port(path, port, "" if secret is None else keep_secret(home, port, secret))
    return identity


def pair_by_page(path: Path, name: str, code: str) -> None:
    """Have the page bring the reader of this name. LabelError, ConfigError: nothing is changed."""
    secret = read_label(code).secret
    port = f"{BY_PAGE}{name}"
    use_port(path, port, keep_secret(load_config(path).path.parent, port, secret))


def pair_by_radio(
    path: Path, address: str, name: str, code: str, pair: Callable[[str], None] | None = None
) -> Identity:
    """Pair with the reader of this address and put it in use. `pair` joins it, the platform's Bluetooth when
    None. LabelError before anything is done; NotPaired, ReaderError, ConfigError.
    """
    secret = read_label(code).secret
    if pair is None:
        from tournee.reader.transports.bluetooth import pair as joined  # loads the platform's stack

        pair = joined
    pair(address)
    known = KnownReader(address, name)
    identity = _answers(known.port, secret)
    home = load_config(path).path.parent
    remember_reader(path, KnownReader(address, name, keep_secret(home, known.port, secret)))
    return identity


def _answers(port: str, secret: bytes | None) -> Identity:
    with Reader.open(port, secret=secret) as reader:
        return reader.identify()
