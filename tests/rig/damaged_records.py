"""Records of every kind, true ones and damaged ones, drawn with a seed: for readers that must judge alike."""

from __future__ import annotations

import base64
from collections.abc import Iterator
from random import Random

from stdnum import luhn
from stdnum.fr import nir as stdnum_nir

from tournee.formats import records
from tournee.formats.fields import Field

PLAIN = bytes(range(32, 96))
NASTY = b" 0159AZaz@=+-/\x00\x7f\xb2\xe9\xff"
EDGES = ("0", " ", "9", "A", "a", "=", "1")
DATES = ("240229", "230229", "261231", "260001", "260100", "260431", "000229", "990101", "000000")


def records_of_all_kinds(seed: int, count: int) -> Iterator[bytes]:
    """So many records of 128 bytes, each kind in turn: a third true, the others damaged in one to three
    ways.
    """
    random = Random(seed)
    for rank in range(count):
        kind = records.KINDS[rank % len(records.KINDS)]
        record = true_record(random, kind)
        for _ in range(random.choice((0, 1, 1, 1, 2, 3)) if rank // len(records.KINDS) % 3 else 0):
            record = _damaged(random, kind, record)
        yield record


def true_record(random: Random, kind: str) -> bytes:
    """A record of that kind, every value drawn."""
    values: dict[str, str | int] = {}
    for field in records.fields(kind):
        if field.name and field.cls not in "KSWC":
            values[field.name] = _value(random, field)
    if "cle" in records.names(kind):
        values["cle"] = stdnum_nir.calc_check_digits(str(values["nir"]))
    if kind == "L":
        filled = random.randint(1, 12)
        values["nombre"] = filled
        for slot in range(1, 13):
            name = f"serie_{slot:02}"
            values[name] = (values[name] or "1") if slot <= filled else ""
    return records.encode(kind, values)


def _value(random: Random, field: Field) -> str | int:
    if field.optional and field.cls in "DIJBR" and random.random() < 0.4:
        return 0 if field.cls == "I" else "0" * field.length
    if field.cls in "DI":
        low, high = field.bounds()
        number = random.choice((low, high, random.randint(low, high)))
        return number if field.cls == "I" else f"{number:0{field.length}}"
    if field.cls == "E":
        return random.choice(field.choices())
    if field.cls == "T":
        length = random.randint(0 if field.optional else 1, field.length)
        text = bytes(random.choices(PLAIN, k=length)).decode().strip(" ")
        return text or ("" if field.optional else "A")
    if field.cls == "j" and random.random() < 0.4:
        return ""
    if field.cls in "Jj":
        return f"{random.randint(0, 99):02}{random.randint(1, 12):02}{random.randint(1, 28):02}"
    if field.cls == "6":
        return base64.b64encode(random.randbytes(random.randint(1, min(72, field.length // 4 * 3)))).decode()
    if field.cls == "N":
        body = _digits(random, 13)
        return body[:5] + random.choice(("2A", "2B", body[5:7])) + body[7:]
    if field.cls == "P":
        return "00000" + _luhn(random, 9)
    if field.cls in "BR":
        return _luhn(random, field.length)
    alphabet = "0123456789ABCDEF" if field.cls == "H" else "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
    return "".join(random.choices(alphabet, k=field.length))


def _luhn(random: Random, length: int) -> str:
    body = f"{random.randint(1, 10 ** (length - 1) - 1):0{length - 1}}"
    return body + luhn.calc_check_digit(body)


def _digits(random: Random, length: int) -> str:
    return "".join(random.choices("0123456789", k=length))


def _damaged(random: Random, kind: str, record: bytes) -> bytes:
    """The record with one thing changed: a byte, a stretch, or what stands in one field."""
    way = random.randrange(5)
    if way == 0:
        return _written(record, random.randrange(128), bytes((random.choice(NASTY),)))
    if way == 1:
        return _written(record, random.randrange(128), random.randbytes(1))
    if way == 2:
        at, length = random.randrange(120), random.randint(1, 8)
        return record[:at] + record[at + length :] + b" " * length
    if way == 3:
        at = random.randrange(120)
        return _written(record, at, random.choice((b" ", b"0", b"9")) * random.randint(1, 8))
    field = random.choice(records.fields(kind))
    return _written(record, field.start - 1, _stead(random, field))


def _stead(random: Random, field: Field) -> bytes:
    """What may stand in place of a field's value, and be almost one."""
    ways = [
        random.choice(EDGES) * field.length,
        _digits(random, field.length),
        "0" * (field.length - 1) + random.choice("123"),
        bytes(random.choices(PLAIN, k=field.length)).decode(),
        (" " + "A" * field.length)[: field.length],
    ]
    if field.cls in "Jj":
        ways.append(random.choice(DATES))
    if field.cls == "6":
        text = base64.b64encode(random.randbytes(random.randint(0, 72))).decode()
        ways += [
            text.ljust(96),
            text.rstrip("=").ljust(96),
            text.ljust(96, "="),
            text[1:].ljust(96),
            text.rjust(96),
        ]
    if field.cls == "D":
        low, high = field.bounds()
        ways.append(f"{random.choice((max(low - 1, 0), low, high)):0{field.length}}")
    return random.choice(ways).encode()[: field.length]


def _written(record: bytes, at: int, data: bytes) -> bytes:
    return (record[:at] + data + record[at + len(data) :])[:128]
