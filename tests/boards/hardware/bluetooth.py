"""A fake of MicroPython's `bluetooth`: what its documentation promises (buffers that drop without a word,
queues that fill) and nothing more. `Server` is for one process; `Radio` has its host at the other end of a
stream, as frames `tag, length (2 bytes), payload`. Runs on MicroPython and CPython.
"""

_CONNECT, _DISCONNECT, _WRITE, _MTU, _ENCRYPTION, _PASSKEY = 1, 2, 3, 21, 28, 31
_GET_SECRET, _SET_SECRET, _OWN = 29, 30, 10
_BOND = (1, 2)  # kinds of a paired host's secrets: ours for it, its own
_ENDLESS = 100
_SHOW = 3
_ALREADY, _NOT_CONNECTED = 114, 107  # EALREADY, ENOTCONN
_AUTHENTICATED, _SECURE = 2, 4  # bits of a secret, beside one of no matter here
_FLAGS = 74  # the byte that has them
_KEY = 24  # where a secret's key begins
_HANDLES = (10, 12, 15)  # of the values, in the order of registration
_DEFAULT_ROOM = 20
_CONNECTION = 1
_QUEUE = 3  # notifications that wait for a connection event
_LEAVES_MS = 100  # the longest that a notification stays with the stack
_EVENT_MS = 4  # between two of them

# frames of `Radio`: from the host, and to it
CONNECTED, LEFT, SIZED, PAIRED, WRITTEN, ASKED, FAILED, KNOWN, SILENT, TURN = range(10)
NOTIFIED, ADVERTISED, DIGITS, DROPPED, LOST, WAITED, AGAIN, TURNED = range(8)

radio = None  # what `BLE()` gives, where it is set


class UUID:
    """The 128-bit kind."""

    def __init__(self, text):
        self.text = text

    def __iter__(self):
        return iter(reversed(bytes.fromhex(self.text.replace("-", ""))))


def secret(address, key, authenticated=True, secure=True):
    """A host's secret as NimBLE has it: address, size of the key, EDIV and Rand (zero with Secure
    Connections), the key and two more, each with whether it is there; then how it came about."""
    ediv = b"" if secure else b"\x12\xbe"
    rand = b"" if secure else b"\xa6\x0d\x0e\x98"
    whole = bytearray(80)
    whole[:8] = bytes(address) + b"\x10"
    whole[8 : 8 + len(ediv)] = ediv
    whole[16 : 16 + len(rand)] = rand
    whole[_KEY : _KEY + len(key)] = key
    whole[40] = 1
    whole[_FLAGS] = _AUTHENTICATED * bool(authenticated) | _SECURE * bool(secure)
    return bytes(whole)


class Server:
    """The radio: what was configured, advertised, notified; values as a GATT server keeps them."""

    def __init__(self):
        self.configured, self.notified, self.passkeys, self.dropped = {}, [], [], []
        self.values, self.room = {}, dict.fromkeys(_HANDLES, (_DEFAULT_ROOM, False))
        self.connected, self.leaving = [], []
        self.full = 0
        self.lost = 0  # bytes of writes that found no room
        self.advertised = None
        self.on = False
        self.handler = None
        self.nimble = True  # or BTstack: it takes `bond`, and keeps all secrets itself

    def active(self, on):
        """On its way up NimBLE asks for its identity key, and makes one where there is none; before and after
        it looks for those of its hosts."""
        self.on = on
        if on and self.nimble:
            self._look_for_hosts()
            if not self.event(_GET_SECRET, (_OWN, 0, b"irk")):
                self.event(_SET_SECRET, (_OWN, memoryview(b"irk"), memoryview(b"identity of ours")))
            self._look_for_hosts()

    def _look_for_hosts(self):
        rank = 0
        while self.event(_GET_SECRET, (_BOND[1], rank, None)) is not None:
            rank += 1

    def paired(self, connection, address, key, authenticated=True, secure=True, bonded=True, keys=_BOND):
        """What NimBLE tells of a pairing that came to its end: how the connection is encrypted, then its
        secrets, ours first; `keys` are those that both have given."""
        self.event(_ENCRYPTION, (connection, True, authenticated, bonded, 16))
        for kind in keys if bonded else ():
            value = secret(address, key, authenticated, secure)
            if not self.event(_SET_SECRET, (kind, memoryview(address), memoryview(value))):
                self.event(_GET_SECRET, (_BOND[0], 0, memoryview(address)))

    def not_paired(self, connection):
        """What NimBLE tells of a pairing that has failed."""
        self.event(_ENCRYPTION, (connection, False, False, False, 0))

    def encrypted_again(self, connection, address, key=None):
        """A host of a bond comes back: with our key, if the driver has it; whether it is the host's."""
        kept = self.event(_GET_SECRET, (_BOND[0], 0, memoryview(address)))
        if kept is not None and key and bytes(kept[_KEY : _KEY + len(key)]) != key:
            kept = None
        if kept is not None:
            self.event(_ENCRYPTION, (connection, True, bool(kept[_FLAGS] & _AUTHENTICATED), True, 16))
        return kept is not None

    def pair_again(self, address):
        """What NimBLE does first when a host pairs: where something is kept of it, it has that forgotten,
        over and over until it hears that nothing was there. How often something was; RuntimeError where there
        is no end."""
        found = 0
        known = self.event(_GET_SECRET, (_BOND[1], 0, memoryview(address))) is not None
        for kind in _BOND if known else ():
            while self.event(_SET_SECRET, (kind, memoryview(address), None)):
                found += 1
                if found > _ENDLESS:
                    raise RuntimeError("SET_SECRET without a value is never answered False")
        return found

    def irq(self, handler):
        self.handler = handler

    def event(self, event, data):
        """Tell the driver. As MicroPython has it: a handler that raises is taken away, and hears no more."""
        if event == _CONNECT:
            self.connected.append(data[0])
        elif event == _DISCONNECT:
            self.connected = [one for one in self.connected if one != data[0]]
            self.leaving = [one for one in self.leaving if one != data[0]]
        if self.handler is None:
            return None
        try:
            return self.handler(event, data)
        except Exception as error:
            self.handler = None
            print("Unhandled exception in IRQ callback handler", repr(error))
            return None

    def config(self, **values):
        self.configured.update(values)

    def gatts_register_services(self, services):
        self.services = services
        return (_HANDLES,)

    def gatts_set_buffer(self, handle, length, append=False):
        self.room[handle] = (length, append)

    def gatts_write(self, handle, data):
        self.values[handle] = bytes(data)

    def gatts_read(self, handle):
        value = self.values.get(handle, b"")
        if self.room[handle][1]:
            self.values[handle] = b""
        return value

    def gatts_notify(self, connection, handle, data):
        if self.full:
            self.full -= 1
            raise OSError(12)  # ENOMEM
        self.notified.append((connection, handle, bytes(data)))

    def gap_advertise(self, interval_us, adv_data, *, resp_data=None):
        self.advertised = (bytes(adv_data), bytes(resp_data or b""))

    def gap_passkey(self, connection, action, passkey):
        if connection not in self.connected:
            raise OSError(_NOT_CONNECTED)
        self.passkeys.append((connection, action, passkey))

    def gap_disconnect(self, connection):
        if connection not in self.connected:
            raise OSError(_NOT_CONNECTED)
        if connection in self.leaving:
            raise OSError(_ALREADY)
        self.leaving.append(connection)
        self.dropped.append(connection)

    def write_from_host(self, connection, data):
        """What the stack does with a write that its flags let through."""
        length, append = self.room[_HANDLES[0]]
        before = self.values.get(_HANDLES[0], b"") if append else b""
        self.lost += max(0, len(before) + len(data) - length)
        self.values[_HANDLES[0]] = (before + data)[:length]
        self.event(_WRITE, (connection, _HANDLES[0]))


class Radio(Server):
    """A radio whose host is at the other end of `stream`; `ticks` gives milliseconds. It tells its host what
    no radio tells: bytes that found no room, and the most that ever waited."""

    def __init__(self, stream, ticks, pairs=True):
        super().__init__()
        self._stream, self._ticks, self._pairs = stream, ticks, pairs
        self.nimble = pairs != "btstack"
        self._most = 0
        self._turning = False
        self._came = self._peer = b""
        self._chunk = bytearray(512)
        self._next_event = self._notified_at = ticks()

    def config(self, **values):
        if "bond" in values and not self._pairs:
            raise ValueError("unknown config param")
        super().config(**values)

    def gatts_read(self, handle):
        self.turn()
        return super().gatts_read(handle)

    def gatts_notify(self, connection, handle, data):
        self.turn()
        self.full = len(self.notified) >= _QUEUE
        self._notified_at = self._ticks()
        super().gatts_notify(connection, handle, data)

    def gap_advertise(self, interval_us, adv_data, *, resp_data=None):
        super().gap_advertise(interval_us, adv_data, resp_data=resp_data)
        self._tell(ADVERTISED, bytes(adv_data))

    def gap_passkey(self, connection, action, passkey):
        self._tell(DIGITS, passkey.to_bytes(4, "big"))

    def off(self):
        """The board starts anew: what was notified a moment ago never leaves, the host notices."""
        if self._ticks() - self._notified_at >= _LEAVES_MS:
            for _, _, data in self.notified:
                self._tell(NOTIFIED, data)
        self._tell(DROPPED, b"")

    def turn(self):
        """What the stack does in its interrupts; one does not interrupt another, and no host comes before the
        first advertisement."""
        if self._turning or not self.advertised:
            return
        self._turning = True
        self._interrupts()
        self._turning = False

    def _interrupts(self):
        for connection in list(self.leaving):
            self._tell(DROPPED, b"")
            self.event(_DISCONNECT, (connection, 0, self._peer))
        if self._ticks() >= self._next_event:
            self._next_event = self._ticks() + _EVENT_MS
            for _, _, data in self.notified:
                self._tell(NOTIFIED, data)
            self.notified.clear()
        n = self._stream.read(self._chunk, 0)
        while n > 0:
            self._came += bytes(self._chunk[:n])
            n = self._stream.read(self._chunk, 0)
        while len(self._came) >= 3:
            end = 3 + (self._came[1] << 8 | self._came[2])
            if len(self._came) < end:
                return
            tag, payload = self._came[0], self._came[3:end]
            self._came = self._came[end:]
            self._happens(tag, payload)

    def _happens(self, tag, payload):
        if tag == CONNECTED:
            self._peer = payload
            self.event(_CONNECT, (_CONNECTION, 0, payload))
        elif tag == LEFT:
            self.event(_DISCONNECT, (_CONNECTION, 0, payload))
        elif tag == SIZED:
            most = self.configured.get("mtu", 256)
            self.event(_MTU, (_CONNECTION, min(payload[0] << 8 | payload[1], most)))
        elif tag == PAIRED:  # its bits, and the key
            how = [bool(payload[0] & bit) for bit in (1, 2, 4)]
            self.paired(_CONNECTION, self._peer, payload[1:], *how, _BOND if payload[0] & 8 else ())
        elif tag == FAILED:
            self.not_paired(_CONNECTION)
        elif tag == KNOWN:
            self._tell(AGAIN, bytes((self.encrypted_again(_CONNECTION, self._peer, payload),)))
        elif tag == SILENT:
            self.pair_again(self._peer)
        elif tag == TURN:
            self._tell(TURNED, b"")
        elif tag == WRITTEN:
            lost = self.lost
            self.write_from_host(_CONNECTION, payload)
            waiting = len(self.values[_HANDLES[0]])
            if self.lost > lost:
                self._tell(LOST, (self.lost - lost).to_bytes(4, "big"))
            if waiting > self._most:
                self._most = waiting
                self._tell(WAITED, waiting.to_bytes(4, "big"))
        elif tag == ASKED:
            self.pair_again(self._peer)
            self.event(_PASSKEY, (_CONNECTION, _SHOW, 0))

    def _tell(self, tag, payload):
        whole = bytearray((tag, len(payload) >> 8, len(payload) & 255)) + payload
        at = 0
        while at < len(whole):
            at += self._stream.write(whole, at, len(whole) - at)


def BLE():
    """The radio of this process."""
    return radio
