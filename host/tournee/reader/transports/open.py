"""Where a reader is, as one URL, and the stream that leads there."""

from tournee.reader.transports.pcsc import SCHEME, open_pcsc
from tournee.reader.transports.streams import SerialTransport, SocketTransport, Transport

_BLUETOOTH = "ble:"


def connect(url: str) -> Transport:
    """Open the stream of a URL: `/dev/ttyACM0`, `COM3`, a pseudo-terminal, `socket://host:port`, `pcsc:`,
    `ble:address`, …

    TransportClosed when it cannot be opened, ReaderInUse when another program has it, PcscUnavailable when
    PC/SC cannot serve, NotPaired when the reader does not know this host.
    """
    if url.startswith("socket://"):
        return SocketTransport.over_tcp(url)
    if url.startswith(SCHEME):
        return SocketTransport(url, *open_pcsc(url))
    if url.startswith(_BLUETOOTH):
        from tournee.reader.transports.bluetooth import BluetoothTransport  # loads the platform's stack

        return BluetoothTransport(url.removeprefix(_BLUETOOTH))
    return SerialTransport(url)
