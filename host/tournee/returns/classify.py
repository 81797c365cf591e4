"""Take in one return: open it, tell what it is, decode it, or set it aside whole (OCT-RET).

Content decides first, then the description, then the subject; what they say against the content is noted.
"""

import logging
import re
import zlib
from collections.abc import Callable
from dataclasses import dataclass, field

from tournee import logs
from tournee.errors import TourneeError
from tournee.returns.arl import APPLICATION as ARL_APPLICATION
from tournee.returns.arl import RECORD, Arl, read_arl
from tournee.returns.art import Art, announces_art, read_art
from tournee.returns.bounce import Bounce
from tournee.returns.cms_kinds import entity_within, is_cms, is_enveloped, named_cms, without_armour
from tournee.returns.dloi import APPLICATION as DLOI_APPLICATION
from tournee.returns.dloi import Dloi, read_dloi
from tournee.returns.endings import mended
from tournee.returns.forms import known_form
from tournee.returns.message import Envelope, peek_envelope, read_message
from tournee.returns.quarantine import DamagedError, Quarantined
from tournee.returns.rsp.content import Rsp
from tournee.returns.rsp.reading import read_rsp

_log = logging.getLogger(__name__)

Unseal = Callable[[bytes], bytes]  # CMS EnvelopedData (DER or BER) to what it holds; raises when it cannot

CLEAR_MAX = 32 * 2**20  # bytes after decompression: a return of 250 000 records
_GZIP = b"\x1f\x8b"
_GZIP_MAX = 2  # some gateways compress what is compressed
_MEMBERS_MAX = 100
_BLOCK = 64 * 2**10  # compressed bytes taken at a time
_GZIP_WINDOW = zlib.MAX_WBITS | 16
_APPLICATION = slice(47, 49)
_REFERENCE = slice(61, 65)
_WORDS = {"Arl": "ARL", "Rsp": "RSP", "Art": "ART", "Dloi": "DLOI", "Bounce": "BOUNCE"}
_NOT_REAL = {
    "D": "Flux de démonstration : ces paiements sont fictifs.",
    "T": "Flux de test : ces paiements sont fictifs.",
}


@dataclass(frozen=True)
class Return:
    """A return taken in.

    `clear` is the attachment opened ("" bytes when it could not be opened), `notes` say what the headers
    claim against the content, that a flow is not real, and what else is odd without hindering. `mended` says
    what was put right before it was read; `sealed` whether the attachment was.
    """

    envelope: Envelope
    content: Arl | Rsp | Art | Dloi | Bounce | Quarantined
    clear: bytes = field(repr=False)
    notes: tuple[str, ...] = ()
    mended: tuple[str, ...] = ()
    sealed: bool = False

    @property
    def odd(self) -> tuple[str, ...]:
        """What is kept in view: what was mended; damage in an RSP, sums that differ, an unknown reference."""
        if not isinstance(self.content, Rsp):
            return self.mended
        unknown = () if self.content.decoded else (self.content.undecoded,)
        return (*self.mended, *unknown, *self.content.faults)

    @property
    def body(self) -> bytes:
        """What tells an RSP apart whatever name and date its header bears; empty for all else."""
        return self.content.body if isinstance(self.content, Rsp) else b""

    @property
    def kind(self) -> str:
        """``ARL``, ``RSP``, ``ART``, ``DLOI``, ``BOUNCE`` or ``QUARANTINED``."""
        return _WORDS.get(type(self.content).__name__, "QUARANTINED")


def take_in(raw: bytes, unseal: Unseal | None = None, *, opened: bytes = b"") -> Return:
    """The verdict on one raw message; never raises, whatever the bytes (OCT-RET-5).

    `unseal` opens attachments sealed for the PS; without it a sealed return is set aside. `opened` is what an
    attachment taken in before was found to hold: it is not opened again.
    """
    clear = b""
    try:
        message = read_message(raw)
        if isinstance(message, Bounce):
            return Return(peek_envelope(raw), message, b"", (message.told,))
        attachment = without_armour(message.attachment)
        clear, told = mended(opened or _open(attachment, unseal))
        content = _decode(message.envelope, clear)
    except DamagedError as damage:
        _log.info("return not understood: %s", logs.where(damage))
        return Return(peek_envelope(raw), damage.quarantined(), clear)
    except (
        Exception
    ) as error:  # strangers' bytes: whatever breaks on them, the next message must still be read
        _log.warning("return not read: %s", logs.where(error))
        aside = Quarantined(f"Le message n’a pas pu être lu ({type(error).__name__}).", "message")
        return Return(peek_envelope(raw), aside, clear)
    notes = (*message.notes, *_notes(message.envelope, content))
    return Return(message.envelope, content, clear, notes, told, is_enveloped(attachment))


def _open(attachment: bytes, unseal: Unseal | None) -> bytes:
    """Unsealed, then decompressed, as the content itself shows; the description's K and Z are not needed."""
    content = attachment
    if is_cms(content):
        if not is_enveloped(content):
            raise DamagedError(named_cms(content), "descellement")
        content = entity_within(_unsealed(content, unseal))
        if is_cms(content):
            raise DamagedError(named_cms(content, "Ce que l’enveloppe contient"), "descellement")
    for _ in range(_GZIP_MAX):
        if content[:2] == _GZIP:
            content = _gunzip(content)
    if content[:2] == _GZIP:
        raise DamagedError(f"La pièce jointe est compressée plus de {_GZIP_MAX} fois.", "décompression")
    if not content:
        raise DamagedError("La pièce jointe est vide.", "pièce jointe")
    return content


def _unsealed(content: bytes, unseal: Unseal | None) -> bytes:
    if unseal is None:
        raise DamagedError("La pièce jointe est chiffrée et aucune clé n’est configurée.", "descellement")
    try:
        return unseal(content)
    except Exception as error:  # whatever the opener raises on hostile bytes, the return is set aside
        why = type(error).__name__
        if isinstance(error, TourneeError):
            why = f"{error.message.rstrip('.')} : {error.cause}" if error.cause else error.message
        raise DamagedError(f"La pièce jointe ne s’ouvre pas ({why}).", "descellement") from error


def _gunzip(content: bytes) -> bytes:
    """All members (RFC 1952 2.2), zeros behind them left out, at most `CLEAR_MAX` bytes; here, not in the
    opener: a return may be compressed alone.
    """
    clear = bytearray()
    at = 0
    for _ in range(_MEMBERS_MAX):
        engine = zlib.decompressobj(_GZIP_WINDOW)
        while not engine.eof and at < len(content):
            block = content[at : at + _BLOCK]
            try:
                clear += engine.decompress(block, CLEAR_MAX + 1 - len(clear))
            except zlib.error as error:
                raise DamagedError(f"Compression incorrecte ({error}).", "décompression") from error
            if len(clear) > CLEAR_MAX:
                raise DamagedError("Contenu trop grand une fois décompressé.", "décompression")
            at += len(block) - len(engine.unused_data)
        if not engine.eof:
            raise DamagedError("Compression coupée.", "décompression")
        if content[at : at + 2] == _GZIP:
            continue
        if content[at:].strip(b"\0"):
            raise DamagedError("Des octets suivent le contenu compressé.", "décompression")
        return bytes(clear)
    raise DamagedError(f"Le contenu compressé est en plus de {_MEMBERS_MAX} morceaux.", "décompression")


def _decode(envelope: Envelope, clear: bytes) -> Arl | Rsp | Art | Dloi:
    if clear[:3] == b"000" and len(clear) >= RECORD:
        application = clear[_APPLICATION].decode("latin-1")
        if application == ARL_APPLICATION:
            return read_arl(clear)
        if application == DLOI_APPLICATION:
            return read_dloi(clear)
        if re.fullmatch(rb" ?[0-9]{3,4} ?", clear[_REFERENCE]) or b"@" in clear:
            return read_rsp(clear)
    if announces_art(envelope):
        return read_art(envelope, clear)
    raise DamagedError(f"Ni ARL, ni RSP, ni ART, ni dLOI : {known_form(clear)}.", "pièce jointe")


def _notes(envelope: Envelope, content: Arl | Rsp | Art | Dloi) -> tuple[str, ...]:
    contradictions = _contradictions(envelope, content)
    if isinstance(content, Rsp) and content.flow in _NOT_REAL:
        return (_NOT_REAL[content.flow], *contradictions)
    return contradictions


def _contradictions(envelope: Envelope, content: Arl | Rsp | Art | Dloi) -> tuple[str, ...]:
    word = _WORDS[type(content).__name__]
    claims = (("la description", envelope.description), ("l’objet", envelope.subject))
    return tuple(
        f"Le contenu est un {word}, {where} annonce {claim!r}."
        for where, claim in claims
        if claim and claim.split("/")[0].strip().upper() != word
    )
