"""Application images: what a maker signs (`tournee-maker build`), what a reader takes as an update.

An image is a header of 64 bytes (numbers little-endian), the payload, and the signature of both:

    0   4  magic TOUR              8   4  payload's length           32  32  SHA-256 of the payload
    4   1  header version, 1      12   4  version: major << 16 | minor << 8 | patch
    5   1  flags, bit 0: signed with the development key
    6   2  zero                   16  16  board's name, padded with NUL

The payload is the read-only file system that `build.py` makes; the signature RSASSA-PKCS1-v1_5 with SHA-256
of a maker's RSA-2048 key (public exponent 65537). The same sources, version and key give the same bytes. An
image carries the key that the next one must be signed with: the public half of its own.
"""

import hashlib
import os
import re
import struct
import subprocess
import tempfile
from dataclasses import dataclass
from pathlib import Path

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric import padding, rsa
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import load_pem_private_key, load_pem_public_key

from tournee.boards import BOARDS, build, cross
from tournee.boards.schema import read as read_board
from tournee.errors import ConfigError
from tournee.french import reason

MAGIC = b"TOUR"
HEADER_VERSION = 1
DEVELOPMENT = 1  # flag: signed with the development key
HEADER = struct.Struct("<4sBBHII16s32s")
SIGNATURE = 256  # bytes
WORD = 8  # flash is written by whole words: a payload ends at one, filled up with FF
EXPONENT = 65537
DEVELOPMENT_KEY = BOARDS / "keys" / "development.pem"
_NONE, _DAMAGED = "Ce fichier n’est pas une image.", "L’image est abîmée."
_OTHER_KEY = f"{{}} : il faut une clé RSA de 2048 bits, d’exposant {EXPONENT}."
_VERSION = re.compile(r"(\d{1,5})\.(\d{1,3})\.(\d{1,3})")


class ImageError(ConfigError):
    """An image cannot be made, or is none that a reader may take."""


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
        raise ImageError(
            f"« {text} » n’est pas une version.", next_step="écrivez trois nombres, au plus 16383.255.255"
        )
    return major << 16 | minor << 8 | patch


def make(payload: bytes, board: str, version: int, key: rsa.RSAPrivateKey, *, development: bool) -> bytes:
    """Return the signed image of a payload. ImageError when the board's name does not fit."""
    name = board.encode("ascii")
    if not 0 < len(name) <= 16:
        raise ImageError(f"Le nom de carte « {board} » ne tient pas en 16 caractères.")
    flags = DEVELOPMENT if development else 0
    digest = hashlib.sha256(payload).digest()
    signed = HEADER.pack(MAGIC, HEADER_VERSION, flags, 0, len(payload), version, name, digest) + payload
    return signed + key.sign(signed, padding.PKCS1v15(), SHA256())


def parse(data: bytes) -> Image:
    """Return the parts of a whole image. ImageError names what is wrong; the signature is not looked at."""
    if len(data) < HEADER.size + SIGNATURE:
        raise ImageError(_NONE, cause=f"{len(data)} octets n’en font pas une")
    magic, layout, flags, zero, length, version, name, digest = HEADER.unpack_from(data)
    if magic != MAGIC or layout != HEADER_VERSION or zero or flags & ~DEVELOPMENT:
        raise ImageError(_NONE, cause="son en-tête n’est pas de la version 1")
    board = name.rstrip(b"\0")
    if not board or b"\0" in board or not board.isascii():
        raise ImageError(_DAMAGED, cause="le nom de la carte n’en est pas un")
    if len(data) != HEADER.size + length + SIGNATURE:
        whole = HEADER.size + length + SIGNATURE
        raise ImageError(_DAMAGED, cause=f"elle annonce {whole} octets et en a {len(data)}")
    signed = data[:-SIGNATURE]
    if hashlib.sha256(signed[HEADER.size :]).digest() != digest:
        raise ImageError(_DAMAGED, cause="l’empreinte du contenu n’est pas celle de l’en-tête")
    development = bool(flags & DEVELOPMENT)
    return Image(board.decode(), version, development, signed[HEADER.size :], signed, data[-SIGNATURE:])


def verify(image: Image, key: rsa.RSAPublicKey) -> None:
    """Check the signature. ImageError when it is not this key's."""
    try:
        key.verify(image.signature, image.signed, padding.PKCS1v15(), SHA256())
    except InvalidSignature:
        raise ImageError("La signature de l’image n’est pas de cette clé.") from None


def private_key(path: Path) -> rsa.RSAPrivateKey:
    """Return the maker's key in a PEM file. ImageError when it is none for images."""
    try:
        key = load_pem_private_key(path.read_bytes(), None)
    except OSError as error:
        raise ImageError(f"La clé {path} ne se lit pas.", cause=reason(error)) from None
    except (ValueError, TypeError):
        raise ImageError(f"{path} n’est pas une clé privée en PEM, sans mot de passe.") from None
    if not isinstance(key, rsa.RSAPrivateKey) or not _fits(key.public_key()):
        raise ImageError(_OTHER_KEY.format(path))
    return key


def public_key(path: Path) -> rsa.RSAPublicKey:
    """Return the public half of the key in a PEM file, private or public. ImageError."""
    try:
        key = load_pem_public_key(path.read_bytes())
    except OSError as error:
        raise ImageError(f"La clé {path} ne se lit pas.", cause=reason(error)) from None
    except ValueError:
        return private_key(path).public_key()
    if not isinstance(key, rsa.RSAPublicKey) or not _fits(key):
        raise ImageError(_OTHER_KEY.format(path))
    return key


def _fits(key: rsa.RSAPublicKey) -> bool:
    return key.key_size == SIGNATURE * 8 and key.public_numbers().e == EXPONENT


def modulus(key: rsa.RSAPublicKey) -> bytes:
    """Return the key's modulus, 256 bytes, as the reader keeps it."""
    return key.public_numbers().n.to_bytes(SIGNATURE, "big")


def built(board_dir: Path, version: str | None, key_file: Path, *, production: bool) -> bytes:
    """Build the board's firmware and return its image. ImageError."""
    board = read_board(board_dir)
    key = private_key(key_file)
    development = modulus(key.public_key()) == modulus(public_key(DEVELOPMENT_KEY))
    if production and development:
        raise ImageError(
            "Une image de production ne se signe pas de la clé de développement.",
            next_step="indiquez celle du fabricant",
        )
    release = build.Release(version or build.VERSION, modulus(key.public_key()), production)
    number = version_number(release.version)
    sources = build.sources_of(board_dir, board, release)
    try:
        payload = build.payload_of(board_dir, board, sources).read_bytes()
    except subprocess.CalledProcessError as error:
        raise ImageError("Le micrologiciel ne se compile pas.", cause=str(error)) from error
    payload += b"\xff" * (-len(payload) % WORD)
    return make(payload, board["name"], number, key, development=development)


def runtime(board_dir: Path, image: Image, micropython: Path | None) -> bytes:
    """Return the MicroPython (ELF) of our own port that runs this image on its board, from the pinned sources
    or a checkout. ImageError for a board that has another, and for a folder that is no MicroPython."""
    board = read_board(board_dir)
    if build.QEMU not in board.get("emulator", {}):
        raise ImageError(f"La carte {board['name']} n’a pas notre portage de MicroPython.")
    try:
        return cross.firmware(board, cross.tables_of(image.payload), micropython).read_bytes()
    except ValueError as error:
        raise ImageError("Ce dossier n’est pas celui d’un MicroPython.", cause=str(error)) from None
    except (OSError, RuntimeError) as error:
        raise ImageError(
            "MicroPython ne se compile pas.", cause=str(error), next_step=f"installez {cross.NEEDS}"
        ) from None


def write_whole(path: Path, data: bytes) -> None:
    """Write a file that is there whole or not at all."""
    with tempfile.NamedTemporaryFile(dir=path.parent, delete=False) as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())
    Path(file.name).chmod(0o644)
    Path(file.name).replace(path)
