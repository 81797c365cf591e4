"""A terminal that speaks T=0 to a virtual card, and a board whose firmware is ten lines."""

import pytest

from tournee.emulation.slots import DirectSlot, FakeClock

NULL, GET_RESPONSE = 0x60, 0xC0
PATIENCE_MS = 1000
ECHO = """
import os, select, sys
link = int(sys.argv[1])
while True:
    select.select([link], [], [])
    data = os.read(link, 100)
    if data == b"die":
        raise ValueError("told to die")
    os.write(link, data)
"""
BOARD = """
name = "echo"
memory.heap = 16384
link.message = 559
slots = { names = ["ps", "vitale"], clock_khz = 4000 }
image.modules = ["main.py"]
emulator.cpython = ["{python}", "{board}/main.py", "{link}", "{ps}", "{vitale}"]
"""


class Terminal:
    """Sends commands as whole APDU and gives back data and status word; direct convention only."""

    def __init__(self, card):
        self.card = card
        self.slot = DirectSlot(card, FakeClock())
        self.slot.activate()
        self.atr = self._rest()

    def _rest(self):
        return bytes(iter(lambda: self.slot.read(PATIENCE_MS), -1))

    def _byte(self):
        byte = self.slot.read(PATIENCE_MS)
        assert byte >= 0, "the card does not answer"
        return byte

    def _tpdu(self, header, data=b"", wanted=0):
        received = b""
        self.slot.write(header, 0, len(header))
        while True:
            byte = self._byte()
            if byte == NULL:
                continue
            if byte in (header[1], header[1] ^ 0xFF):
                count = 1 if byte != header[1] else len(data) or wanted - len(received)
                if data:
                    self.slot.write(data, 0, count)
                    data = data[count:]
                else:
                    received += bytes(self._byte() for _ in range(count))
                continue
            return received, byte << 8 | self._byte()

    def send(self, text, data=b""):
        """`text`: CLA INS P1 P2 in hexadecimal; data to the card; (data, status word) back."""
        header = bytes.fromhex(text)
        received, status = self._tpdu(header + bytes((len(data),)), data)
        while status >> 8 == 0x61:
            length = status & 0xFF or 256
            more, status = self._tpdu(bytes((0, GET_RESPONSE, 0, 0, length & 0xFF)), wanted=length)
            received += more
        return received, status

    def ask(self, text, length):
        """A command whose answer is asked by length; a 6Cxx is followed."""
        header = bytes.fromhex(text)
        received, status = self._tpdu(header + bytes((length & 0xFF,)), wanted=length)
        if status >> 8 == 0x6C:
            length = status & 0xFF or 256
            received, status = self._tpdu(header + bytes((length & 0xFF,)), wanted=length)
        return received, status

    def read_file(self):
        """All of the selected file."""
        content = b""
        while True:
            part, status = self.ask(f"00b0{len(content):04x}", 0xE0)
            if status != 0x9000:
                assert status == 0x6B00
                return content
            content += part


@pytest.fixture
def terminal():
    return Terminal


@pytest.fixture
def echo_board(tmp_path):
    """A board that sends back what it hears, and dies when told to."""
    folder = tmp_path / "echo"
    folder.mkdir()
    (folder / "main.py").write_text(ECHO)
    (folder / "board.toml").write_text(BOARD)
    return folder
