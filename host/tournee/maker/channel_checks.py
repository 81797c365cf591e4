"""The part of the conformance kit that is about the protected channel (PROTOCOL.md 9): each attack that it
must refuse, tried on a reader whose secret is known. Nothing of the reader is changed.
"""

from __future__ import annotations

import os
from collections.abc import Callable

from tournee.firmware.sesam import codes, frame, messages
from tournee.maker.raw_link import IDENTIFY, RawLink, status_of, told
from tournee.reader import codec
from tournee.reader.host_names import NAME
from tournee.reader.link.framing import decode_frame, encode_frame
from tournee.reader.link.secure_channel import SUITE, VERSION

Check = Callable[[RawLink], tuple[bool, str]]

_NONCE = 16
_PROOF = 16


def _all_are(statuses: list[int], wanted: int, link: RawLink | None = None) -> tuple[bool, str]:
    """Whether each was refused so, and the session in force goes on, where `link` is given."""
    seen = ", ".join(sorted({told(status) for status in statuses}))
    if link is not None and link.request(IDENTIFY) != codes.OK:
        return False, f"{seen}, puis perdu"
    return set(statuses) == {wanted}, seen


def _protect(name: bytes, version: int = VERSION, suite: int = SUITE) -> bytearray:
    nonce = os.urandom(_NONCE)
    return codec.encode(
        messages.PROTECT, {"version": version, "suite": suite, "nonce": nonce, "session": name}
    )


def _handshake(link: RawLink) -> tuple[bool, str]:
    return _all_are([link.request(IDENTIFY)], codes.OK)


def _wrong_secret(link: RawLink) -> tuple[bool, str]:
    link.send_hello(_protect(link.name))
    proof = codec.encode(messages.PROVE, {"proof": os.urandom(_PROOF)})
    return _all_are([status_of(link.send_hello(proof)) for _ in range(2)], codes.PROOF, link)


def _played_again(link: RawLink) -> tuple[bool, str]:
    """Who has recorded a handshake sends its very bytes."""
    asked, proof = link.spoken
    link.send_hello(asked)
    return _all_are([status_of(link.send_hello(proof))], codes.PROOF, link)


def _clear(link: RawLink) -> tuple[bool, str]:
    hello = status_of(link.send_hello(link.hello_message(link.name)))
    requests = [link.status(bytes(encode_frame(frame.REQUEST, number, IDENTIFY))) for number in (1, 2)]
    return _all_are([hello, *requests], codes.UNPROTECTED, link)


def _replayed(link: RawLink) -> tuple[bool, str]:
    records = [link.next_request(IDENTIFY) for _ in range(2)]
    taken = [link.status(one) for one in records]
    again = [link.status(one) for one in records]
    good, seen = _all_are(again, codes.RECORD_REFUSED, link)
    return good and taken == [codes.OK, codes.OK], seen


def _out_of_order(link: RawLink) -> tuple[bool, str]:
    early, late = link.next_request(IDENTIFY), link.record(frame.REQUEST, 1, IDENTIFY)
    taken = link.status(late)
    good, seen = _all_are([link.status(early)], codes.RECORD_REFUSED, link)
    return good and taken == codes.OK, seen


def _altered(*offsets: int) -> Check:
    """Flip one bit of a record at each of these offsets, its frame's CRC made anew."""

    def check(link: RawLink) -> tuple[bool, str]:
        refusals = []
        for offset in offsets:
            record = bytearray(decode_frame(link.record(frame.REQUEST, 1, IDENTIFY)[1:-1]).payload)
            record[offset] ^= 1
            refusals.append(link.status(bytes(encode_frame(frame.PROTECTED, 0, record))))
        return _all_are(refusals, codes.RECORD_REFUSED, link)

    return check


def _downgrade(link: RawLink) -> tuple[bool, str]:
    asked = [(VERSION + 1, SUITE), (VERSION, SUITE + 1), (255, 255)]
    return _all_are(
        [status_of(link.send_hello(_protect(link.name, *one))) for one in asked], codes.SUITE, link
    )


def _second_host(link: RawLink) -> tuple[bool, str]:
    return _all_are([status_of(link.send_hello(_protect(os.urandom(NAME))))], codes.HOST_BUSY, link)


def no_secret(link: RawLink) -> tuple[bool, str]:
    """A reader that was given no secret says so, rather than make believe."""
    return _all_are([status_of(link.send_hello(_protect(link.name)))], codes.NO_SECRET, link)


CHECKS: dict[str, Check] = {
    "poignée de main avec le secret de l’étiquette": _handshake,
    "hôte qui n’a pas le secret refusé": _wrong_secret,
    "poignée de main enregistrée et rejouée refusée": _played_again,
    "rien n’est accepté en clair": _clear,
    "enregistrement rejoué refusé": _replayed,
    "enregistrement en retard refusé": _out_of_order,
    "sceau d’enregistrement altéré refusé": _altered(-1, -8),
    "contenu d’enregistrement altéré refusé": _altered(2, 3, 5),
    "autre version ou autre chiffre refusés": _downgrade,
    "second hôte refusé tant que le premier est là": _second_host,
}
"""By name, in French, for a session that is open with fresh keys; none leaves the reader changed."""
