"""A certification, from its first request to the signature: begun again when a restart of the reader undid
it, and signed once all the same.
"""

import contextlib
import hashlib
from collections.abc import Callable, Iterator

from tournee.errors import ReaderError
from tournee.firmware.sesam import codes, frame, messages
from tournee.formats import records
from tournee.model.codes import DRE, FSE
from tournee.reader import codec
from tournee.reader.failures import (
    Incoherent,
    OlderReader,
    ProtocolRefused,
    Refused,
    SessionForgotten,
    failure_of_status,
)
from tournee.reader.link.record_stream import AROUND, Progress, RecordStream
from tournee.reader.link.session import ReaderLink

KINDS = {FSE: 1, DRE: 2}
DESYNCHRONISED = "04"
#: Securing modes in which the Vitale card seals as the PS's card signs.
SEALED_AT_ONCE = ("02", "03")

_RESTARTS = 3  # of a certification that a restart of the reader has undone
_SINCE = 2  # version of the protocol that knows
_NEW_MODES = {"02": "certifier une visite (mode 02)", "04": "sceller puis contresigner (mode 04)"}
_REPLACEMENT = "r"  # a record 2R, as `records.shape_of` calls it


def check_version(version: int, mode: str, data: bytes) -> None:
    """OlderReader when a reader of this version of the protocol does not know the mode, or a record."""
    if version >= _SINCE:
        return
    if mode in _NEW_MODES:
        raise OlderReader(_NEW_MODES[mode])
    if _REPLACEMENT in records.shape_of(data):
        raise OlderReader("certifier la facture d’un remplaçant")


@contextlib.contextmanager
def known_to_the_reader(what: str) -> Iterator[None]:
    """OlderReader, for `what`, when the reader calls a value of the message out of bounds."""
    try:
        yield
    except ProtocolRefused as refused:
        if refused.status == codes.RANGE:
            raise OlderReader(what) from refused
        raise


class CertificationRun:
    """One certification of whole records over one link: `begin` is CERTIFY or SEAL, `sign` its end."""

    def __init__(
        self,
        link: ReaderLink,
        send: Callable[[int, bytearray], codec.Message],
        number: int,
        begin: bytearray,
        sign: bytearray,
        data: bytes,
        on_progress: Progress | None,
    ) -> None:
        self._link = link
        self._send = send
        self._number = number
        self._begin = begin
        self._sign = sign
        self._data = data
        self._on_progress = on_progress

    def signed(self) -> codec.Message:
        """What SIGN is answered. ReaderError; Incoherent when something else than `data` was signed."""
        if len(self._data) % messages.RECORD:
            raise failure_of_status(codes.LAYOUT, len(self._data) // messages.RECORD + 1)
        for restart in range(_RESTARTS + 1):
            try:
                self._stream()
                answer = self._send(messages.SIGN, bytearray(self._sign))
            except SessionForgotten:
                if restart == _RESTARTS:
                    raise
                continue
            except Refused as refused:
                if refused.status != codes.INTERRUPTED or restart == _RESTARTS:
                    raise
                continue  # the same bytes can only get the same signature: signing them again is right
            break
        if answer.data("digest") != hashlib.sha256(self._data).digest():
            raise Incoherent("ce qui a été signé n’est pas ce qui a été envoyé")
        return answer

    def _stream(self) -> None:
        """Send the records, as many at a time and as far ahead as the reader takes and the link carries."""
        link = self._link
        certifying = self._send(self._number, bytearray(self._begin))
        chunk = max(1, min(certifying.uint("chunk"), (link.largest - AROUND) // messages.RECORD))
        ahead = (certifying.uint("window") - 1) * frame.encoded_max(AROUND + chunk * messages.RECORD)
        stream = RecordStream(self._data, chunk, link.best_length, self._on_progress)
        try:
            link.stream(stream, ahead)
        except BaseException:
            if stream.stopped:  # nothing is to be signed
                with contextlib.suppress(ReaderError):
                    self._send(messages.ABANDON, codec.encode(messages.ABANDON, {}))
            raise
