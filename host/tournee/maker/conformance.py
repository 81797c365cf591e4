"""The conformance kit: what any reader must do on its link, asked of a reader in its maker's hands.

It gives no code porteur and signs nothing: `card_checks` does, with test cards.
"""

from __future__ import annotations

import hashlib
import logging
import time
from collections.abc import Iterator

import cbor2

from tournee.firmware.sesam import codes, frame, messages
from tournee.maker import board_checks, channel_checks, hostile_checks, reorder_checks
from tournee.maker.card_checks import CheckResult, Family
from tournee.maker.channel_checks import Check
from tournee.maker.hostile_checks import least_value
from tournee.maker.raw_link import IDENTIFY, SILENCE, Address, RawLink, told
from tournee.reader import Reader, codec
from tournee.reader.failures import failure_of_status

_log = logging.getLogger(__name__)

_GARBAGE = hashlib.sha256(b"garbage").digest() * 8
_CHANGING = ("UNLOCK", "SET_DATE", "USE_OPPOSITION", "PROVISION", "UPDATE", "SWITCH", "RESTART", "CONFIRM")
_DOORS = (codes.UNPROTECTED, codes.NO_SECRET, codes.PROOF, codes.SUITE, codes.HOST_BUSY)


def check(address: Address, secret: bytes | None = None) -> Iterator[CheckResult]:
    """Run every check against the reader at this address, one result after the other; with its `secret` over
    the protected channel, and that channel's own checks.

    A child of Refused when the reader lets nobody in so: it has a secret and none was given, or another one,
    or another host is using it.
    """
    link = RawLink(address, secret)
    channel = channel_checks.CHECKS if secret else _WITHOUT_SECRET
    families = ((Family.LINK, _LINK), (Family.MESSAGES, _MESSAGES), (Family.CHANNEL, channel))
    try:
        for family, checks in (*families, (Family.STATE, _BOARD)):
            for name, one in checks.items():
                link.received.clear()
                began = time.monotonic()
                refusal = link.hello()
                if refusal in _DOORS:
                    raise failure_of_status(refusal)
                good, seen = (False, f"pas de WELCOME ({told(refusal)})") if refusal else one(link)
                _log.info("check %s: %s", one.__name__, "good" if good else "bad")
                took = round((time.monotonic() - began) * 1000)
                yield CheckResult(name, good, seen, took, family, tuple(link.received))
    finally:
        link.close()
    began = time.monotonic()
    with Reader.open(address, secret) as reader:
        identity, state = reader.identify(), reader.cards()
    used = f"{identity.heap_used} octets sur {identity.heap_size}, au plus {identity.heap_peak}"
    room = not identity.heap_size or identity.heap_peak < identity.heap_size
    took = round((time.monotonic() - began) * 1000)
    slots = f"PS {state.ps.name}, Vitale {state.vitale}"
    for name, good, seen in (
        ("il reste de la mémoire", room, used),
        ("profil open-1, une simulation", identity.profile == "open-1", identity.profile),
        ("fentes annoncées", identity.slots > 0, slots),
    ):
        yield CheckResult(name, good, seen, took, Family.STATE)


def _expect(status: int, wanted: int) -> tuple[bool, str]:
    return status == wanted, told(status)


def _version(link: RawLink) -> tuple[bool, str]:
    return link.version >= messages.VERSION, f"version {link.version}"


def _bad_crc(link: RawLink) -> tuple[bool, str]:
    damaged = bytearray(link.record(frame.REQUEST, 1, IDENTIFY))
    damaged[-2] = damaged[-2] % 255 + 1
    good, seen = _expect(link.status(bytes(damaged)), codes.CHECKSUM)
    return good and link.request(IDENTIFY) == codes.OK, seen


def _garbage(link: RawLink) -> tuple[bool, str]:
    refusal = link.status(_GARBAGE + b"\0")
    good, seen = _expect(link.request(IDENTIFY), codes.OK)
    return good and refusal == codes.CHECKSUM, seen


def _oversize(link: RawLink) -> tuple[bool, str]:
    """Twice the largest message fits into the ring of every board; what does not is lost on a line without
    flow control, its end too."""
    return _expect(link.request(bytes(2 * link.largest)), codes.OVERSIZE)


def _repeated(link: RawLink) -> tuple[bool, str]:
    first, again = (link.exchange(link.record(frame.REQUEST, 1, IDENTIFY), {frame.ANSWER}) for _ in range(2))
    kept = first is not None and first == again
    return kept, "la réponse gardée" if kept else "une autre réponse"


def _in_parts(link: RawLink) -> tuple[bool, str]:
    """The kept answer, asked for in parts; then parts that are not there."""
    link.request(IDENTIFY)
    taken = b""
    while len(taken) < len(link.kept):
        part = link.fetch(1, len(taken), frame.PART_MAX)
        if part is None or part.kind != frame.PART or len(part.payload) <= frame.PART_HEAD:
            return False, told(SILENCE) if part is None else "morceau refusé"
        taken += part.payload[frame.PART_HEAD :]
    beyond, other = link.fetch(1, len(taken), 1), link.fetch(2, 0, 1)
    refusals = [SILENCE if one is None else int.from_bytes(one.payload[:2], "big") for one in (beyond, other)]
    good = taken == link.kept and refusals == [codes.RANGE, codes.SEQUENCE]
    return good, f"{len(taken)} octets, puis {', '.join(told(one) for one in refusals)}"


def _wrong_number(link: RawLink) -> tuple[bool, str]:
    return _expect(link.status(link.record(frame.REQUEST, 9, IDENTIFY)), codes.SEQUENCE)


def _refusal(message: bytes | bytearray, wanted: int) -> Check:
    return lambda link: _expect(link.request(bytes(message)), wanted)


def _certifying(name: str, **values: int | bytes) -> Check:
    return _refusal(codec.encode(codec.number_of(name), values), codes.NOT_CERTIFYING)


def _every_message(link: RawLink) -> tuple[bool, str]:
    """Each number that a message may have is answered. A request comes whole, its fields the least that they
    can be; one that would change the reader, and what is no request, with a field that none has."""
    for number in range(1, messages.NUMBERS):
        row = codec.ROWS.get(number)
        whole = row is not None and number < messages.HELLO and row.name not in _CHANGING
        if row is not None and whole:
            status = link.request(codec.encode(number, {one.name: least_value(one) for one in row.fields}))
        else:
            status = link.request(cbor2.dumps({0: number, messages.FIELDS_MAX + 1: 0}))
        if status == SILENCE or not (whole or status in (codes.FIELD, codes.UNKNOWN_MESSAGE)):
            return False, f"message {number} : {told(status)}"
    return True, f"{messages.NUMBERS - 1} messages"


_LINK: dict[str, Check] = {
    "protocole à jour : sceller, modes 02 et 04, remplaçant": _version,
    "trame altérée refusée, la suivante lue": _bad_crc,
    "octets sans suite passés": _garbage,
    "trames sans usage refusées ou passées, la suivante lue": hostile_checks.useless_frames,
    "message trop long refusé": _oversize,
    "demande répétée : la réponse gardée": _repeated,
    "réponse redemandée en morceaux": _in_parts,
    "demande hors de son tour refusée": _wrong_number,
    "numéros d’avant ou de trop loin refusés": hostile_checks.old_number,
    "enregistrements venus trop tôt : gardés comme il le dit": reorder_checks.kept,
    "demande passée en morceaux": reorder_checks.in_pieces,
}
_MESSAGES: dict[str, Check] = {
    "message qui n’est pas du CBOR refusé": _refusal(b"\xff\x00", codes.MALFORMED),
    "longueurs qui mentent refusées, la plus grande lue": hostile_checks.lying_lengths,
    "message inconnu refusé": _refusal(b"\xa1\x00\x18\x3f", codes.UNKNOWN_MESSAGE),
    "chaque message du protocole : répondu": _every_message,
    "chaque champ trop court, trop long, d’un autre type ou absent : refusé": hostile_checks.every_field,
    "réponse envoyée comme demande refusée": _refusal(b"\xa1\x00\x18\x4a", codes.UNKNOWN_MESSAGE),
    "champ de trop refusé": _refusal(b"\xa2\x00\x01\x01\x00", codes.FIELD),
    "valeur d’un autre type refusée": _refusal(b"\xa3\x00\x02\x01\x40\x02\x00", codes.TYPE),
    "valeur hors bornes refusée": _refusal(b"\xa3\x00\x02\x01\x03\x02\x00", codes.RANGE),
    "code qui n’est pas de chiffres : aucune carte touchée": _refusal(
        b"\xa2\x00\x03\x01\x44abcd", codes.RANGE
    ),
    "enregistrements hors certification refusés": _certifying("RECORDS", first=0, data=bytes(128)),
    "signature hors certification refusée": _certifying("SIGN", invoices=1, total=0),
    "messages sans celui qui les précède refusés": hostile_checks.order,
    "date impossible refusée": _refusal(b"\xa2\x00\x08\x01\x6c202613010000", codes.DATE),
    "abandon de rien : répondu": _refusal(b"\xa1\x00\x0a", codes.OK),
}
_BOARD: dict[str, Check] = {
    "ce que la carte sert et ne sert pas, comme son board.toml": board_checks.matches,
}
_WITHOUT_SECRET: dict[str, Check] = {
    "canal protégé sans secret : le lecteur le dit": channel_checks.no_secret,
}
