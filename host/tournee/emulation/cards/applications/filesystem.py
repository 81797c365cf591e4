"""A card's files: SELECT by name, path or identifier, READ BINARY (ISO 7816-4 11.1, 11.2)."""

from collections.abc import Mapping

from tournee.emulation.cards.applications.application import OK, Command, Response

MF = 0x3F00
_READ_BINARY, _SELECT = 0xB0, 0xA4
_BY_ID, _BY_NAME, _BY_PATH = 0x00, 0x04, 0x09
_BY_EF_ID = 0x02
_WITH_FCI, _WITHOUT_FCI = (0x00, 0x04), 0x0C
_NOT_FOUND = Response(0x6A82)
_WRONG_LENGTH = Response(0x6700)
_WRONG_PARAMETERS = Response(0x6A86)
_NO_EF_SELECTED = Response(0x6986)
_WRONG_OFFSET = Response(0x6B00)
_UNKNOWN_INS, _UNKNOWN_CLA = 0x6D00, 0x6E00


class CardFiles:
    """Files of a card with one named application; subclasses add its commands.

    `files` maps paths below the MF (two bytes an identifier) to contents; those below `directory` (b"" when
    the application holds them itself) open only once the application `name` is selected.
    """

    INSTRUCTIONS = frozenset((_READ_BINARY, _SELECT))

    def __init__(self, name: bytes, directory: bytes, files: Mapping[bytes, bytes]) -> None:
        self.signatures = 0
        self._name = name
        self._directory = directory
        self._files = dict(files)
        self._in_application = False
        self._selected: bytes | None = None

    def reset(self) -> None:
        """Nothing is selected after a cold reset."""
        self._in_application = False
        self._selected = None

    def refusal(self, cla: int, ins: int) -> int:
        """6E00 on a class other than 00, 6D00 on an instruction the card does not have."""
        if cla != 0:
            return _UNKNOWN_CLA
        return 0 if ins in self.INSTRUCTIONS else _UNKNOWN_INS

    def sends(self, cla: int, ins: int) -> bool:
        """READ BINARY alone asks for data by its P3."""
        return ins == _READ_BINARY

    def execute(self, command: Command) -> Response:
        """SELECT and READ BINARY."""
        return self._select(command) if command.ins == _SELECT else self._read(command)

    def _select(self, command: Command) -> Response:
        if command.p2 not in (*_WITH_FCI, _WITHOUT_FCI):
            return _WRONG_PARAMETERS
        if command.p1 == _BY_NAME:
            return self._select_application(command)
        if command.p1 == _BY_PATH:
            path = command.data.removeprefix(MF.to_bytes(2, "big"))
        elif command.p1 == _BY_EF_ID or (command.p1 == _BY_ID and command.data != MF.to_bytes(2, "big")):
            path = self._directory + command.data
        elif command.p1 == _BY_ID:
            self.reset()
            return OK
        else:
            return _WRONG_PARAMETERS
        if len(command.data) < 2 or len(command.data) % 2:
            return _WRONG_LENGTH
        if path not in self._files or not self._in_application:
            return _NOT_FOUND
        self._selected = path
        size = len(self._files[path]).to_bytes(2, "big")
        return self._described(command, b"\x80\x02" + size + b"\x82\x01\x01\x83\x02" + path[-2:])

    def _select_application(self, command: Command) -> Response:
        if command.data != self._name:
            return _NOT_FOUND
        self.reset()
        self._in_application = True
        return self._described(command, b"\x82\x01\x38\x84" + bytes((len(self._name),)) + self._name)

    def _described(self, command: Command, properties: bytes) -> Response:
        """FCI of what was selected, unless P2 asks for none."""
        if command.p2 == _WITHOUT_FCI:
            return OK
        return Response(0x9000, b"\x62" + bytes((len(properties),)) + properties)

    def _read(self, command: Command) -> Response:
        if command.p1 & 0x80:
            return _WRONG_PARAMETERS  # short file identifiers are not used
        if self._selected is None:
            return _NO_EF_SELECTED
        content = self._files[self._selected]
        offset = command.p1 << 8 | command.p2
        if offset >= len(content):
            return _WRONG_OFFSET
        return Response(0x9000, content[offset : offset + command.le])
