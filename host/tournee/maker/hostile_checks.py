"""The part of the conformance kit that is about what no sound host sends: lengths that lie, frames of no use,
messages out of their order, every field wrong. All of it is refused, and the reader goes on.
"""

from __future__ import annotations

from collections.abc import Iterator

import cbor2

from tournee.firmware.sesam import codes, frame, messages
from tournee.maker.raw_link import IDENTIFY, SILENCE, RawLink, status_of, told
from tournee.reader import codec
from tournee.reader.link.framing import encode_frame

_FORM = {codes.MALFORMED, codes.UNKNOWN_MESSAGE, codes.FIELD, codes.TYPE, codes.RANGE, codes.OVERSIZE}
_UNUSED_KINDS = (0, 12, 127, 128, 255)  # of frames
_READER_KINDS = (frame.WELCOME, frame.ANSWER, frame.ACK, frame.NAK, frame.PART, frame.PIECES)
_SILENT_MS = 40  # a refusal that is later is passed over: what counts is the answer to the next request

LYING = {
    "message vide": b"",
    "tableau sans élément": b"\xa0",
    "tableau sans fin": b"\xbf\x00\x01\xff",
    "tableau de 2³² − 1 éléments": b"\xba\xff\xff\xff\xff\x00\x01",
    "tableau d’un élément de plus": b"\xa2\x00\x01",
    "chaîne de 2³² − 1 octets": b"\xa3\x00\x06\x01\x00\x02\x5a\xff\xff\xff\xff\x00",
    "chaîne de 2⁶⁴ − 1 octets": b"\xa3\x00\x06\x01\x00\x02\x5b" + b"\xff" * 8,
    "chaîne plus longue que le message": b"\xa3\x00\x06\x01\x00\x02\x58\x80\x00",
    "chaîne sans fin": b"\xa3\x00\x06\x01\x00\x02\x5f\x41\x00\xff",
    "texte qui n’en est pas un": b"\xa2\x00\x08\x01\x6c" + b"\xff" * 12,
    "nombre de 2⁶⁴ − 1": b"\xa3\x00\x02\x01\x1b" + b"\xff" * 8 + b"\x02\x00",
    "numéro de message négatif": b"\xa1\x00\x20",
    "nombre écrit trop long": b"\xa1\x00\x18\x01",
    "200 tableaux l’un dans l’autre": b"\xa1\x00" + b"\x81" * 200 + b"\x01",
    "octets après le message": b"\xa1\x00\x01" + bytes(40),
    "numéro de message 255": b"\xa1\x00\x18\xff",
    "numéro de message 65535": b"\xa1\x00\x19\xff\xff",
}
"""Messages whose lengths or numbers lie, by what they are."""


def lying_lengths(link: RawLink) -> tuple[bool, str]:
    """Each is refused for its form; a message as long as WELCOME allows is read, one byte more is not."""
    for name, message in LYING.items():
        status = link.request(message)
        if status not in _FORM:
            return False, f"{name} : {told(status)}"
    whole, more = link.request(b"\xff" * link.largest), link.request(b"\xff" * (link.largest + 1))
    good = (whole, more) == (codes.MALFORMED, codes.OVERSIZE) and link.hello() == codes.OK
    return good, f"{len(LYING)} refusés ; {link.largest} octets {told(whole)}, un de plus {told(more)}"


def useless_frames(link: RawLink) -> tuple[bool, str]:
    """Frames that no host sends: refused or passed over, never answered; the next one is read."""
    stuffed = [
        b"\0\0\0\0",
        b"\0\x01\0",
        b"\0\x03\x01\x01\0",
        b"\0\xff\x01\x02\0",
        b"\0" + b"\x01" * 300 + b"\0",
    ]
    bare = [bytes(encode_frame(kind, 1, b"")) for kind in (frame.HELLO, frame.FETCH, frame.PIECE)]
    odd = [bytes(encode_frame(kind, 1, bytes(20))) for kind in (*_UNUSED_KINDS, *_READER_KINDS)]
    tried = [*stuffed, *bare, *odd]
    for rank, one in enumerate(tried, start=1):
        said = link.exchange(one, {frame.NAK, frame.ANSWER, frame.WELCOME}, _SILENT_MS)
        if said is not None and said.kind != frame.NAK:
            return False, f"trame {rank} : répondue, type {said.kind}"
        following = link.exchange(link.next_request(IDENTIFY), {frame.ANSWER})
        if following is None or status_of(following) != codes.OK:
            return False, f"trame {rank}, puis {told(status_of(following))}"
    return True, f"{len(tried)} trames, la suivante lue à chaque fois"


def every_field(link: RawLink) -> tuple[bool, str]:
    """Each field of each request, below and above what it may be, of another type, and missing."""
    tried = 0
    for number, name, message in _wrong_fields():
        if len(message) > link.largest:  # refused before it is read: tried once, above
            continue
        status = link.request(message)
        tried += 1
        if status not in _FORM:
            return False, f"message {number}, {name} : {told(status)}"
    return link.request(IDENTIFY) == codes.OK, f"{tried} demandes refusées"


def _wrong_fields() -> Iterator[tuple[int, str, bytes]]:
    for number, row in sorted(codec.ROWS.items()):
        if number >= messages.HELLO:
            continue
        least = {key: least_value(one) for key, one in enumerate(row.fields, start=1)}
        for key, one in enumerate(row.fields, start=1):
            wrong: list[object] = [None, -1, b"" if one.letter == "u" else 0, _value(one, one.high + 1)]
            if one.low:
                wrong.append(_value(one, one.low - 1))
            for value in wrong:
                yield number, one.name, cbor2.dumps({0: number, **least, key: value})
            yield (
                number,
                one.name,
                cbor2.dumps({0: number, **{at: v for at, v in least.items() if at != key}}),
            )


def least_value(one: codec.FieldRow) -> int | str | bytes:
    """The least value, or the shortest, that a field may have."""
    return _value(one, one.low)


def _value(one: codec.FieldRow, n: int) -> int | str | bytes:
    return n if one.letter == "u" else " " * n if one.letter == "t" else bytes(n)


def order(link: RawLink) -> tuple[bool, str]:
    """What has to come after something else comes alone: refused. An update under way is not touched."""
    said = [link.request(codec.encode(codec.number_of(name), values)) for name, values in _ALONE]
    known = {codes.NOT_CERTIFYING, codes.UPDATE_ORDER, codes.NO_STORAGE, codes.UNKNOWN_MESSAGE}
    proof = status_of(link.send_hello(codec.encode(messages.PROVE, {"proof": bytes(16)})))
    doors = {codes.NO_SECRET, codes.PROOF, codes.UNKNOWN_MESSAGE}
    asked = link.send_hello(codec.encode(messages.IDENTIFY, {}))
    seen = ", ".join(sorted({told(one) for one in (*said, proof, status_of(asked))}))
    good = set(said) <= known and proof in doors and asked is not None and asked.kind == frame.NAK
    return good and link.hello() == codes.OK, seen


_ALONE: tuple[tuple[str, dict[str, int | bytes]], ...] = (
    ("RECORDS", {"first": 0, "data": bytes(messages.RECORD)}),
    ("SIGN", {"invoices": 1, "total": 0}),
    ("CHUNK", {"offset": 1048575, "data": bytes(8)}),
)


def old_number(link: RawLink) -> tuple[bool, str]:
    """A request whose number is behind the last one's is not served again, nor is one far ahead."""
    said = [link.request(IDENTIFY) for _ in range(3)]
    again = [link.status(link.record(frame.REQUEST, number, IDENTIFY)) for number in (1, 2, 7, 200)]
    good = set(said) == {codes.OK} and SILENCE not in again and set(again) <= {codes.SEQUENCE}
    return good and link.request(IDENTIFY) == codes.OK, ", ".join(told(one) for one in again)
