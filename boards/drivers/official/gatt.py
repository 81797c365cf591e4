"""A reader's link over Bluetooth LE, in terms of MicroPython's `bluetooth`: one characteristic is written,
one notifies, one tells who this is. Never yet run on hardware; the tests run it on a fake `bluetooth`, makers
on NimBLE itself (`./tools/dev bluetooth`).

What is written is taken only from a host that was paired by six digits, which the reader shows, with Secure
Connections, and that keeps the bond. The stack is NimBLE: another, which keeps no secrets with us, is refused
at the start.
"""

from kept_bonds import ADDRESS, Bonds, secure

from sesam.octets import copy

_CONNECT = 1
_DISCONNECT = 2
_WROTE = 3
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
_NONE = -1
_PAUSE_MS = 5
_PATIENCE_MS = 1_000  # for room in the stack's own queue
_STRANGER_MS = 60_000  # of waiting with a host that is not let in: while it stays, no other finds the reader


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
        self._waits = False  # something with the stack: what is read makes an object, empty or not
        self._taken = b""  # read from the stack, not yet by the core
        self._at = 0
        self._piece = bytearray(_MTU_WANTED - _HEAD)  # what is notified
        self._view = memoryview(self._piece)
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
            if self._waits:
                self._waits = False  # first: more may come at any time
                self._taken = self._ble.gatts_read(self._written)  # and empties it
                self._at = 0
            if not self._trusted:
                self._taken = b""
            if self._at >= len(self._taken):
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
        copy(buf, 0, taken, at, n)
        if hosts != self._hosts:
            return 0
        self._at = at + n
        return n

    def write(self, buf: bytearray, start: int, n: int) -> int:
        """Bytes notified now, one piece; what nobody hears is lost, as on a line. 0: the stack stays full."""
        piece = min(n, self._size, len(self._piece))
        copy(self._piece, 0, buf, start, piece)
        data = self._piece if piece == len(self._piece) else self._view[:piece]
        waited = 0
        hosts = self._hosts
        while self._trusted and hosts == self._hosts:
            try:
                self._ble.gatts_notify(self._host, self._notified, data)
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
        if event == _WROTE:
            self._waits = True
            return None
        if event == _GET_SECRET:
            self._remembers = True
            found = self._bonds.get(*data)
            if found is not None and data[1] == 0 and data[2] is not None and len(data[2]) == ADDRESS:
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
        if len(key) == ADDRESS:
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
        self._waits = False
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
