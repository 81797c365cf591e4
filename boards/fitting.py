"""Whether the figures and names of a `board.toml`, right one by one, fit together and to what is there."""

import re
import runpy
import string
from collections.abc import Iterator, Sequence, Set
from pathlib import Path
from typing import Any

from tournee.boards import BOARDS, FIRMWARE
from tournee.tables.positions import Place

Fault = tuple[Place, str]
NAME = re.compile(r"[a-z][a-z0-9]{0,15}")
_CARD_RING = 512  # bytes, port/uart.c
_OWN_PORT = {
    "core": ("cpu", "khz"),
    "memory": ("flash_at", "flash", "ram_at", "ram", "stack", "python_stack"),
}
_OWN_PORT |= {"uart": ("kind",), "image": ("at", "size"), "link": ("ring",)}
_FILLED_IN = {"python", "board", "firmware", "heap", "image", "elf", "link", "flash"}  # in a start's command
_NO_TWINS = [
    ("uart", "bases"),
    ("uart", "interrupts"),
    *(("image", key) for key in ("modules", "without", "native")),
]
CHIPS: dict[str, tuple[Set[int], Sequence[int], bool]] = {
    "RP2040": (frozenset(range(30)), (0, 1), True),
    "RP2350": (frozenset(range(48)), (0, 1), False),
    "ESP32S3": (frozenset(range(49)) - {22, 23, 24, 25}, (0, 1, 2), False),
}
"""By the chip: its pins, its UARTs, and whether a UART has pins of its own; else those are not judged."""
_SHA256 = re.compile(r"[0-9a-f]{64}")
_PLACES = (BOARDS / "drivers", BOARDS / "drivers" / "official")


def misfits(board: dict[str, Any], folder: Path) -> list[Fault]:
    """What does not fit; `board` has the right shape."""
    own_port = "qemu" in board.get("emulator", {})
    checks = [
        _named(board, folder),
        _twice(board),
        _slots(board),
        _emulator(board),
        _flash(board),
        _flashing(board),
    ]
    checks += [_image(board, folder)] if "image" in board else []
    checks += [_port(board)] if own_port else []
    return [fault for check in checks for fault in check]


def _named(board: dict[str, Any], folder: Path) -> Iterator[Fault]:
    name = board["name"]
    if not NAME.fullmatch(name):
        yield ("name",), f"« {name} » n’est pas fait de minuscules et de chiffres, une lettre d’abord"
    elif name != folder.resolve().name:
        yield ("name",), f"« {name} » n’est pas le nom du dossier, {folder.resolve().name}"


def _slots(board: dict[str, Any]) -> Iterator[Fault]:
    slots, pins = board["slots"], board.get("pins")
    names = slots["names"]
    if len(set(names)) != len(names) or not all(NAME.fullmatch(name) for name in names) or len(names) != 2:
        yield ("slots", "names"), "deux noms différents, de minuscules et de chiffres, sont attendus"
    if slots.get("pwm_khz", 0) % slots.get("clock_khz", 1):
        clock = slots["clock_khz"]
        yield (
            ("slots", "clock_khz"),
            f"{slots['pwm_khz']} n’en est pas un multiple : ce ne serait pas {clock}",
        )
    if ("image" in board or pins) and "clock_khz" not in slots:
        yield ("slots", "clock_khz"), "manque"
    if pins is None:
        return
    if len(pins) != len(names):
        yield ("pins",), f"{len(pins)} tables pour {len(names)} lecteurs de carte"
    yield from _pins(board)
    taken: dict[tuple[str, int], int] = {}
    for number, one in enumerate(pins):
        for role, pin in one.items():
            kind = "uart" if role == "uart" else "pin"
            if (kind, pin) in taken:
                yield ("pins", number, role), f"{pin} sert déjà"
            taken[kind, pin] = number
    button = board.get("service", {}).get("button")
    if ("pin", button) in taken:
        yield ("service", "button"), f"la broche {button} est celle d’un lecteur de carte"


def _pins(board: dict[str, Any]) -> Iterator[Fault]:
    """Pins and UARTs that the board's chip does not have, or that its UART cannot be led to."""
    chip = board.get("core", {}).get("chip", "")
    if chip not in CHIPS:
        return
    pins, uarts, led = CHIPS[chip]
    for number, one in enumerate(board["pins"]):
        for role, pin in one.items():
            place = ("pins", number, role)
            if role == "uart" and pin not in uarts:
                yield place, f"{chip} n’a pas d’UART {pin} ; il a {', '.join(map(str, uarts))}"
            elif role != "uart" and pin not in pins:
                yield place, f"{chip} n’a pas de broche {pin}"
            elif led and role in ("tx", "rx") and one["uart"] in uarts and not _led(one["uart"], role, pin):
                yield place, f"la broche {pin} de {chip} n’est pas le {role} de son UART {one['uart']}"
    button = board.get("service", {}).get("button", min(pins))
    if button not in pins:
        yield ("service", "button"), f"{chip} n’a pas de broche {button}"


def _led(uart: int, role: str, pin: int) -> bool:
    """Whether a pin is this UART's, by the RP2040's table of functions (data sheet 1.4.3)."""
    return pin % 4 == ("tx", "rx").index(role) and (pin + 4) // 8 % 2 == uart


def _twice(board: dict[str, Any]) -> Iterator[Fault]:
    """What a list names twice where each is a thing of its own."""
    for table, key in _NO_TWINS:
        values = board.get(table, {}).get(key, [])
        for rank, value in enumerate(values):
            if value in values[:rank]:
                shown = f"{value:#x}" if key == "bases" else value
                yield (table, key), f"{shown} y est deux fois"


def _emulator(board: dict[str, Any]) -> Iterator[Fault]:
    known = _FILLED_IN | set(board["slots"]["names"])
    for name, command in board.get("emulator", {}).items():
        try:
            fields = {field for part in command for _, field, _, _ in string.Formatter().parse(part) if field}
        except ValueError:
            yield ("emulator", name), "une accolade n’est pas fermée"
            continue
        for field in sorted(fields - known):
            yield ("emulator", name), f"{{{field}}} n’est rien ; connus : {', '.join(sorted(known))}"
        for field in sorted({"link", *board["slots"]["names"]} - fields):
            yield ("emulator", name), f"{{{field}}} manque"
    if board.get("emulator") and "memory" not in board:
        yield ("memory",), "manque"


def _flash(board: dict[str, Any]) -> Iterator[Fault]:
    """Both kinds of writable flash: two banks, two pages of boot records, a store."""
    for table in ("flash", "nor"):
        flash = board.get(table)
        if flash is None:
            continue
        page, parts = flash["page"], [part for part in ("banks", "boot", "store") if part in flash]
        if page & (page - 1):
            yield (table, "page"), f"{page} n’est pas une puissance de deux"
        if len(parts) not in (0, 3):
            yield (table, parts[0]), "banks, boot et store vont ensemble"
            continue
        for part in parts:
            if flash[part] % page:
                yield (table, part), f"{flash[part]} ne fait pas des pages de {page}"
            elif part != "banks" and flash[part] < 2 * page:
                yield (table, part), f"{flash[part]} au lieu de deux pages, {2 * page}"
        size = 2 * flash.get("banks", 0) + flash.get("boot", 0) + flash.get("store", 0)
        if size > flash.get("emulated", size):
            yield (table, "emulated"), f"{flash['emulated']} au lieu de {size} au moins"


def _flashing(board: dict[str, Any]) -> Iterator[Fault]:
    flashing = board.get("flashing")
    if flashing is None:
        return
    emulated = flashing["method"] == "file"
    if emulated and "banks" not in board.get("flash", board.get("nor", {})):
        yield ("flashing", "method"), "file demande [flash] ou [nor] avec leurs banques"
    if not emulated and "steps" not in flashing:
        yield ("flashing", "steps"), "manque"
    if not emulated and "runtime" not in board:
        yield ("runtime",), "manque"
    digest = board.get("runtime", {}).get("sha256")
    if digest is not None and not _SHA256.fullmatch(digest):
        yield ("runtime", "sha256"), "il faut 64 chiffres hexadécimaux, en minuscules"


def _image(board: dict[str, Any], folder: Path) -> Iterator[Fault]:
    image = board["image"]
    for name in image["modules"]:
        if not any((place / name).is_file() for place in (folder, *_PLACES)):
            yield ("image", "modules"), f"{name} n’est ni dans le dossier de la carte ni dans drivers"
    listed = firmware_files()
    for name in image.get("without", []):
        if name not in listed:
            yield ("image", "without"), f"{name} n’est pas du micrologiciel (firmware/manifest.py)"
    for name in image.get("native", []):
        if name.replace(".", "/") + ".py" not in listed:
            yield ("image", "native"), f"{name} n’est pas du micrologiciel (firmware/manifest.py)"
    if "names" in image and not (folder / image["names"]).is_file():
        yield ("image", "names"), f"{image['names']} n’est pas dans le dossier de la carte"


def firmware_files() -> set[str]:
    """The modules that `firmware/manifest.py` lists, by their place in an image."""
    found: set[str] = set()
    package = lambda name, files: found.update(f"{name}/{file}" for file in files)  # noqa: E731
    runpy.run_path(str(FIRMWARE / "manifest.py"), {"package": package})
    return found


def _port(board: dict[str, Any]) -> Iterator[Fault]:
    """What a board of our own port must have, and what its memories hold."""
    lacking = [
        (table, key) for table, keys in _OWN_PORT.items() for key in keys if key not in board.get(table, {})
    ]
    yield from (((table, key), "manque") for table, key in lacking)
    if lacking:
        return
    memory, image, link, uart = board["memory"], board["image"], board["link"], board["uart"]
    ring, uarts = link["ring"], 1 + len(board["slots"]["names"])
    if not ring or ring & (ring - 1):
        yield ("link", "ring"), f"{ring} n’est pas une puissance de deux"
    for key in ("bases", "interrupts"):
        if len(uart[key]) != uarts:
            yield (
                ("uart", key),
                f"{len(uart[key])} au lieu de {uarts} : la liaison, puis chaque lecteur de carte",
            )
    parts = {key: memory[key] for key in ("heap", "stack", "python_stack")}
    used = sum(parts.values()) + ring + (uarts - 1) * _CARD_RING
    if used > memory["ram"]:
        yield (
            ("memory", "heap"),
            f"{used} octets avec les piles et les files, pour {memory['ram']} de ram",
        )
    port, there = memory["flash_at"], image["at"]
    if there < port + memory["flash"] and port < there + image["size"]:
        yield (
            ("image", "at"),
            f"{there:#x} est dans la flash du portage, {port:#x} à {port + memory['flash']:#x}",
        )
    if "nor" in board and (image["at"], image["size"]) != (board["nor"]["at"], board["nor"]["banks"]):
        yield ("image", "at"), "l’image est dans la première banque de [nor] : mêmes at et taille"
