"""Bytes as the wire carries them (ISO 7816-3 8.1): raw is what a UART set to the direct convention reads."""

DIRECT_TS = 0x3B
INVERSE_TS = 0x3F


def _inverted(value: int) -> int:
    return int(f"{value ^ 0xFF:08b}"[::-1], 2)


_INVERSE = bytes(_inverted(value) for value in range(256))


def convert(data: bytes, *, inverse: bool) -> bytes:
    """Logical bytes to raw ones or back (the inverse convention undoes itself): TS `3F` is raw `03`."""
    return data.translate(_INVERSE) if inverse else data
