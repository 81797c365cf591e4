"""What a Bluetooth stack asks a reader to remember: its own secrets, and those of hosts that have paired."""

import struct

ADDRESS = 7  # bytes of a host's address and its kind: the key of its secrets
_BONDED = 74, 0x06  # a secret of NimBLE's, 80 bytes: which one has the bits `authenticated` and `sc`
_BONDED_ESP = 80, 0x03  # Espressif's NimBLE keeps a count for signatures before them: 88 bytes
_SECRET_ESP = 88


class Bonds:
    """What the stack asks to be remembered: its own secrets, and those of paired hosts, at most so many; the
    one that paired longest ago goes first.

    Secrets of a host count from `confirm` on: one that pairs without digits, under whatever address, takes
    nobody's place. Those of a pairing that is not `secure` are not kept. `load()` gives what
    `save(data)` was given last, empty bytes at first.
    """

    def __init__(self, most: int, load: object, save: object) -> None:
        self._most = most
        self._save = save
        self._kept = []  # (kind, key, value), the newest last
        self._dirty = False
        data = load()
        at = 0
        while at < len(data):
            kind, keys, values = struct.unpack_from("<HBB", data, at)
            at += 4
            one = kind, data[at : at + keys], data[at + keys : at + keys + values]
            at += keys + values
            if keys != ADDRESS or secure(one[2]):
                self._kept.append(one)
            else:
                self._dirty = True
        self._asked = self._kept  # as the stack has it: what is kept, and what the host that is here changes

    def get(self, kind: int, index: int, key: object) -> object:
        """A secret by its key, or the one of this rank among its kind; None where there is none."""
        key = None if key is None else bytes(key)
        for one in self._asked:
            if one[0] == kind and (key is None or one[1] == key):
                if key is not None or index == 0:
                    return one[2]
                index -= 1
        return None

    def put(self, kind: int, key: object, value: object) -> bool:
        """Remember a secret, or with no value forget it; whether there is something now, or was: NimBLE has a
        key forgotten again and again, until nothing was there."""
        key = bytes(key)
        was = self.get(kind, 0, key) is not None
        value = None if value is None else bytes(value)
        if len(key) != ADDRESS:  # the stack's own
            self._kept = _changed(self._kept, kind, key, value)
            self._dirty = True
        self._asked = _changed(self._asked, kind, key, value)
        return was or value is not None

    def confirm(self) -> None:
        """Six digits stand behind the host that is here: what it changed is to be kept."""
        if self._asked == self._kept:
            return
        hosts = []
        for one in reversed(self._asked):
            if len(one[1]) == ADDRESS and one[1] not in hosts:
                hosts.append(one[1])
        gone = hosts[self._most :]
        self._kept = self._asked = [one for one in self._asked if one[1] not in gone]
        self._dirty = True

    def drop(self) -> None:
        """Another connection, or a host without digits: what was not confirmed never was."""
        self._asked = self._kept

    def keep(self) -> None:
        """Write down what has changed; not in an interrupt."""
        if self._dirty:
            self._dirty = False
            self._save(
                b"".join(
                    struct.pack("<HBB", kind, len(key), len(value)) + key + value
                    for kind, key, value in self._kept
                )
            )


def secure(value: bytes) -> bool:
    """Whether a host's secret was made with digits and with Secure Connections: without them who heard the
    pairing knows it, digits or not (Bluetooth Core 5.4, vol. 3, part H 2.4.4)."""
    at, bits = _BONDED_ESP if len(value) == _SECRET_ESP else _BONDED
    return len(value) > at and value[at] & bits == bits


def _changed(secrets: list, kind: int, key: bytes, value: object) -> list:
    """The secrets with another value behind a key, the newest last, or without it."""
    left = [one for one in secrets if one[:2] != (kind, key)]
    if value is not None:
        left.append((kind, key, value))
    return left
