"""Application images: what a maker signs (`tournee-maker build`), what a reader takes as an update.

An image is a header of 64 bytes (numbers little-endian), the payload, and the signature of both:

    0   4  magic TOUR              8   4  payload's length           32  32  SHA-256 of the payload
    4   1  header version, 1      12   4  version: major << 16 | minor << 8 | patch
    5   1  flags, bit 0: signed with the development key
    6   2  counter                16  16  board's name, padded with NUL

The payload is the read-only file system that `build.py` makes; the signature RSASSA-PKCS1-v1_5 with SHA-256
of a maker's RSA-2048 key (public exponent 65537). The same sources, version and key give the same bytes. An
image carries the key that the next one must be signed with: the public half of its own, or of the key that
takes its place. A reader takes no image whose counter is below its own's, whatever the versions.
"""

import hashlib
import os
import re
import struct
import subprocess
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric import padding, rsa
from cryptography.hazmat.primitives.hashes import SHA256

from tournee.boards import build, cross
from tournee.boards.image_keys import (
    DEVELOPMENT_KEY,
    SIGNATURE,
    FileSigner,
    ImageError,
    ImageSigner,
    is_development,
    key_of,
    modulus,
    private_key,
    public_key,
    signer,
)
from tournee.boards.schema import read as read_board
from tournee.french import reason

__all__ = ["DEVELOPMENT_KEY", "SIGNATURE", "ImageError", "modulus", "private_key", "public_key", "signer"]

MAGIC = b"TOUR"
HEADER_VERSION = 1
DEVELOPMENT = 1  # flag: signed with the development key
HEADER = struct.Struct("<4sBBHII16s32s")
COUNTER_MAX = 65535
SIZE_MAX = 1 << 24  # bytes of a file that is read as an image
WORD = 8  # flash is written by whole words: a payload ends at one, filled up with FF
# 256 bytes as an .mpy holds them: their number, themselves, a zero
_KEY = re.compile(rb"\x82\x00([\x80-\xff][\x00-\xff]{255})\x00")
_VERSION = re.compile(r"(\d{1,5})\.(\d{1,3})\.(\d{1,3})")


@dataclass(frozen=True)
class Image:
    """An image that is whole: `signed` is what the signature covers."""

    board: str
    version: int
    development: bool
    counter: int
    payload: bytes
    signed: bytes
    signature: bytes

    @property
    def version_text(self) -> str:
        """The version as it is written: 0.2.0."""
        return f"{self.version >> 16}.{self.version >> 8 & 255}.{self.version & 255}"

    @property
    def next_key(self) -> rsa.RSAPublicKey | None:
        """The key that it wants the next image signed with, as its code holds it; None for a board that takes
        no update."""
        found = {key for key in _KEY.findall(self.payload) if key[-1] & 1}
        return key_of(found.pop()) if len(found) == 1 else None


def version_number(text: str) -> int:
    """Return `major << 16 | minor << 8 | patch` of a text such as 0.2.0. ImageError when it is none."""
    match = _VERSION.fullmatch(text)
    major, minor, patch = (int(part) for part in match.groups()) if match else (-1, 0, 0)
    if not (0 <= major < 1 << 14 and minor < 256 and patch < 256):
        raise ImageError(
            f"« {text} » n’est pas une version.", next_step="écrivez trois nombres, au plus 16383.255.255"
        )
    return major << 16 | minor << 8 | patch


def to_sign(payload: bytes, board: str, version: int, *, development: bool, counter: int = 0) -> bytes:
    """Return what the signature of an image covers. ImageError when name or counter does not fit."""
    name = board.encode("ascii")
    if not 0 < len(name) <= 16:
        raise ImageError(f"Le nom de carte « {board} » ne tient pas en 16 caractères.")
    if not 0 <= counter <= COUNTER_MAX:
        raise ImageError(f"Le compteur d’une image va de 0 à {COUNTER_MAX}, et non {counter}.")
    flags = DEVELOPMENT if development else 0
    digest = hashlib.sha256(payload).digest()
    return HEADER.pack(MAGIC, HEADER_VERSION, flags, counter, len(payload), version, name, digest) + payload


def make(payload: bytes, board: str, version: int, key: rsa.RSAPrivateKey, *, development: bool) -> bytes:
    """Return the signed image of a payload. ImageError as `to_sign`."""
    return sign(to_sign(payload, board, version, development=development), FileSigner(key))


def sign(wanted: bytes, key: ImageSigner) -> bytes:
    """Return the image of what is to be signed. ImageError when the key does not sign, or wrongly."""
    return join(wanted, key.sign(hashlib.sha256(wanted).digest()), key.public)


def join(wanted: bytes, signature: bytes, key: rsa.RSAPublicKey) -> bytes:
    """Return the image of what was to be signed and the signature that came back. ImageError when `wanted`
    is no image without its signature, or the signature is not this key's."""
    if len(signature) != SIGNATURE:
        raise ImageError(f"Une signature a {SIGNATURE} octets, et non {len(signature)}.")
    known = parse(wanted + signature)
    if known.development != is_development(key):
        raise ImageError("Cette image a été faite pour une autre clé.")
    verify(known, key)
    return known.signed + known.signature


def parse(data: bytes, file: str = "Ce fichier") -> Image:
    """Return the parts of a whole image. ImageError names what is wrong with the file of this name; the
    signature is not looked at."""
    none, damaged = f"{file} n’est pas une image.", f"{file} est une image abîmée, ou coupée."
    if len(data) < HEADER.size + SIGNATURE:
        raise ImageError(none, cause=f"{len(data)} octets n’en font pas une")
    magic, layout, flags, counter, length, version, name, digest = HEADER.unpack_from(data)
    if magic != MAGIC or layout != HEADER_VERSION or flags & ~DEVELOPMENT:
        raise ImageError(none, cause="son en-tête n’est pas de la version 1")
    board = name.rstrip(b"\0")
    if not board or b"\0" in board or not board.isascii():
        raise ImageError(damaged, cause="le nom de la carte n’en est pas un")
    if len(data) != HEADER.size + length + SIGNATURE:
        whole = HEADER.size + length + SIGNATURE
        raise ImageError(damaged, cause=f"elle annonce {whole} octets et en a {len(data)}")
    signed = data[:-SIGNATURE]
    if hashlib.sha256(signed[HEADER.size :]).digest() != digest:
        raise ImageError(damaged, cause="l’empreinte du contenu n’est pas celle de l’en-tête")
    payload = signed[HEADER.size :]
    return Image(
        board.decode(), version, bool(flags & DEVELOPMENT), counter, payload, signed, data[-SIGNATURE:]
    )


def length_of(data: bytes) -> int:
    """Bytes of the image that begins these, as its header tells it; 0 for none."""
    if len(data) < HEADER.size or not data.startswith(MAGIC):
        return 0
    return HEADER.size + int(HEADER.unpack_from(data)[4]) + SIGNATURE


def verify(image: Image, key: rsa.RSAPublicKey) -> None:
    """Check the signature. ImageError when it is not this key's."""
    try:
        key.verify(image.signature, image.signed, padding.PKCS1v15(), SHA256())
    except InvalidSignature:
        raise ImageError("La signature de l’image n’est pas de cette clé.") from None


def unsigned(
    board_dir: Path,
    version: str | None,
    key: rsa.RSAPublicKey,
    *,
    production: bool,
    next_key: rsa.RSAPublicKey | None = None,
    counter: int = 0,
) -> bytes:
    """Build the board's firmware and return what the signature of this key has to cover: header and payload.
    The image takes the next one signed with `next_key`, and none whose counter is lower. ImageError."""
    board = read_board(board_dir)
    development = is_development(key)
    if production and (development or (next_key is not None and is_development(next_key))):
        raise ImageError(
            "Une image de production ne se signe pas de la clé de développement.",
            next_step="indiquez celle du fabricant",
        )
    release = build.Release(version or build.VERSION, modulus(next_key or key), production, counter)
    number = version_number(release.version)
    sources = build.sources_of(board_dir, board, release)
    try:
        payload = build.payload_of(board_dir, board, sources).read_bytes()
    except subprocess.CalledProcessError as error:
        raise ImageError("Le micrologiciel ne se compile pas.", cause=str(error)) from error
    payload += b"\xff" * (-len(payload) % WORD)
    return to_sign(payload, board["name"], number, development=development, counter=counter)


def built(board_dir: Path, version: str | None, key_file: Path, *, production: bool) -> bytes:
    """Build the board's firmware and return its image, signed with the key in a file. ImageError."""
    key = FileSigner(private_key(key_file))
    return sign(unsigned(board_dir, version, key.public, production=production), key)


def runtime(
    board_dir: Path, image: Image, micropython: Path | None, keys: Sequence[rsa.RSAPublicKey] = ()
) -> bytes:
    """Return the MicroPython (ELF) of our own port that runs this image on its board, from the pinned sources
    or a checkout; with `keys` it starts no image that none of them signed. ImageError for a board that has
    another MicroPython, and for a folder that is none."""
    board = read_board(board_dir)
    if build.QEMU not in board.get("emulator", {}):
        raise ImageError(f"La carte {board['name']} n’a pas notre portage de MicroPython.")
    moduli = [modulus(key) for key in keys]
    try:
        return cross.firmware(board, cross.tables_of(image.payload), micropython, moduli).read_bytes()
    except ValueError as error:
        raise ImageError("Ce dossier n’est pas celui d’un MicroPython.", cause=str(error)) from None
    except (OSError, RuntimeError) as error:
        raise ImageError(
            "MicroPython ne se compile pas.", cause=str(error), next_step=f"installez {cross.NEEDS}"
        ) from None


def write_whole(path: Path, data: bytes, mode: int = 0o644) -> None:
    """Write a file that is there whole or not at all. ImageError."""
    try:
        with tempfile.NamedTemporaryFile(dir=path.parent, delete=False) as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        Path(file.name).chmod(mode)
        Path(file.name).replace(path)
    except OSError as error:
        raise ImageError(
            f"{path} n’a pas pu être écrit.",
            cause=reason(error),
            next_step="vérifiez que son dossier existe, ses droits et la place libre",
        ) from error
