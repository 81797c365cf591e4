"""A board of an official MicroPython, whole: its sources as they are flashed, on a fake `machine` and a fake
`bluetooth`, with virtual cards; and the host's end of its radio."""

import runpy
import tomllib
from pathlib import Path

from tournee.boards import BOARDS, build
from tournee.emulation.board import EmulatedBoard
from tournee.reader.transports.streams import SerialTransport, closed

HERE = Path(__file__).parent / "hardware"
RADIO = runpy.run_path(str(HERE / "bluetooth.py"))
ADDRESS = b"\x00\xf0\xf1\xf2\xf3\xf4\xf5"


def power(name, runtime, main, flash, folder, *, usb, pairs=True, held=False, over=None):
    """The board `name`, started at `main`; what it keeps lies in the file `flash`. Its `link_url` is the USB
    console, or else the radio's other end (`Air`). `held` is the service button, `over` has
    sources by their names that stand in for its own, or are added; without them MicroPython runs what is
    flashed, compiled and in machine code, for this machine's core."""
    place = folder / "boards"
    (place / name).mkdir(parents=True, exist_ok=True)
    command = ["{python}", str(HERE / "launch.py"), runtime, str(int(usb)), str(HERE / "power_on.py")]
    command += [
        "{image}" if over or runtime == "cpython" else str(compiled(name)),
        str(BOARDS / "unix"),
        str(int(pairs)),
        str(int(held)),
        main,
        "{flash}",
        "{link}",
        "{ps}",
        "{vitale}",
    ]
    settings = (BOARDS / name / "board.toml").read_text()
    for file, text in (over or {}).items():
        (place / name / file).write_text(text)
        if f'"{file}"' not in settings:
            settings = settings.replace("modules = [", f'modules = ["{file}", ')
    settings += f"\n[memory]\nheap = 65536\n\n[emulator]\ncpython = {command!r}\n"  # the sources as a folder
    (place / name / "board.toml").write_text(settings)
    return EmulatedBoard(place / name, runtime="cpython", flash=flash)


def compiled(name):
    """The folder that is flashed onto this board, for this machine's core."""
    board_dir = BOARDS / name
    settings = tomllib.loads((board_dir / "board.toml").read_text())
    return build.compiled_folder(board_dir, settings, build.sources_of(board_dir, settings), "x64")


class Air:
    """The host's end of a board's radio, as a transport: connected, paired, in pieces of `mtu` - 3 bytes."""

    def __init__(self, url, mtu=247, authenticated=True):
        self._url, self._line, self._came = url, SerialTransport(url), b""
        self._segment = mtu - 3
        self._gone = False
        self.events = []  # (tag, payload): what the radio told besides answers
        self._tell(RADIO["CONNECTED"], ADDRESS)
        self._tell(RADIO["SIZED"], mtu.to_bytes(2, "big"))
        self._tell(RADIO["PAIRED"], bytes((14 | authenticated,)) + b"a key")

    def ask_digits(self):
        """Begin a pairing: the reader is to show digits."""
        self._tell(RADIO["ASKED"], b"")

    def read(self, timeout_ms):
        self._came += self._line.read(timeout_ms)
        data = b""
        while len(self._came) >= 3:
            end = 3 + int.from_bytes(self._came[1:3], "big")
            if len(self._came) < end:
                break
            tag, payload, self._came = self._came[0], self._came[3:end], self._came[end:]
            if tag == RADIO["NOTIFIED"]:
                data += payload
            elif tag == RADIO["DROPPED"]:
                self._gone = True
            else:
                self.events.append((tag, payload))
        if self._gone and not data:
            raise closed(self._url)
        return data

    def write(self, data, more=False):
        for at in range(0, len(data), self._segment):
            self._tell(RADIO["WRITTEN"], bytes(data[at : at + self._segment]))

    def close(self):
        self._tell(RADIO["LEFT"], ADDRESS)
        self._line.close()

    def _tell(self, tag, payload):
        self._line.write(bytes((tag,)) + len(payload).to_bytes(2, "big") + payload)
