"""Sealing an attachment: gzip (`ZK`), then CMS EnvelopedData in DER (profile open-1, Mail).

Data pass in chunks: a file of any size is sealed in the same memory. DER wants every length first, so the
ciphertext waits in a temporary file; clear text never does. Session key, IV and padding are fresh, so two
sealings differ.
"""

from __future__ import annotations

import logging
import os
import tempfile
import zlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime

from asn1crypto import algos, cms
from asn1crypto import x509 as asn1_x509

from tournee.crypto import rsa
from tournee.crypto.ciphers import CbcEncryptor
from tournee.exchange.route import MailCipher, Route, Sealing
from tournee.exchange.sealing.recipient import RecipientCertificate, check_recipient, read_certificate

_log = logging.getLogger(__name__)

CHUNK = 64 * 1024  # bytes handled at a time
SPOOL = 1024 * 1024  # ciphertext kept in memory before it goes to a temporary file
_BLOCK = 16
_GZIP = 31  # zlib window bits for RFC 1952
_LEVEL = (
    3  # two thirds of a file are signatures, which do not shrink: level 6 takes half as long again for 4 %
)
_ASN1_CIPHER = {MailCipher.AES_256_CBC: "aes256_cbc", MailCipher.AES_128_CBC: "aes128_cbc"}


@dataclass(frozen=True)
class Sealed:
    """An attachment ready to be sent, and how it is sealed (what `Content-Description` must say). `chunks` is
    gone through once; nothing is sealed before.
    """

    chunks: Iterable[bytes]
    sealing: Sealing

    @property
    def data(self) -> bytes:
        """The whole attachment, in place of its chunks."""
        return b"".join(self.chunks)


def recipient_of(route: Route, *, now: datetime) -> RecipientCertificate:
    """The certificate this route seals for, checked at `now`; CertificateError otherwise (`OCT-MSG-8`)."""
    where = f"{route.whose} ({route.certificate})"
    certificate = read_certificate(route.certificate, route.whose)
    return check_recipient(certificate, now=now, revoked=route.revoked, where=where)


def seal_for(route: Route, content: bytes | Iterable[bytes], *, now: datetime) -> Sealed:
    """Seal a file as the route says; clear only when the route says so by name (`OCT-MSG-8`).

    Raises CertificateError when the certificate is missing or may not be used: nothing is then returned at
    all.
    """
    chunks = (content,) if isinstance(content, bytes) else content
    if route.sealing is Sealing.CLEAR:
        _log.warning("route %s: sent in clear", route.name)
        return Sealed(chunks, Sealing.CLEAR)
    recipient = recipient_of(route, now=now)
    told = (route.name, route.sealing, route.cipher, recipient.fingerprint[:16], recipient.ends.date())
    _log.info("route %s: sealed %s, %s, for certificate %s… until %s", *told)
    return Sealed(seal_chunks(chunks, recipient, sealing=route.sealing, cipher=route.cipher), route.sealing)


def seal_chunks(
    chunks: Iterable[bytes],
    recipient: RecipientCertificate,
    *,
    sealing: Sealing,
    cipher: MailCipher = MailCipher.AES_256_CBC,
) -> Iterator[bytes]:
    """One ContentInfo with EnvelopedData in DER around all these chunks, itself in chunks (RFC 5652 6.1).

    `sealing` is `K` or `ZK`; ValueError for clear text, which is not this function's business.
    """
    if sealing is Sealing.CLEAR:
        raise ValueError("clear text is not sealed")
    key, iv = os.urandom(cipher.key_length), os.urandom(_BLOCK)
    with tempfile.SpooledTemporaryFile(max_size=SPOOL) as spool:
        length = 0
        for chunk in _encrypted(gzip_chunks(chunks) if sealing is Sealing.ZK else chunks, key, iv):
            length += spool.write(chunk)
        yield _head(recipient, cipher, key, iv, length)
        spool.seek(0)
        while chunk := spool.read(CHUNK):
            yield chunk


def gzip_chunks(chunks: Iterable[bytes]) -> Iterator[bytes]:
    """Compress into one gzip member (RFC 1952) without name or time: same input, same bytes."""
    compressor = zlib.compressobj(level=_LEVEL, wbits=_GZIP)
    for chunk in chunks:
        if packed := compressor.compress(chunk):
            yield packed
    yield compressor.flush()


def _encrypted(chunks: Iterable[bytes], key: bytes, iv: bytes) -> Iterator[bytes]:
    """AES-CBC with PKCS#7 padding (RFC 5652 6.3)."""
    encryptor = CbcEncryptor(key, iv)
    for chunk in chunks:
        yield encryptor.update(chunk)
    yield encryptor.finalize()


def _head(recipient: RecipientCertificate, cipher: MailCipher, key: bytes, iv: bytes, length: int) -> bytes:
    """Everything of the ContentInfo that comes before its `length` bytes of ciphertext.

    The ciphertext is last in each structure that holds it, so heads nest: each is a tag, the length of all
    that follows, then the fields before the next head.
    """
    certificate = asn1_x509.Certificate.load(recipient.der)["tbs_certificate"]
    recipient_infos = cms.RecipientInfos(
        [
            cms.RecipientInfo(
                "ktri",
                cms.KeyTransRecipientInfo(
                    {
                        "version": "v0",
                        "rid": cms.RecipientIdentifier(
                            "issuer_and_serial_number",
                            cms.IssuerAndSerialNumber(
                                {
                                    "issuer": certificate["issuer"],
                                    "serial_number": certificate["serial_number"],
                                }
                            ),
                        ),
                        "key_encryption_algorithm": {"algorithm": "rsaes_pkcs1v15"},
                        "encrypted_key": rsa.wrap(recipient.key, key),
                    }
                ),
            )
        ]
    ).dump()
    algorithm = algos.EncryptionAlgorithm({"algorithm": _ASN1_CIPHER[cipher], "parameters": iv}).dump()
    content = _tag(0x80, b"", length)  # [0] IMPLICIT OCTET STRING
    info = _tag(0x30, cms.ContentType("data").dump() + algorithm + content, length)
    enveloped = _tag(0x30, cms.CMSVersion("v0").dump() + recipient_infos + info, length)
    return _tag(0x30, cms.ContentType("enveloped_data").dump() + _tag(0xA0, enveloped, length), length)


def _tag(tag: int, before: bytes, after: int) -> bytes:
    """A DER head (X.690 8.1.3, 10.1): tag, length of `before` and of `after` bytes to come, `before`."""
    total = len(before) + after
    if total < 0x80:
        return bytes((tag, total)) + before
    size = (total.bit_length() + 7) // 8
    return bytes((tag, 0x80 | size)) + total.to_bytes(size, "big") + before
