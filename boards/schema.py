"""What a `board.toml` may hold: every key with its kind, its bounds and its meaning, in one table.

    board = read(BOARDS / "lm3s")        # the values, once all of them are right

Keys that are unknown, lack or are out of their bounds, and figures that do not fit together (`fitting.py`),
are told with their lines. `boards/README.md` has this table, which `tools/tables.py` makes.
"""

from collections.abc import Sequence
from difflib import get_close_matches
from pathlib import Path
from typing import Any, NamedTuple

from tournee.boards import BOARDS
from tournee.boards.fitting import Fault, misfits
from tournee.errors import ConfigError
from tournee.tables.document import TableText, load, words_for
from tournee.tables.positions import Place

NUMBER, TEXT, FLAG, NUMBERS, TEXTS, STEPS = "number", "text", "flag", "numbers", "texts", "steps"
MUST, MAY = True, False
_ADDRESS = 0xFFFF_FFFF
_SHOWN = 6  # faults told at once
LONGEST_ANSWER = 559
"""Bytes of SIGNED with a seal, the longest message that is not cut to what the board takes."""


class BoardError(ConfigError):
    """A `board.toml` that no board can be made of."""


class Key(NamedTuple):
    """A key: of numbers the bounds, of texts the longest and how many, or the words that may stand there."""

    table: str
    name: str
    kind: str
    needed: bool  # in its table
    least: int
    most: int
    meaning: str
    words: Sequence[str] = ()

    @property
    def bounds(self) -> str:
        """What may stand there, as the manual says it."""
        if self.words:
            return " ".join(f"`{word}`" for word in self.words)
        if self.kind in (NUMBER, NUMBERS):
            least, most = (f"{n:#x}" if n == _ADDRESS else f"{n:,}" for n in (self.least, self.most))
            return f"{least} to {most}"
        return f"at most {self.most} characters" if self.kind == TEXT else ""


_CORES = "x86 x64 armv6 armv6m armv7m armv7em armv7emsp armv7emdp xtensa xtensawin rv32imc rv64imc".split()
_SIZE = 1 << 28
KEYS = (
    Key("", "name", TEXT, MUST, 1, 16, "its folder's: small letters and digits"),
    Key("core", "cpu", TEXT, MAY, 1, 24, "our own port: what gcc calls the processor"),
    Key("core", "khz", NUMBER, MAY, 1, 10_000_000, "our own port: the processor's clock"),
    Key("core", "chip", TEXT, MAY, 1, 24, "official MicroPython: the chip, at the end of its `_machine`"),
    Key("core", "mpy", TEXT, MAY, 0, 0, "what mpy-cross calls the core of its machine code", _CORES),
    Key("memory", "flash_at", NUMBER, MAY, 0, _ADDRESS, "our own port: where its flash begins"),
    Key("memory", "flash", NUMBER, MAY, 0x10000, _SIZE, "our own port: bytes of flash for the port"),
    Key("memory", "ram_at", NUMBER, MAY, 0, _ADDRESS, "our own port: where its RAM begins"),
    Key("memory", "ram", NUMBER, MAY, 0x8000, _SIZE, "our own port: bytes of RAM for heap, stacks and rings"),
    Key("memory", "heap", NUMBER, MUST, 0x4000, _SIZE, "bytes that MicroPython gets"),
    Key("memory", "stack", NUMBER, MAY, 0x800, 1 << 20, "our own port: bytes of the C stack"),
    Key("memory", "python_stack", NUMBER, MAY, 0x400, 1 << 20, "our own port: bytes of Python's frames"),
    Key("memory", "needs", NUMBER, MAY, 0x4000, _SIZE, "least heap for the protected channel"),
    Key("uart", "kind", TEXT, MUST, 0, 0, "our own port: the kind of its UARTs", ("pl011", "cmsdk", "stm32")),
    Key("uart", "bases", NUMBERS, MUST, 0, _ADDRESS, "their addresses: the link's, then each slot's"),
    Key("uart", "interrupts", NUMBERS, MUST, 0, 239, "the numbers of their interrupts"),
    Key("nor", "at", NUMBER, MUST, 0, _ADDRESS, "writable flash of our own port: where it begins"),
    Key("nor", "page", NUMBER, MUST, 0x100, 0x40000, "bytes that are erased at once"),
    Key("nor", "banks", NUMBER, MUST, 0x8000, _SIZE, "bytes of each of the two banks for images"),
    Key("nor", "boot", NUMBER, MUST, 0x200, 0x80000, "bytes of the boot records: two pages"),
    Key("nor", "store", NUMBER, MUST, 0x1000, _SIZE, "bytes of the journal: two pages or more"),
    Key("nor", "emulated", NUMBER, MAY, 0, _SIZE, "bytes of the emulator's memory that its file stands for"),
    Key("link", "message", NUMBER, MUST, LONGEST_ANSWER, 0xFFFF, "bytes of the largest message"),
    Key("link", "ring", NUMBER, MAY, 0, 0x8000, "bytes that surely wait; our own port: a power of two"),
    Key("link", "early", NUMBER, MAY, 0x100, 0xFFFF, "bytes of heap for what cannot be taken yet"),
    Key("slots", "names", TEXTS, MUST, 1, 16, "the card slots: the PS's first"),
    Key("slots", "clock_khz", NUMBER, MAY, 1000, 5000, "card clock (ISO 7816-3 5.2.3: 1 to 5 MHz)"),
    Key("slots", "pwm_khz", NUMBER, MAY, 1000, 1_000_000, "what its PWM counts: a multiple of the clock"),
    Key("pins", "uart", NUMBER, MUST, 0, 15, "official MicroPython: number of the slot's UART"),
    Key("pins", "tx", NUMBER, MUST, 0, 127, "its pin for I/O out, open drain"),
    Key("pins", "rx", NUMBER, MUST, 0, 127, "its pin for I/O in"),
    Key("pins", "clock", NUMBER, MUST, 0, 127, "its pin for CLK"),
    Key("pins", "reset", NUMBER, MUST, 0, 127, "its pin for RST"),
    Key("pins", "supply", NUMBER, MUST, 0, 127, "its pin for VCC"),
    Key("pins", "switch", NUMBER, MUST, 0, 127, "its pin for the presence contact"),
    Key("service", "button", NUMBER, MUST, 0, 127, "pin of the maker's way in, no card's"),
    Key("flash", "page", NUMBER, MUST, 0x800, 0x40000, "bytes of each of the journal's two pages"),
    Key("flash", "banks", NUMBER, MAY, 0x8000, _SIZE, "bytes of each of the two banks for images"),
    Key("flash", "boot", NUMBER, MAY, 0x1000, 0x80000, "bytes of the boot records: two pages"),
    Key("flash", "store", NUMBER, MAY, 0x1000, _SIZE, "bytes of the journal: two pages or more"),
    Key("opposition", "filter", NUMBER, MUST, 0, 0xFFFF, "bytes of the opposition list's filter; 0: none"),
    Key("bluetooth", "name", TEXT, MUST, 1, 8, "the name on the air"),
    Key("bluetooth", "bonds", NUMBER, MUST, 1, 32, "paired hosts that it remembers"),
    Key("image", "at", NUMBER, MAY, 0, _ADDRESS, "our own port: where the image lies"),
    Key("image", "size", NUMBER, MAY, 0x8000, _SIZE, "our own port: bytes for the image"),
    Key("image", "modules", TEXTS, MUST, 1, 64, "its own modules: of its folder, or of `drivers`"),
    Key("image", "without", TEXTS, MAY, 1, 64, "modules of the firmware that it does not serve"),
    Key("image", "native", TEXTS, MAY, 1, 64, "modules of the firmware that it has in C or in machine code"),
    Key("image", "flat", FLAG, MAY, 0, 0, "all modules are joined into one"),
    Key("image", "names", TEXT, MAY, 1, 64, "a file of its folder: names that its runtime has already"),
    Key("runtime", "version", TEXT, MUST, 1, 16, "official MicroPython: the version to flash"),
    Key("runtime", "file", TEXT, MUST, 1, 96, "its file, as micropython.org names it"),
    Key("runtime", "sha256", TEXT, MAY, 64, 64, "that file's SHA-256, in small hexadecimal digits"),
    Key("flashing", "method", TEXT, MUST, 0, 0, "what flashes it", ("file", "uf2", "esptool")),
    Key("flashing", "steps", STEPS, MAY, 1, 32, "commands, in turn, with `{port}`, `{image}`… filled in"),
    Key("emulator", "qemu", TEXTS, MAY, 1, 96, "the command that starts it on our own port"),
    Key("emulator", "micropython", TEXTS, MAY, 1, 96, "the command that starts it on the unix port"),
    Key("emulator", "cpython", TEXTS, MAY, 1, 96, "the command that starts it where there is no MicroPython"),
)  # fmt: skip
TABLES = tuple(dict.fromkeys(key.table for key in KEYS if key.table))
_ALWAYS = ("link", "slots")  # tables of every board
LISTED = ("pins",)  # once for each slot
_TEXT_MAX = 200  # characters
_LIST_MAX = 96


def read(board_dir: Path) -> dict[str, Any]:
    """Return the values of the board in this folder. BoardError tells each fault: line, key, bounds."""
    file = board_dir / "board.toml"
    document = load(file, "Le fichier", BoardError)
    faults = _shape(document.values) or misfits(document.values, board_dir)
    if faults:
        told = [_told(document, place, why) for place, why in faults[:_SHOWN]]
        told += [f"et {len(faults) - _SHOWN} de plus"] if len(faults) > _SHOWN else []
        raise BoardError(f"{file} ne décrit aucune carte possible.", cause=" ; ".join(told))
    return document.values


def named(name: str, boards: Path = BOARDS) -> dict[str, Any]:
    """The values of the board of this name. BoardError with those that there are when there is none."""
    known = sorted(file.parent.name for file in boards.glob("*/board.toml"))
    if name not in known:
        raise BoardError(
            f"Carte électronique inconnue : {name[:40]}.", next_step=f"choisissez parmi : {', '.join(known)}"
        )
    return read(boards / name)


def with_image(name: str, boards: Path = BOARDS) -> dict[str, Any]:
    """As `named`, of a board that takes an image. BoardError for one that does not."""
    board = named(name, boards)
    if "image" not in board:
        raise BoardError(f"La carte {name} ne prend pas d’image : le Python de l’ordinateur y suffit.")
    return board


def _told(document: TableText, place: Place, why: str) -> str:
    """A fault with its line: « ligne 12, [memory] heap : 12 au lieu de … »."""
    words: list[str] = []
    for part in place:
        if isinstance(part, int):
            words[-1] += f" n° {part + 1}"
        else:
            words.append(part)
    *above, key = words
    line = document.line_of(place)
    return f"{f'ligne {line}, ' if line else ''}{f'[{above[0]}] ' if above else ''}{key} : {why}"


def _shape(values: dict[str, Any]) -> list[Fault]:
    """What is unknown, lacks, or is beyond its bounds, whatever the rest is."""
    faults = _table(values, "", (), also=TABLES)
    for name in TABLES:
        found = values.get(name)
        if found is None:
            faults += [((name,), "manque")] if name in _ALWAYS else []
        elif name not in LISTED:
            faults += _table(found, name, (name,))
        elif not isinstance(found, list):
            faults.append(((name,), "une liste de tables est attendue"))
        else:
            faults += [fault for n, one in enumerate(found) for fault in _table(one, name, (name, n))]
    return faults


def _table(values: Any, name: str, place: Place, also: Sequence[str] = ()) -> list[Fault]:
    if not isinstance(values, dict):
        return [(place, "une table est attendue")]
    keys = {key.name: key for key in KEYS if key.table == name}
    faults: list[Fault] = []
    for key in values:
        if key not in keys and key not in also:
            known = [*keys, *also]
            near = get_close_matches(key[:_TEXT_MAX], known, n=1)
            hint = f"peut-être {near[0]}" if near else f"attendues : {', '.join(known)}"
            faults.append(((*place, key), f"clé inconnue ; {hint}"))
    for key in keys.values():
        why = _wrong(key, values[key.name]) if key.name in values else "manque" if key.needed else ""
        faults += [((*place, key.name), why)] if why else []
    return faults


def _wrong(key: Key, value: Any) -> str:
    """What is wrong with a value, empty where it is right."""
    if key.kind == NUMBER:
        return _wrong_number(key, value)
    if key.kind == FLAG:
        return "" if isinstance(value, bool) else "true ou false est attendu"
    if key.kind == TEXT:
        if not isinstance(value, str) or not value.isprintable() or not value:
            return "un texte entre guillemets est attendu"
        if key.words and value not in key.words:
            return f"{words_for(value)} au lieu de {' ou '.join(key.words)}"
        longest = key.most or _TEXT_MAX
        return f"{len(value)} caractères, {longest} au plus" if len(value) > longest else ""
    if not isinstance(value, list) or not 1 <= len(value) <= _LIST_MAX:
        return f"une liste de 1 à {_LIST_MAX} éléments est attendue"
    if key.kind == NUMBERS:
        return next(filter(None, (_wrong_number(key, one) for one in value)), "")
    commands = value if key.kind == STEPS else [value]
    texts = [text for command in commands for text in (command if isinstance(command, list) else [None])]
    right = all(isinstance(text, str) and text and len(text) <= _TEXT_MAX for text in texts)
    return "" if right and all(commands) else "des textes entre guillemets sont attendus"


def _wrong_number(key: Key, value: Any) -> str:
    if not isinstance(value, int) or isinstance(value, bool):
        return "un nombre entier est attendu"
    inside = key.least <= value <= key.most
    return "" if inside else f"{words_for(value)} au lieu de {key.least} à {key.most}"
