"""CMS and S/MIME as others write them: told apart by their front, taken out of PEM and of MIME (RFC 5652, RFC
8551, RFC 7468).
"""

import re

from tournee.returns.message import base64_of, read_entity
from tournee.returns.quarantine import DamagedError

_SHORTEST = 16
_LONG = 0x80  # a length below it is in one byte; itself: none is told (BER); above: in so many bytes more
_LENGTH_MAX = 10  # where a length of eight bytes ends
_SEQUENCE = b"\x30"
_OID = b"\x06"
_ENVELOPED = bytes.fromhex("2a864886f70d010703")  # 1.2.840.113549.1.7.3
_NAMES = {
    bytes.fromhex("2a864886f70d010701"): "un contenu CMS simple (Data)",
    bytes.fromhex("2a864886f70d010702"): "un contenu signé (CMS SignedData)",
    _ENVELOPED: "une enveloppe chiffrée (CMS EnvelopedData)",
    bytes.fromhex("2a864886f70d010705"): "une empreinte (CMS DigestedData)",
    bytes.fromhex("2a864886f70d010706"): "un contenu chiffré par mot de passe (CMS EncryptedData)",
    bytes.fromhex("2a864886f70d0109100102"): "un contenu authentifié (CMS AuthenticatedData)",
    bytes.fromhex("2a864886f70d0109100109"): "un contenu compressé (CMS CompressedData)",
    bytes.fromhex("2a864886f70d0109100117"): "une enveloppe AES-GCM (CMS AuthEnvelopedData)",
}
_ARMOUR = re.compile(rb"\s*-----BEGIN (CMS|PKCS7)-----\s(.*?)-----END \1-----\s*", re.DOTALL)
_HEADER = re.compile(rb"(?:content-|mime-version:)", re.IGNORECASE)


def without_armour(content: bytes) -> bytes:
    """The bytes within a PEM of a CMS; as it came where it is none. DamagedError when its base64 is wrong."""
    found = _ARMOUR.fullmatch(content)
    if found is None:
        return content
    within = base64_of(found[2])
    if within is None:
        raise DamagedError("La pièce jointe est un PEM dont le Base64 est incorrect.", "pièce jointe")
    return within


def is_cms(content: bytes) -> bool:
    """Whether this is a CMS of a kind that is known here."""
    return _kind(content) is not None


def is_enveloped(content: bytes) -> bool:
    """Whether this is an EnvelopedData, the one kind that is opened."""
    return _kind(content) == _ENVELOPED


def named_cms(content: bytes, what: str = "La pièce jointe") -> str:
    """What a CMS that is not opened is, in French; `what` says where it is."""
    return f"{what} est {_NAMES[_kind(content) or b'']} : elle n’est pas prise en charge."


def entity_within(content: bytes) -> bytes:
    """What a sealed MIME entity holds (RFC 8551 3.1); as it came when it has no MIME header."""
    if not _HEADER.match(content):
        return content
    return read_entity(content)


def _kind(content: bytes) -> bytes | None:
    """The content type's OID, which stands right behind the length of the outermost SEQUENCE."""
    if content[:1] != _SEQUENCE or len(content) < _SHORTEST:
        return None
    length = content[1]
    at = 2 + (length & 0x7F if length > _LONG else 0)  # its bytes may be like an OID's own tag
    if content[at : at + 1] != _OID or at > _LENGTH_MAX:
        return None
    oid = content[at + 2 : at + 2 + content[at + 1]]
    return oid if oid in _NAMES else None
