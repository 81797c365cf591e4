"""Application images: what a maker signs, what a reader takes as an update.

    python -m tournee.boards.image build BOARD [--version 0.2.0] [--key KEY.pem] [--production] [--output F]
    python -m tournee.boards.image show FILE [--key PUBLIC.pem]

An image is a header of 64 bytes (numbers little-endian), the payload, and the signature of both:

    0   4  magic TOUR              8   4  payload's length           32  32  SHA-256 of the payload
    4   1  header version, 1      12   4  version: major << 16 | minor << 8 | patch
    5   1  flags, bit 0: signed with the development key
    6   2  zero                   16  16  board's name, padded with NUL

The payload is the read-only file system that `build.py` makes; the signature RSASSA-PKCS1-v1_5 with SHA-256
of a maker's RSA-2048 key (public exponent 65537). The same sources, version and key give the same bytes. An
image carries the key that the next one must be signed with: the public half of its own.
"""

import argparse
import hashlib
import os
import re
import struct
import sys
import tempfile
import tomllib
from dataclasses import dataclass
from pathlib import Path

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric import padding, rsa
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import load_pem_private_key, load_pem_public_key

from tournee.boards import BOARDS, build, cross

MAGIC = b"TOUR"
HEADER_VERSION = 1
DEVELOPMENT = 1  # flag: signed with the development key
HEADER = struct.Struct("<4sBBHII16s32s")
SIGNATURE = 256  # bytes
WORD = 8  # flash is written by whole words: a payload ends at one, filled up with FF
EXPONENT = 65537
DEVELOPMENT_KEY = BOARDS / "keys" / "development.pem"
_VERSION = re.compile(r"(\d{1,5})\.(\d{1,3})\.(\d{1,3})")


class ImageError(ValueError):
    """An image cannot be made, or is none that a reader may take: what is wrong, in one sentence."""


@dataclass(frozen=True)
class Image:
    """An image that is whole: `signed` is what the signature covers."""

    board: str
    version: int
    development: bool
    payload: bytes
    signed: bytes
    signature: bytes

    @property
    def version_text(self) -> str:
        """The version as it is written: 0.2.0."""
        return f"{self.version >> 16}.{self.version >> 8 & 255}.{self.version & 255}"


def version_number(text: str) -> int:
    """Return `major << 16 | minor << 8 | patch` of a text such as 0.2.0. ImageError when it is none."""
    match = _VERSION.fullmatch(text)
    major, minor, patch = (int(part) for part in match.groups()) if match else (-1, 0, 0)
    if not (0 <= major < 1 << 14 and minor < 256 and patch < 256):
        raise ImageError(f"version {text!r} is not major.minor.patch, at most 16383.255.255")
    return major << 16 | minor << 8 | patch


def make(payload: bytes, board: str, version: int, key: rsa.RSAPrivateKey, *, development: bool) -> bytes:
    """Return the signed image of a payload. ImageError when the board's name does not fit."""
    name = board.encode("ascii")
    if not 0 < len(name) <= 16:
        raise ImageError(f"the board's name {board!r} does not fit into 16 characters")
    flags = DEVELOPMENT if development else 0
    digest = hashlib.sha256(payload).digest()
    signed = HEADER.pack(MAGIC, HEADER_VERSION, flags, 0, len(payload), version, name, digest) + payload
    return signed + key.sign(signed, padding.PKCS1v15(), SHA256())


def parse(data: bytes) -> Image:
    """Return the parts of a whole image. ImageError names what is wrong; the signature is not looked at."""
    if len(data) < HEADER.size + SIGNATURE:
        raise ImageError(f"{len(data)} bytes are too few for an image")
    magic, layout, flags, zero, length, version, name, digest = HEADER.unpack_from(data)
    if magic != MAGIC or layout != HEADER_VERSION or zero or flags & ~DEVELOPMENT:
        raise ImageError("this is no image of header version 1")
    board = name.rstrip(b"\0")
    if not board or b"\0" in board or not board.isascii():
        raise ImageError("the board's name is damaged")
    if len(data) != HEADER.size + length + SIGNATURE:
        raise ImageError(f"an image of {HEADER.size + length + SIGNATURE} bytes has {len(data)}")
    signed = data[:-SIGNATURE]
    if hashlib.sha256(signed[HEADER.size :]).digest() != digest:
        raise ImageError("the payload is damaged: its SHA-256 is not the header's")
    development = bool(flags & DEVELOPMENT)
    return Image(board.decode(), version, development, signed[HEADER.size :], signed, data[-SIGNATURE:])


def verify(image: Image, key: rsa.RSAPublicKey) -> None:
    """Check the signature. ImageError when it is not this key's."""
    try:
        key.verify(image.signature, image.signed, padding.PKCS1v15(), SHA256())
    except InvalidSignature:
        raise ImageError("the signature is not this key's") from None


def private_key(path: Path) -> rsa.RSAPrivateKey:
    """Return the maker's key in a PEM file. ImageError when it is none for images."""
    try:
        key = load_pem_private_key(path.read_bytes(), None)
    except (OSError, ValueError, TypeError) as error:
        raise ImageError(f"{path}: no private key in PEM, without a password: {error}") from None
    if not isinstance(key, rsa.RSAPrivateKey) or not _fits(key.public_key()):
        raise ImageError(f"{path}: an RSA key of 2048 bits with public exponent {EXPONENT} is needed")
    return key


def public_key(path: Path) -> rsa.RSAPublicKey:
    """Return the public half of the key in a PEM file, private or public. ImageError."""
    try:
        key = load_pem_public_key(path.read_bytes())
    except OSError as error:
        raise ImageError(f"{path}: {error.strerror}") from None
    except ValueError:
        return private_key(path).public_key()
    if not isinstance(key, rsa.RSAPublicKey) or not _fits(key):
        raise ImageError(f"{path}: an RSA key of 2048 bits with public exponent {EXPONENT} is needed")
    return key


def _fits(key: rsa.RSAPublicKey) -> bool:
    return key.key_size == SIGNATURE * 8 and key.public_numbers().e == EXPONENT


def modulus(key: rsa.RSAPublicKey) -> bytes:
    """Return the key's modulus, 256 bytes, as the reader keeps it."""
    return key.public_numbers().n.to_bytes(SIGNATURE, "big")


def built(board_dir: Path, version: str | None, key_file: Path, *, production: bool) -> bytes:
    """Build the board's firmware and return its image. ImageError, CalledProcessError."""
    board = tomllib.loads((board_dir / "board.toml").read_text())
    key = private_key(key_file)
    development = modulus(key.public_key()) == modulus(public_key(DEVELOPMENT_KEY))
    if production and development:
        raise ImageError("a production image is not signed with the development key: give --key")
    release = build.Release(version or build.VERSION, modulus(key.public_key()), production)
    number = version_number(release.version)
    sources = build.sources_of(board_dir, board, release)
    payload = build.payload_of(board_dir, board, sources).read_bytes()
    payload += b"\xff" * (-len(payload) % WORD)
    return make(payload, board["name"], number, key, development=development)


def runtime(board_dir: Path, image: Image, micropython: Path | None) -> bytes:
    """Return the MicroPython (ELF) of our own port that runs this image on its board, from the pinned sources
    or a checkout. ImageError for a board that has another, and for a folder that is no MicroPython."""
    board = tomllib.loads((board_dir / "board.toml").read_text())
    if build.QEMU not in board.get("emulator", {}):
        raise ImageError(f"the board {board['name']} does not run our own port of MicroPython")
    try:
        return cross.firmware(board, cross.tables_of(image.payload), micropython).read_bytes()
    except (ValueError, RuntimeError) as error:
        raise ImageError(str(error)) from None


def write_whole(path: Path, data: bytes) -> None:
    """Write a file that is there whole or not at all."""
    with tempfile.NamedTemporaryFile(dir=path.parent, delete=False) as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())
    Path(file.name).chmod(0o644)
    Path(file.name).replace(path)


def main(arguments: list[str] | None = None) -> int:
    """Run `build` or `show`; 1 and a sentence when it cannot be done."""
    parser = argparse.ArgumentParser(prog="firmware", description="Application images of the reader.")
    verbs = parser.add_subparsers(dest="verb", required=True)
    verb = verbs.add_parser("build", help="compile, pack and sign the firmware of a board")
    verb.add_argument("board", help="a folder of boards/")
    verb.add_argument("--version", help=f"instead of {build.VERSION}")
    verb.add_argument("--key", type=Path, default=DEVELOPMENT_KEY, help="the maker's RSA-2048 key, in PEM")
    verb.add_argument("--production", action="store_true", help="refuses images with the development key")
    verb.add_argument("--output", type=Path, help="instead of BOARD-VERSION.img here")
    verb.add_argument("--elf", type=Path, help="write our port's MicroPython for this image there as well")
    verb.add_argument(
        "--micropython", type=Path, help="build that from this checkout; beside the image unless --elf"
    )
    verb = verbs.add_parser("show", help="check an image and say what it is")
    verb.add_argument("file", type=Path)
    verb.add_argument("--key", type=Path, default=DEVELOPMENT_KEY, help="the key that must have signed it")
    options = parser.parse_args(arguments)
    try:
        if options.verb == "build":
            board_dir = BOARDS / options.board
            if not (board_dir / "board.toml").is_file():
                raise ImageError(f"no board {options.board}: there is no {board_dir / 'board.toml'}")
            if "image" not in tomllib.loads((board_dir / "board.toml").read_text()):
                raise ImageError(f"{options.board} takes no image: it runs the firmware in its host's Python")
            data = built(board_dir, options.version, options.key, production=options.production)
            version = options.version or build.VERSION
            file = options.output or Path(f"{options.board}-{version}.img")
            if options.elf or options.micropython:
                elf = options.elf or file.with_suffix(".elf")
                program = runtime(board_dir, parse(data), options.micropython)
                write_whole(elf, program)
                print(f"{elf}: MicroPython for it, SHA-256 {hashlib.sha256(program).hexdigest()}")
            write_whole(file, data)
        else:
            file = options.file
            data = file.read_bytes()
        image = parse(data)
        verify(image, public_key(options.key))
    except (ImageError, OSError) as error:
        print(f"firmware {options.verb}: {error}", file=sys.stderr)
        return 1
    mark = ", development key" if image.development else ""
    print(f"{file}: {image.board} {image.version_text}, {len(image.payload)} bytes of firmware{mark}")
    print(f"SHA-256 {hashlib.sha256(data).hexdigest()}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
