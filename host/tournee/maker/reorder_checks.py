"""The part of the conformance kit that is about what a reader cannot take yet (PROTOCOL.md 4): it keeps what
it says, or says that it keeps nothing. No certification is under way, so nothing is signed.
"""

from __future__ import annotations

from tournee.firmware.sesam import codes, frame, messages
from tournee.maker.raw_link import SILENCE, RawLink, status_of, told
from tournee.reader import codec
from tournee.reader.link.fragments import PART, piece
from tournee.reader.link.framing import Frame

NOTHING_KEPT = "rien n’est gardé d’avance"


def kept(link: RawLink) -> tuple[bool, str]:
    """The second of two RECORDS comes first: when the first has come, one answer is for what was kept."""
    early = link.exchange(link.record(frame.REQUEST, 2, _records(1)), {frame.ANSWER})
    if early is None or status_of(early) != codes.SEQUENCE:
        return False, told(status_of(early))
    bits = codec.decode(early.payload).uint("record")
    answer = link.exchange(link.record(frame.REQUEST, 1, _records(0)), {frame.ANSWER})
    number = 0 if answer is None else answer.number
    seen = f"gardé : {bits:b}, puis réponse à {number}" if bits else NOTHING_KEPT
    return number == 1 + bits and status_of(answer) == codes.NOT_CERTIFYING, seen


def in_pieces(link: RawLink) -> tuple[bool, str]:
    """A request comes in pieces, the first one last; then a piece of it once more."""
    made = link.record(frame.REQUEST, 1, _records(0))
    first, *others = (bytes(piece(1, made, at)) for at in range(0, len(made), PART))
    wanted = {frame.PIECES, frame.ANSWER, frame.NAK}
    said = [link.exchange(one, wanted) for one in others]
    if {_status(one) for one in said} == {codes.PROTOCOL}:
        return True, NOTHING_KEPT
    there = 0
    for rank, one in enumerate(said, start=1):
        there |= 1 << rank
        if one is None or one.kind != frame.PIECES or int.from_bytes(one.payload, "little") != there:
            return False, told(SILENCE) if one is None else f"morceau {rank + 1} : type {one.kind}"
    answer = link.exchange(first, wanted)
    again = link.exchange(first, {frame.PIECES, frame.NAK})
    status = _status(answer)
    done = again is not None and again.kind == frame.PIECES and not again.payload
    return status == codes.NOT_CERTIFYING and done, f"{len(said) + 1} morceaux, puis {told(status)}"


def _status(one: Frame | None) -> int:
    """As `status_of`; PIECES have none."""
    return codes.OK if one is not None and one.kind == frame.PIECES else status_of(one)


def _records(first: int) -> bytearray:
    return codec.encode(messages.RECORDS, {"first": first, "data": bytes(messages.RECORD)})
