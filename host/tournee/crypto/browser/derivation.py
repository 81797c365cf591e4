"""scrypt by noble, in JavaScript."""

import tournee_door as door
from pyodide.ffi import to_js


def scrypt(secret: bytes, salt: bytes, length: int, *, n: int, r: int, p: int) -> bytes:
    """`length` bytes out of a passphrase (RFC 7914); takes 128 · n · r bytes of memory."""
    return bytes(door.scrypt(to_js(secret), to_js(salt), n, r, p, length).to_bytes())
