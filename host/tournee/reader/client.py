"""The reader as the rest of the host sees it: one method a service, results as values, failures as errors."""

import hashlib
import logging
import secrets
import time
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Self

from tournee.firmware.sesam import codes, messages
from tournee.firmware.sesam.cobs import crc16
from tournee.logs import TRAFFIC
from tournee.model.codes import FSE, NO_CARD
from tournee.reader import codec
from tournee.reader.certification_run import (
    DESYNCHRONISED,
    KINDS,
    SEALED_AT_ONCE,
    CertificationRun,
    check_version,
    known_to_the_reader,
)
from tournee.reader.failures import (
    CodeMalformed,
    Incoherent,
    ProtocolRefused,
    SealOfOtherBytes,
    SessionForgotten,
    failure_of_answer,
)
from tournee.reader.host_names import HOST_NAMES, NAME
from tournee.reader.link.record_stream import AROUND, Progress
from tournee.reader.link.secure_channel import SecureChannel
from tournee.reader.link.session import Clock, Reach, ReaderLink, Session, SystemClock
from tournee.reader.results import (
    CardsState,
    Certification,
    FilterState,
    Identity,
    KnownCertificate,
    PsCard,
    PsState,
    Seal,
    VitaleCard,
    groups_of,
)
from tournee.reader.strangers import strangers_named
from tournee.reader.transports.open import connect
from tournee.reader.transports.streams import Transport

_log = logging.getLogger(__name__)

CODE_DIGITS = 4
_FILTER_STEP = 512  # bytes of the opposition list's filter sent at once, at most
_ZONE, _CERTIFICATE, _ANSWER_TO_RESET = 0, 1, 2  # parts of a card
_INVOICE, _LOT, _ASSERTION = 1, 2, 3


class Reader:
    """A reader, over any stream; safe against cuts: what was under way is taken up again and signed once.

    Every method raises a ReaderError: LinkLost when the reader stays out of reach, SessionForgotten when it
    restarted, or a child of Refused with the reader's status. Not for use by two threads at once.
    """

    def __init__(
        self,
        stream: Callable[[], Transport] | Transport,
        *,
        clock: Clock | None = None,
        session: bytes | None = None,
        secret: bytes | None = None,
        reach: Reach = lambda there: None,
    ) -> None:
        """Talk over `stream`: an open transport, or what opens one (and opens it again after a cut).

        With the reader's `secret`, 32 bytes from its label, over the protected channel alone; its sessions'
        names are `session` where that is given, else this host's (`host_names`).
        `reach` is told when the reader is out of reach and being looked for, and when it is back.
        """
        opener = stream if callable(stream) else lambda: stream
        channel = None if secret is None else SecureChannel(secret)
        name = session or secrets.token_bytes(NAME)
        self._secret = None if session else secret

        def named() -> bytes:
            return name if self._secret is None else HOST_NAMES.take(self._secret)

        def told(there: bool) -> None:
            _log.warning("reader %s", "back" if there else "out of reach")
            reach(there)

        self._session: ReaderLink = Session(opener, named, clock or SystemClock(), channel, told)

    @classmethod
    def open(
        cls,
        address: str | Callable[[], Transport],
        secret: bytes | None = None,
        reach: Reach = lambda there: None,
        *,
        clock: Clock | None = None,
        session: bytes | None = None,
    ) -> Self:
        """Connect to a URL: a serial port, a pseudo-terminal, `socket://host:port`, `pcsc:`, `ble:address`;
        or by what opens a stream. `session` names one that this host left open, to take it up again.

        LinkLost, PcscUnavailable, NotPaired.
        """
        opener = (lambda: connect(address)) if isinstance(address, str) else address
        reader = cls(opener, clock=clock, session=session, secret=secret, reach=reach)
        try:
            reader._session.open()
            _log.info("reader: session open, %s", "in clear" if secret is None else "protected channel")
        except BaseException:
            reader.close()
            raise
        return reader

    @classmethod
    def over(cls, link: ReaderLink) -> Self:
        """The reader at the end of a link that is open already, another program's it may be."""
        reader = cls(lambda: connect(""))
        reader._session = link
        return reader

    @property
    def link(self) -> ReaderLink:
        """What carries the messages, for who serves them to other programs."""
        return self._session

    def close(self) -> None:
        """Give the link up; the reader keeps its session."""
        self._session.close()
        if self._secret is not None:
            HOST_NAMES.leave(self._secret)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def identify(self) -> Identity:
        """Ask the reader who it is and how its memory stands."""
        values = self._ask_again(messages.IDENTIFY).values
        return Identity(**values)  # type: ignore[arg-type]

    def cards(self) -> CardsState:
        """Ask what the slots hold."""
        answer = self._ask_again(messages.CARDS)
        return CardsState(PsState(answer.uint("ps")), bool(answer.uint("vitale")))

    def read_ps_card(self) -> PsCard:
        """Read the PS's card: zones and certificate. No code is needed."""
        with strangers_named(lambda: self._read_part(messages.READ_PS_CARD, _ANSWER_TO_RESET)):
            zone = self._read_part(messages.READ_PS_CARD, _ZONE)
            return PsCard(groups_of(zone), zone, self._read_part(messages.READ_PS_CARD, _CERTIFICATE))

    def read_vitale(self, known: KnownCertificate = lambda groups: None) -> VitaleCard:
        """Read the Vitale card: zone and certificate, unless `known` gives that for what the zone tells."""
        with strangers_named(lambda: self._read_part(messages.READ_VITALE, _ANSWER_TO_RESET)):
            zone = self._read_part(messages.READ_VITALE, _ZONE)
            groups = groups_of(zone)
            certificate = known(groups) or self._read_part(messages.READ_VITALE, _CERTIFICATE)
            return VitaleCard(groups, zone, certificate)

    def unlock(self, code: str | bytearray) -> int:
        """Present the code porteur (4 digits) to the PS's card; return the tries left.

        CodeMalformed before anything is sent; WrongCode, CodeBlocked. Never repeated by itself once the card
        may have seen it. The code goes from a bytearray (the caller's own when it hands one in) that is
        overwritten here; a str cannot be.
        """
        given = code if isinstance(code, bytearray) else bytearray(code, "ascii", "replace")
        if len(given) != CODE_DIGITS or not given.isdigit():
            given[:] = bytes(len(given))
            raise CodeMalformed()
        try:
            message = codec.encode(messages.UNLOCK, {"code": given})
            spare = bytearray(message)
        finally:
            given[:] = bytes(len(given))
        try:
            answer = self._send(messages.UNLOCK, message)
        except SessionForgotten as forgotten:
            if forgotten.asked:
                raise
            answer = self._send(messages.UNLOCK, spare)
        finally:
            spare[:] = bytes(len(spare))
        return answer.uint("tries_left")

    def set_date(self, date: datetime) -> None:
        """Set the reader's clock, to the minute."""
        text = date.strftime("%Y%m%d%H%M")
        if self._ask_again(messages.SET_DATE, {"date": text}).text("date") != text:
            raise Incoherent("date non prise en compte")

    def seal_invoice(self, records: bytes, *, kind: str, total: int) -> Seal:
        """Have an invoice, records 2 to 5, sealed by the Vitale card alone, for mode 04; no CPS is needed.

        `kind` is FSE or DRE, `total` (cents) what the user confirmed. OlderReader before anything is sent.
        """
        values = {"kind": KINDS[kind]}
        made = self._certified(messages.SEAL, values, DESYNCHRONISED, records, 1, total, None)
        return Seal(made.data("signature"), made.data("digest"))

    def certify_invoice(
        self,
        records: bytes,
        *,
        kind: str,
        mode: str,
        total: int,
        invoices: int = 1,
        sealed: Seal | None = None,
    ) -> Certification:
        """Have an invoice, records 2 to 5, signed by the PS's card and, in modes 02 and 03, sealed by Vitale.

        `kind` is FSE or DRE, `mode` the securing mode on two digits, `total` (cents) what the user confirmed,
        `sealed` the seal of mode 04. OlderReader, SealOfOtherBytes before anything is sent.
        """
        if sealed is not None and sealed.digest != hashlib.sha256(records).digest():
            raise SealOfOtherBytes()
        values = {"what": _INVOICE, "kind": KINDS[kind], "mode": int(mode)}
        made = self._certified(messages.CERTIFY, values, mode, records, invoices, total, None)
        seal = made.data("seal") or None
        if (seal is not None) is not (mode in SEALED_AT_ONCE):
            raise Incoherent("sceau absent, ou de trop")
        return Certification(made.data("signature"), seal, made.data("digest"))

    def certify_lot(
        self,
        lot: bytes,
        *,
        kind: str,
        mode: str,
        invoices: int,
        total: int,
        on_progress: Progress | None = None,
    ) -> Certification:
        """Have a lot signed by the PS's card, records 1 to 6 with the invoices' records 7, of any length."""
        values = {"what": _LOT, "kind": KINDS[kind], "mode": int(mode)}
        made = self._certified(messages.CERTIFY, values, mode, lot, invoices, total, on_progress)
        return Certification(made.data("signature"), made.data("seal") or None, made.data("digest"))

    def sign_assertion(self, signed_info: bytes) -> bytes:
        """Have the PS's card sign an XML signature's `SignedInfo`, canonical, of 128, 256 … 1,024 bytes
        (RSASSA-PKCS1-v1_5, SHA-256): nothing else is taken here, nor this anywhere else. OlderReader.
        """
        values = {"what": _ASSERTION, "kind": KINDS[FSE], "mode": int(NO_CARD)}
        with known_to_the_reader("signer une demande à un service"):
            made = self._certified(messages.CERTIFY, values, NO_CARD, signed_info, 1, 0, None)
        return made.data("signature")

    def filter_state(self) -> FilterState | None:
        """The reader's filter of the opposition list, None where it has none."""
        try:
            answer = self._ask_again(messages.LOAD_OPPOSITION, {"offset": 0, "data": b""})
        except ProtocolRefused as refused:
            if refused.status == codes.UNKNOWN_MESSAGE:
                return None
            raise
        return FilterState(answer.uint("size"), answer.uint("number"))

    def load_filter(
        self, data: bytes, *, hashes: int, number: int, on_progress: Progress | None = None
    ) -> None:
        """Put a filter of the size that the reader has in force, made of list `number` with `hashes` bits a
        serial. Until the last step is done, no list is in force in the reader.
        """
        step = min(_FILTER_STEP, self._session.largest - AROUND)
        for start in range(0, len(data), step):
            values: dict[str, int | str | bytes] = {"offset": start, "data": data[start : start + step]}
            self._send(messages.LOAD_OPPOSITION, codec.encode(messages.LOAD_OPPOSITION, values))
            if on_progress is not None:
                on_progress(min(start + step, len(data)), len(data))
        check = crc16(data, 0, len(data))
        use: dict[str, int | str | bytes] = {"number": number, "hashes": hashes, "check": check}
        answer = self._send(messages.USE_OPPOSITION, codec.encode(messages.USE_OPPOSITION, use))
        if answer.uint("number") != number:
            raise Incoherent("liste d’opposition non prise en compte")

    def suspected_serial(self) -> str:
        """The serial of the Vitale card that the reader read last, empty when it has read none."""
        return self._ask_again(messages.CLEAR_OPPOSITION, {"serial": ""}).text("serial")

    def clear_card(self, serial: str) -> None:
        """Answer for the card that the reader suspects: it is on no list that the host knows."""
        self._ask_again(messages.CLEAR_OPPOSITION, {"serial": serial})

    def abandon(self) -> None:
        """End a certification under way, if there is one; nothing is signed."""
        self._ask_again(messages.ABANDON)

    def _certified(
        self,
        number: int,
        values: Mapping[str, int],
        mode: str,
        data: bytes,
        invoices: int,
        total: int,
        on_progress: Progress | None,
    ) -> codec.Message:
        begin = codec.encode(number, values)
        sign = codec.encode(messages.SIGN, {"invoices": invoices, "total": total})
        if not self._session.version:
            self._session.open()
        check_version(self._session.version, mode, data)
        run = CertificationRun(self._session, self._send, number, begin, sign, data, on_progress)
        return run.signed()

    def _read_part(self, number: int, part: int) -> bytes:
        read = bytearray()
        while True:
            answer = self._ask_again(number, {"part": part, "offset": len(read)})
            data = answer.data("data")
            last = answer.uint("last")
            if answer.uint("offset") != len(read) or not (data or last):
                raise Incoherent("lecture de carte sans suite")
            read += data
            if last:
                return bytes(read)

    def _ask_again(self, number: int, values: Mapping[str, int | str | bytes] | None = None) -> codec.Message:
        """Ask what may be asked twice: once more when the reader restarted meanwhile."""
        message = codec.encode(number, values or {})
        try:
            return self._send(number, bytearray(message))
        except SessionForgotten:
            return self._send(number, message)

    def _send(self, number: int, message: bytearray) -> codec.Message:
        """Send a request; give its own answer or raise what a FAILURE says. `message` is overwritten."""
        name, length, asked = codec.ROWS[number].name, len(message), time.monotonic()
        _log.log(TRAFFIC, "> %s, %d bytes", name, length)
        data = self._session.request(message)
        if self._secret is not None:
            HOST_NAMES.used(self._secret)
        answer, took = codec.decode(data), (time.monotonic() - asked) * 1000
        if answer.number == messages.FAILURE:
            _log.debug("< %s refused: status %d, %.0f ms", name, answer.uint("status"), took)
            raise failure_of_answer(answer)
        _log.log(TRAFFIC, "< %s, %d bytes, %.0f ms", name, len(data), took)
        if answer.number != number + messages.ANSWER:
            raise Incoherent("réponse à une autre demande")
        return answer
