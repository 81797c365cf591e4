"""Runs on a board in place of the reader: what the link over the air takes of the heap, on a stack that takes
none itself. Prints bytes for each of some turns."""

import gc

from gatt import Gatt
from kept_bonds import Bonds

from sesam.port import const

_TURNS = const(50)
_PIECE = const(244)
_SECRET = bytes(74) + b"\x06" + bytes(5)  # of NimBLE's: by digits, by Secure Connections
_HOST = b"\x00\xf0\xf1\xf2\xf3\xf4\xf5"


class Stack:
    """`bluetooth`, and its BLE: what is read was made before."""

    def __init__(self) -> None:
        self.piece = b""
        self.told = 0
        self.reads = 0

    def BLE(self) -> object:  # noqa: N802 (as `bluetooth` has it)
        return self

    def UUID(self, text: str) -> bytes:  # noqa: N802
        return text.encode()

    def irq(self, handler: object) -> None:
        self.event = handler

    def config(self, **values: object) -> None:
        pass

    def active(self, on: bool) -> None:
        self.event(29, (1, 0, None))

    def gatts_register_services(self, services: object) -> object:
        return ((1, 2, 3),)

    def gatts_set_buffer(self, *values: object) -> None:
        pass

    gatts_write = gap_disconnect = gatts_set_buffer

    def gap_advertise(self, interval: int, told: bytes, resp_data: bytes) -> None:
        pass

    def gatts_read(self, handle: int) -> bytes:
        piece = self.piece
        self.piece = b""
        self.reads += 1
        return piece

    def gatts_notify(self, host: int, handle: int, data: object) -> None:
        self.told += len(data)


def connected(stack: Stack) -> Gatt:
    """A link with a host that is let in."""
    bonds = Bonds(4, bytes, len)
    gatt = Gatt(stack, b"T", b"open-1", 5000, bonds, bool, bytes, bool)
    stack.event(1, (7, 0, _HOST))
    stack.event(21, (7, 247))
    stack.event(30, (2, _HOST, _SECRET))
    stack.event(28, (7, 1, 1, 1, 16))
    return gatt


def spent(work: object, *arguments: object) -> int:
    """Bytes that a turn takes, the first one besides."""
    work(*arguments)
    gc.collect()
    gc.disable()
    before = gc.mem_alloc()
    for _ in range(_TURNS):
        work(*arguments)
    taken = gc.mem_alloc() - before
    gc.enable()
    return taken // _TURNS


def run() -> None:
    """A piece read in two, nothing to read, how often the stack was asked until then, an event, a whole piece
    notified, a short one."""
    stack = Stack()
    gatt = connected(stack)
    buf = bytearray(_PIECE)
    piece = bytes(range(_PIECE))
    event = 3, (7, 1)

    def read() -> None:
        stack.piece = piece
        stack.event(*event)
        gatt.read(part, 0)
        gatt.read(buf, 0)

    part = bytearray(100)
    print("begin", spent(read), spent(gatt.read, buf, 0), stack.reads, spent(stack.event, *event))
    print(spent(gatt.write, buf, 0, _PIECE), spent(gatt.write, buf, 3, 100), len(part), len(buf), stack.told)
