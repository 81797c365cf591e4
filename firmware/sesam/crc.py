"""CRC-16/IBM-3740 (polynomial 1021, initial FFFF, no reflection), for boards that have none in C."""

from array import array

from .port import const

CRC_INIT = const(0xFFFF)
_POLYNOMIAL = const(0x1021)


def _make_table() -> "array[int]":
    table = array("H", bytearray(512))
    for byte in range(256):
        crc = byte << 8
        for _ in range(8):
            crc = (crc << 1 ^ _POLYNOMIAL if crc & 0x8000 else crc << 1) & 0xFFFF
        table[byte] = crc
    return table


_TABLE = _make_table()


def crc16(buf: bytes | bytearray, start: int, end: int, crc: int = CRC_INIT) -> int:
    """CRC of buf[start:end]; over data and its own CRC it is 0. `crc` is that of what came before."""
    table = _TABLE
    for i in range(start, end):
        crc = (crc << 8 & 0xFFFF) ^ table[crc >> 8 ^ buf[i]]
    return crc
