"""A reader's link over Bluetooth LE, in terms of MicroPython's `bluetooth`: one characteristic is written,
one notifies, one tells who this is. Never yet run on hardware; the tests run it on a fake `bluetooth`, makers
on NimBLE itself (`./tools/dev bluetooth`).

What is written is taken only from a host that was paired by six digits, which the reader shows, with Secure
Connections, and that keeps the bond. The stack is NimBLE: another, which keeps no secrets with us, is refused
at the start.
"""

import struct

_CONNECT = 1
_DISCONNECT = 2
_MTU = 21
_ENCRYPTION = 28
_GET_SECRET = 29
_SET_SECRET = 30
_PASSKEY = 31

_READ = 0x0002
_WRITE_NO_RESPONSE = 0x0004
_WRITE = 0x0008
_NOTIFY = 0x0010
_WRITE_ENCRYPTED = 0x1000
_WRITE_AUTHENTICATED = 0x2000
_DISPLAY_ONLY = 0  # what the reader has: it shows digits
_SHOW = 3  # a passkey is to be shown

_SERVICE = "7a0e0001-5e5a-4d56-9a1e-746f75726e65"
_WRITTEN = "7a0e0002-5e5a-4d56-9a1e-746f75726e65"
_NOTIFIED = "7a0e0003-5e5a-4d56-9a1e-746f75726e65"
_IDENTITY = "7a0e0004-5e5a-4d56-9a1e-746f75726e65"
_BATTERY = b"\x0f\x18"

_HEAD = 3  # bytes of a notification around its value
_LEAST_MTU = 23
_MTU_WANTED = 247
_INTERVAL_US = 100_000  # between two advertisements
_NAME = 8  # most characters of a name: it stands beside a UUID in 31 bytes
_ADDRESS = 7  # bytes of a host's address and its kind: the key of its secrets
_BONDED = 74, 0x06  # a secret of NimBLE's, 80 bytes: which one has the bits `authenticated` and `sc`
_BONDED_ESP = 80, 0x03  # Espressif's NimBLE keeps a count for signatures before them: 88 bytes
_SECRET_ESP = 88
_NONE = -1
_PAUSE_MS = 5
_PATIENCE_MS = 1_000  # for room in the stack's own queue
_STRANGER_MS = 60_000  # of waiting with a host that is not let in: while it stays, no other finds the reader


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
            if keys != _ADDRESS or secure(one[2]):
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
        if len(key) != _ADDRESS:  # the stack's own
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
            if len(one[1]) == _ADDRESS and one[1] not in hosts:
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


class Gatt:
    """The stream that the core wants. `bluetooth` is the module, `room` the bytes that may wait to be read.

    `show(digits)` shows six digits, and None when they are to go; `random(n)` gives unguessable bytes;
    `pause(ms)` waits. ValueError for a stack that cannot pair as it is to, or keep bonds; it is off then.

    What fails in an event is raised by the next `read`, for the board to start anew: MicroPython would take
    away the handler that raises it, and the reader would be deaf for good.
    """

    def __init__(
        self,
        bluetooth: object,
        name: bytes,
        identity: bytes,
        room: int,
        bonds: Bonds,
        show: object,
        random: object,
        pause: object,
    ) -> None:
        self._bonds = bonds
        self._show = show
        self._random = random
        self._pause = pause
        self._failure = None
        self._host = _NONE  # the connection, and
        self._hosts = 0  # how many connections there were
        self._sure = False  # encrypted, by digits
        self._known = False  # by a secret that is `secure`
        self._trusted = False  # both: it is let in
        self._stranger = False  # paired as none may, or stayed too long without
        self._borne_ms = 0
        self._remembers = False  # the stack has asked for a secret
        self._size = _LEAST_MTU - _HEAD
        self._taken = b""  # read from the stack, not yet by the core
        self._at = 0
        self._battery = 0xFF
        self._name = name[:_NAME]
        uuid = bluetooth.UUID
        self._uuid = bytes(uuid(_SERVICE))
        ble = self._ble = bluetooth.BLE()
        ble.irq(self._event)  # first: on its way up the stack asks for its own secret
        ble.config(bond=True, mitm=True, le_secure=True, io=_DISPLAY_ONLY)
        ble.active(True)
        if not self._remembers:  # BTstack, which takes `bond` all the same, has neither these nor digits
            ble.active(False)
            raise ValueError("the stack asks for no secrets: no NimBLE")
        ble.config(gap_name=self._name, mtu=_MTU_WANTED)
        write = _WRITE | _WRITE_NO_RESPONSE | _WRITE_ENCRYPTED | _WRITE_AUTHENTICATED
        characteristics = ((uuid(_WRITTEN), write), (uuid(_NOTIFIED), _NOTIFY), (uuid(_IDENTITY), _READ))
        ((self._written, self._notified, told),) = ble.gatts_register_services(
            ((uuid(_SERVICE), characteristics),)
        )
        ble.gatts_set_buffer(self._written, room, True)  # what finds no room is dropped without a word
        ble.gatts_set_buffer(told, len(identity))
        ble.gatts_write(told, identity)
        self._advertise()

    def battery(self, percent: int) -> None:
        """Tell the charge in the advertisement, from the next one on."""
        self._battery = percent
        if self._host == _NONE:
            self._advertise()

    def read(self, buf: bytearray, timeout_ms: int) -> int:
        """Bytes read within `timeout_ms`; 0: none came."""
        if self._failure:
            raise self._failure
        self._bonds.keep()
        waited = 0
        while self._at >= len(self._taken):
            self._taken = self._ble.gatts_read(self._written)  # and empties it
            self._at = 0
            if not self._trusted:
                self._taken = b""
            if not self._taken:
                if waited >= timeout_ms:
                    return 0
                self._pause(_PAUSE_MS)
                waited += _PAUSE_MS
                if self._host != _NONE and not self._trusted:
                    self._borne_ms += _PAUSE_MS
                    if self._borne_ms >= _STRANGER_MS:
                        self._refuse()
        hosts, taken, at = self._hosts, self._taken, self._at  # an event may put others in their place
        n = min(len(buf), len(taken) - at)
        buf[:n] = taken[at : at + n]
        if hosts != self._hosts:
            return 0
        self._at = at + n
        return n

    def write(self, buf: bytearray, start: int, n: int) -> int:
        """Bytes notified now, one piece; what nobody hears is lost, as on a line. 0: the stack stays full."""
        piece = min(n, self._size)
        waited = 0
        hosts = self._hosts
        while self._trusted and hosts == self._hosts:
            try:
                self._ble.gatts_notify(self._host, self._notified, memoryview(buf)[start : start + piece])
                return piece
            except OSError:  # no room in the stack's queue, or the host has just gone
                if waited >= _PATIENCE_MS:
                    return 0
            self._pause(_PAUSE_MS)
            waited += _PAUSE_MS
        return n

    def _advertise(self) -> None:
        told = (
            b"\x02\x01\x06" + bytes((17, 0x07)) + self._uuid + bytes((len(self._name) + 1, 0x08)) + self._name
        )
        charge = b"" if self._battery > 100 else b"\x04\x16" + _BATTERY + bytes((self._battery,))
        self._ble.gap_advertise(_INTERVAL_US, told, resp_data=charge)

    def _event(self, event: int, data: tuple) -> object:
        try:
            return self._happens(event, data)
        except Exception as failure:
            self._failure = failure
            self._sure = self._trusted = False
            return None

    def _happens(self, event: int, data: tuple) -> object:
        if event == _GET_SECRET:
            self._remembers = True
            found = self._bonds.get(*data)
            if found is not None and data[1] == 0 and data[2] is not None and len(data[2]) == _ADDRESS:
                self._known = True  # all that are kept are secure
            return found
        if event == _SET_SECRET:
            return self._remember(*data)
        if event == _CONNECT:
            self._begin(data[0])
        elif event == _DISCONNECT and data[0] == self._host:
            self._begin(_NONE)
            self._advertise()
        elif event == _MTU and data[0] == self._host:
            self._size = data[1] - _HEAD
        elif event == _ENCRYPTION and data[0] == self._host:
            self._encrypted(data[1], data[2], data[3])
        elif event == _PASSKEY:
            self._passkey(data[0], data[1])
        return None

    def _remember(self, kind: int, key: bytes, value: object) -> bool:
        """Keep a secret or, without a value, forget it. Those of a pairing come after its `_ENCRYPTION`."""
        if len(key) == _ADDRESS:
            self._known = value is not None and secure(value)
            if value is not None and not self._known:
                self._refuse()
            if value is not None and self._stranger:
                return False
        found = self._bonds.put(kind, key, value)
        self._trust()
        return found

    def _trust(self) -> None:
        """Let the host in that is sure and known, and keep its bond."""
        self._trusted = self._sure and self._known and not self._stranger
        if self._trusted:
            self._bonds.confirm()

    def _begin(self, host: int) -> None:
        """Another connection, or none: nothing of the one before is left."""
        self._host = host
        self._hosts += 1
        self._sure = self._known = self._trusted = False
        self._stranger = False
        self._borne_ms = 0
        self._bonds.drop()
        self._size = _LEAST_MTU - _HEAD
        self._taken = b""
        self._at = 0
        self._ble.gatts_read(self._written)
        self._show(None)

    def _encrypted(self, encrypted: object, authenticated: object, bonded: object) -> None:
        self._show(None)
        self._sure = bool(encrypted and authenticated and bonded)
        self._trust()
        if encrypted and not self._sure:  # nobody stands behind it, or no secret will
            self._refuse()

    def _refuse(self) -> None:
        """Send the host away: it has paired as none may, and nothing of it is kept."""
        self._trusted = False
        self._bonds.drop()
        if not self._stranger:
            self._stranger = True
            self._send_away(self._host)

    def _send_away(self, host: int) -> None:
        try:
            self._ble.gap_disconnect(host)
        except OSError:  # it has gone, or is going
            pass

    def _passkey(self, host: int, action: int) -> None:
        self._known = False  # it pairs anew
        if action != _SHOW:
            self._send_away(host)
            return
        digits = int.from_bytes(self._random(4), "big") % 1_000_000
        try:
            self._ble.gap_passkey(host, action, digits)
        except OSError:  # it has gone
            return
        self._show(digits)
