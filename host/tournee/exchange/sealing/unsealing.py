"""Opening what others sealed: CMS EnvelopedData in DER or BER, gzip bounded (profile open-1, Mail).

A return comes from outside: whatever is in it, opening takes bounded memory and ends in bytes or in
UnsealError. All failures after the key is found read alike, so that answers tell nobody about padding.
"""

from __future__ import annotations

import logging
import zlib
from collections.abc import Callable
from functools import partial

from asn1crypto import cms, core
from asn1crypto import x509 as asn1_x509
from cryptography import x509
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.decrepit.ciphers.algorithms import TripleDES
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import padding
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
from cryptography.hazmat.primitives.ciphers import BlockCipherAlgorithm, algorithms, modes
from cryptography.hazmat.primitives.ciphers import Cipher as BlockCipher
from cryptography.hazmat.primitives.padding import PKCS7

from tournee.errors import ExchangeError

_log = logging.getLogger(__name__)

LIMIT = 256 * 1024 * 1024  # clear bytes of one attachment, unless told otherwise
MEMBERS = 64  # gzip members of one attachment: each costs a copy of what follows it
GZIP_MAGIC = b"\x1f\x8b"  # RFC 1952 2.3.1; no file of ours or theirs starts so
_OCTET_STRING, _LONG_FORM, _PRIMITIVE = 0x04, 0x80, 0  # BER: tag, form of length, method
_GZIP = 31  # zlib window bits for RFC 1952
_CIPHERS: dict[str, tuple[int, Callable[[bytes], BlockCipherAlgorithm]]] = {
    "aes128_cbc": (16, algorithms.AES),
    "aes192_cbc": (24, algorithms.AES),
    "aes256_cbc": (32, algorithms.AES),
    "tripledes_3key": (24, TripleDES),
}
_OTHER_CIPHERS = {
    "1.2.392.200011.61.1.1.1.2": "camellia-128-cbc",
    "1.2.392.200011.61.1.1.1.3": "camellia-192-cbc",
    "1.2.392.200011.61.1.1.1.4": "camellia-256-cbc",
    "1.2.410.200004.1.4": "seed-cbc",
}
"""Names of those that are refused and that have no name elsewhere (RFC 3657, RFC 4010)."""
_HASHES: dict[str, type[hashes.HashAlgorithm]] = {
    "sha1": hashes.SHA1,
    "sha224": hashes.SHA224,
    "sha256": hashes.SHA256,
    "sha384": hashes.SHA384,
    "sha512": hashes.SHA512,
}


class UnsealError(ExchangeError):
    """An attachment cannot be opened; it must be kept whole."""


def opener(certificate: bytes, key: bytes) -> Callable[[bytes], bytes]:
    """What opens returns sealed for this certificate, by its private key: both in PEM, without password.

    ValueError when one cannot be read, TypeError when the key is not RSA.
    """
    try:
        holder = x509.load_pem_x509_certificate(certificate)
        private = serialization.load_pem_private_key(key, password=None)
    except (TypeError, UnsupportedAlgorithm, x509.InvalidVersion) as error:
        raise ValueError(str(error)) from error
    if not isinstance(private, RSAPrivateKey):
        raise TypeError("not RSA")
    return partial(unseal, key=private, certificate=holder)


def unseal(data: bytes, key: RSAPrivateKey, certificate: x509.Certificate, *, limit: int = LIMIT) -> bytes:
    """Undo `K` or `ZK`, whichever the content shows: the clear bytes, at most `limit` of them.

    `certificate` is the one the sender used, `key` its private key. Raises UnsealError on anything that is
    not sealed for it, is damaged, or grows beyond `limit`.
    """
    clear = open_envelope(data, key, certificate)
    if clear.startswith(GZIP_MAGIC):
        return gunzip(clear, limit)
    if len(clear) > limit:
        raise _error("elle dépasse la taille permise")
    return clear


def open_envelope(data: bytes, key: RSAPrivateKey, certificate: x509.Certificate) -> bytes:
    """Decrypt one EnvelopedData, DER or BER (RFC 5652 6): AES-CBC or 3DES, RSA PKCS#1 v1.5 or OAEP."""
    try:
        enveloped = _parse(data)
        encrypted_key, algorithm = _key_for(enveloped, certificate)
        info = enveloped["encrypted_content_info"]
        name = _cipher_name(info["content_encryption_algorithm"])
        iv = info["content_encryption_algorithm"]["parameters"].native
        content = _octets(info["encrypted_content"])
        transport = _padding(algorithm)
    except UnsealError:
        raise
    except (ValueError, TypeError, KeyError, IndexError, RecursionError, OverflowError) as error:
        raise _error("sa structure est abîmée") from error
    length, make = _CIPHERS[name]
    _log.debug("sealed content of %d bytes, %s", len(content), name)
    try:
        session_key = key.decrypt(encrypted_key, transport)
        if len(session_key) != length:
            raise ValueError("length of the content key")
        decryptor = BlockCipher(make(session_key), modes.CBC(iv)).decryptor()
        unpadder = PKCS7(len(iv) * 8).unpadder()
        return unpadder.update(decryptor.update(content) + decryptor.finalize()) + unpadder.finalize()
    except (ValueError, TypeError, UnsupportedAlgorithm) as error:
        raise _error("la clé ne l’ouvre pas, ou elle est abîmée") from error


def gunzip(data: bytes, limit: int = LIMIT) -> bytes:
    """Decompress gzip members (RFC 1952 2.2) into at most `limit` bytes; UnsealError otherwise."""
    clear = bytearray()
    rest = data
    members = 0
    try:
        while rest.strip(b"\0") or not members:  # some pad the last member with zeros
            members += 1
            if members > MEMBERS:
                raise _error("elle est faite de trop de morceaux")
            member = zlib.decompressobj(wbits=_GZIP)
            clear += member.decompress(rest, limit - len(clear) + 1)
            if len(clear) > limit:
                raise _error("une fois décompressée, elle dépasse la taille permise")
            if not member.eof:
                raise _error("elle est tronquée")
            rest = member.unused_data
    except zlib.error as error:
        raise _error("la compression est abîmée") from error
    if not data:
        raise _error("elle est vide")
    return bytes(clear)


def _parse(data: bytes) -> cms.EnvelopedData:
    content_info = cms.ContentInfo.load(data, strict=True)
    if content_info["content_type"].native != "enveloped_data":
        raise _error("ce n’est pas une enveloppe chiffrée (CMS EnvelopedData)")
    return content_info["content"]


def _octets(value: core.OctetString) -> bytes:
    """An octet string, also when BER writes it in segments (X.690 8.7); segments of segments are refused."""
    if value.method == _PRIMITIVE:
        return bytes(value.contents)
    data, at = value.contents, 0
    segments = []
    while at < len(data):
        tag, length = data[at], data[at + 1]
        at += 2
        if length > _LONG_FORM:
            size = length - _LONG_FORM
            length = int.from_bytes(data[at : at + size], "big")
            at += size
        elif length == _LONG_FORM:
            raise ValueError("a segment of indefinite length")
        if tag != _OCTET_STRING or at + length > len(data):
            raise ValueError("not a segment of an octet string")
        segments.append(data[at : at + length])
        at += length
    return b"".join(segments)


def _key_for(
    enveloped: cms.EnvelopedData, certificate: x509.Certificate
) -> tuple[bytes, cms.KeyEncryptionAlgorithm]:
    """The content key wrapped for us: by issuer and serial number, or by key identifier (RFC 5652 6.2.1)."""
    ours = asn1_x509.Certificate.load(certificate.public_bytes(serialization.Encoding.DER))
    for info in enveloped["recipient_infos"]:
        if info.name != "ktri":
            continue
        identifier = info.chosen["rid"]
        if identifier.name == "issuer_and_serial_number":
            same_issuer = identifier.chosen["issuer"] == ours.issuer
            mine = same_issuer and identifier.chosen["serial_number"].native == ours.serial_number
        else:
            mine = identifier.chosen.native == ours.key_identifier
        if mine:
            return info.chosen["encrypted_key"].native, info.chosen["key_encryption_algorithm"]
    raise _error("elle est chiffrée pour un autre certificat que le vôtre")


def _cipher_name(algorithm: cms.EncryptionAlgorithm) -> str:
    name = str(algorithm["algorithm"].native)
    name = _OTHER_CIPHERS.get(name, name)
    if name not in _CIPHERS:
        raise _error(f"son chiffrement ({name}) n’est pas pris en charge")
    return name


def _padding(algorithm: cms.KeyEncryptionAlgorithm) -> padding.AsymmetricPadding:
    name = algorithm["algorithm"].native
    if name in ("rsaes_pkcs1v15", "rsa"):
        return padding.PKCS1v15()
    if name != "rsaes_oaep":
        raise _error(f"le chiffrement de sa clé ({name}) n’est pas pris en charge")
    parameters = algorithm["parameters"]
    digest = _HASHES[parameters["hash_algorithm"]["algorithm"].native]
    mask = _HASHES[parameters["mask_gen_algorithm"]["parameters"]["algorithm"].native]
    label = parameters["p_source_algorithm"]["parameters"].native
    return padding.OAEP(padding.MGF1(mask()), digest(), label or None)


def _error(cause: str) -> UnsealError:
    return UnsealError(
        "Une pièce jointe reçue ne peut pas être ouverte ; elle est gardée telle quelle.",
        cause=cause,
        next_step="signalez-le à l’OCT en lui donnant l’objet et la date du message",
    )
