"""Records 7: signatures written into a file, and every one of them verified before anything is sent (profile,
"Record 7").
"""

import base64
import hashlib
from collections.abc import Iterable
from contextlib import suppress
from functools import lru_cache

from tournee.crypto import certificates, ecdsa, rsa
from tournee.crypto.values import EcKey, NotAuthentic, RsaKey, UnreadableCertificate
from tournee.errors import ExchangeError
from tournee.exchange.splitting import Seven, SignedInvoice, SignedLot, Values, split_invoice, split_lot
from tournee.formats import records
from tournee.model.codes import SECURED, WITH_VITALE

SIGNATURE_SIZE = 256
"""Bytes of an RSA-2048 signature: 344 Base64 characters, 4 records."""

PHONE_SEAL_MAX = 72
"""Bytes of an ECDSA signature on P-256 in DER, at most: 96 Base64 characters, 1 record."""

KEY_ID_LENGTH = 6

PS_SIGNATURE, VITALE_SIGNATURE, LOT_SIGNATURE, PHONE_SEAL = "P", "V", "L", "A"

BY_CARD, BY_PHONE = "01", "02"
"""Algorithms: of a card's signature RSASSA-PKCS1-v1_5, of the seal of a patient's phone ECDSA on P-256, both
with SHA-256.
"""

_CHUNK = 96  # characters of a signature that a record 7 holds
_BITS = 2048
_EXPONENT_MIN = 65_537
_CARDS_KEPT = 64  # whose certificates are not read again


class SignatureError(ExchangeError):
    """A signature is missing, is not made as the profile says, or does not verify; `invoice` is the number in
    cause, or the lot's.
    """

    def __init__(self, message: str, *, invoice: str = "") -> None:
        super().__init__(
            message,
            cause="la pièce a changé depuis sa certification, ou une autre carte l’a signée",
            next_step="certifiez-la de nouveau ; rien n’a été envoyé.",
        )
        self.invoice = invoice


@lru_cache(_CARDS_KEPT)
def key_id(certificate_der: bytes) -> str:
    """The 6 upper-case hexadecimal digits that name a card's key: the start of the SHA-256 of its
    SubjectPublicKeyInfo.
    """
    return hashlib.sha256(_public_key(certificate_der).info).hexdigest()[:KEY_ID_LENGTH].upper()


def signing_key(sevens: bytes) -> str:
    """The key id in the first of these records 7; empty when there is none."""
    start, length = records.locate("7", "cle_id")
    return sevens[start : start + length].decode("ascii")


def certificate_records(
    emetteur: str, number: str, genre: str, signature: bytes, certificate_der: bytes
) -> bytes:
    """The records 7 of one signature, each of 128 bytes.

    `emetteur` is the billing number on 9 digits; `number` the invoice's on 9 digits, or the lot's for genre
    `L`; `genre` is `P`, `V` or `L`, with a signature of 256 bytes, or `A`, with a seal of at most 72.
    RecordError or SignatureError when one of them is not.
    """
    if not _fits(genre, signature):
        raise SignatureError(
            f"Signature de {len(signature)} octets : ce n’est pas la longueur d’un certificat {genre}.",
            invoice=number,
        )
    text = base64.b64encode(signature).decode("ascii")
    chunks = [text[start : start + _CHUNK] for start in range(0, len(text), _CHUNK)]
    key = key_id(certificate_der)
    return b"".join(
        records.encode(
            "7",
            {
                "emetteur": emetteur,
                "facture": number.zfill(9),
                "genre": genre,
                "rang": rank,
                "sur": len(chunks),
                "algorithme": BY_PHONE if genre == PHONE_SEAL else BY_CARD,
                "cle_id": key,
                "signature": chunk,
            },
        )
        for rank, chunk in enumerate(chunks, 1)
    )


def verify_invoice(
    data: bytes, *, mode: str, ps_certificate: bytes, vitale_certificate: bytes | None = None
) -> SignedInvoice:
    """Check the records 7 of one certified invoice (its records 2 to 7), and give its parts.

    `P` by the PS's card always; `V` by the Vitale card in the modes `02`, `03` and `04`, and in these alone;
    in `03` an `A` by the service of the patient's phone may stand in its place. `vitale_certificate` is that
    of the patient's card, or of that service's seal. LayoutError or SignatureError, which names the invoice.
    """
    invoice = split_invoice(data)
    vitale = [] if vitale_certificate is None else [vitale_certificate]
    _verify_invoice(invoice, mode, _by_key([ps_certificate]), _by_key(vitale))
    return invoice


def verify_countersigned(data: bytes, *, mode: str, ps_certificate: bytes) -> None:
    """Check an invoice whose seal was verified when it was made, and stands beside a new signature: `P` by
    the PS's card, `V` whole and well made. LayoutError, SignatureError.
    """
    _verify_invoice(split_invoice(data), mode, _by_key([ps_certificate]), None)


def verify_vitale_alone(data: bytes, *, vitale_certificate: bytes) -> None:
    """Check an invoice that the Vitale card alone has signed yet (mode 04), or the service of the patient's
    phone. LayoutError, SignatureError.
    """
    invoice = split_invoice(data)
    label = f"Facture {invoice.number}"
    _check_genres(invoice.sevens, _sealed_by(invoice), label, invoice.number)
    keys = _by_key([vitale_certificate])
    _verify(invoice.sevens, invoice.body, invoice.emetteur, invoice.number, label, keys)


def verify_lot(
    data: bytes, *, ps_certificate: bytes, vitale_certificates: Iterable[bytes] | None = None
) -> SignedLot:
    """Check every record 7 of a certified lot: its own `L`, and those of each of its invoices; give its
    parts.

    An invoice that a substitute signed by a card of her own (record 2R) was verified when she did.
    `vitale_certificates` are those of the patients' cards, in any order; None where they are no longer at
    hand: each of their signatures, verified when it was made, must then be there and well made. LayoutError
    or SignatureError, which names the invoice.
    """
    lot = split_lot(data)
    keys = None if vitale_certificates is None else _by_key(vitale_certificates)
    signer = _by_key([ps_certificate])
    for invoice in lot.invoices:
        by_substitute = bool(invoice.substitute) and signing_key(invoice.sevens[0].raw) not in signer
        ps = None if by_substitute else signer
        _verify_invoice(invoice, str(lot.head["securisation"]), ps, keys)
    number = str(lot.head["lot"])
    label = f"Lot {number}"
    _check_genres(lot.sevens, LOT_SIGNATURE, label, number)
    _verify(lot.sevens, lot.body, str(lot.head["emetteur"]), number, label, _by_key([ps_certificate]))
    return lot


def _verify_invoice(
    invoice: SignedInvoice, mode: str, ps: dict[str, bytes] | None, vitale: dict[str, bytes] | None
) -> None:
    """Check each signature by these certificates; None: it was verified when it was made."""
    label = f"Facture {invoice.number}"
    genres = PS_SIGNATURE
    if mode in WITH_VITALE:
        genres += _sealed_by(invoice) if mode == SECURED else VITALE_SIGNATURE
    _check_genres(invoice.sevens, genres, label, invoice.number)
    for genre in genres:
        sevens = tuple(seven for seven in invoice.sevens if seven.values["genre"] == genre)
        keys = ps if genre == PS_SIGNATURE else vitale
        _verify(sevens, invoice.body, invoice.emetteur, invoice.number, label, keys)


def _sealed_by(invoice: SignedInvoice) -> str:
    """Who has to have sealed it: the phone's service if that did, else the Vitale card."""
    by_phone = any(seven.values["genre"] == PHONE_SEAL for seven in invoice.sevens)
    return PHONE_SEAL if by_phone else VITALE_SIGNATURE


def _fits(genre: str, signature: bytes) -> bool:
    """Whether a signature has a length that one of this genre may have."""
    return 0 < len(signature) <= PHONE_SEAL_MAX if genre == PHONE_SEAL else len(signature) == SIGNATURE_SIZE


def _check_genres(sevens: Iterable[Seven], genres: str, label: str, number: str) -> None:
    found = "".join(dict.fromkeys(str(seven.values["genre"]) for seven in sevens))
    if found != genres:
        raise SignatureError(f"{label} : certificats « {found} » là où il faut « {genres} ».", invoice=number)


def _verify(
    sevens: tuple[Seven, ...],
    covered: bytes,
    emetteur: str,
    number: str,
    label: str,
    certificates: dict[str, bytes] | None,
) -> None:
    """Check one signature; without `certificates`, only that its records are well made."""
    first = sevens[0].values
    genre = f"{label}, certificat {first['genre']}"
    try:
        signature = base64.b64decode(
            "".join(str(seven.values["signature"]) for seven in sevens), validate=True
        )
    except ValueError:
        raise SignatureError(f"{genre} : signature illisible.", invoice=number) from None
    expected: Values = {
        "emetteur": emetteur,
        "facture": number.zfill(9),
        "sur": len(sevens),
        "algorithme": BY_PHONE if first["genre"] == PHONE_SEAL else BY_CARD,
        "cle_id": first["cle_id"],
    }
    for rank, seven in enumerate(sevens, 1):
        expected["rang"] = rank
        for field, value in expected.items():
            if seven.values[field] != value:
                raise SignatureError(
                    f"{genre} : {field} {seven.values[field]} là où il faut {value}.", invoice=number
                )
    if not _fits(str(first["genre"]), signature):
        raise SignatureError(f"{genre} : signature de {len(signature)} octets.", invoice=number)
    if certificates is None:
        return
    certificate = certificates.get(str(first["cle_id"]))
    if certificate is None:
        raise SignatureError(
            f"{genre} : la clé {first['cle_id']} n’est pas celle de la carte.", invoice=number
        )
    key = _public_key(certificate)
    if isinstance(key, EcKey) != (first["genre"] == PHONE_SEAL):
        raise SignatureError(f"{genre} : la clé n’est pas de son genre.", invoice=number)
    try:
        if isinstance(key, EcKey):
            ecdsa.verify(key, signature, covered)
        else:
            rsa.verify(key, signature, covered)
    except NotAuthentic:
        raise SignatureError(f"{genre} : la signature ne vérifie pas.", invoice=number) from None


def _by_key(certificates: Iterable[bytes]) -> dict[str, bytes]:
    return {key_id(certificate): certificate for certificate in certificates}


@lru_cache(_CARDS_KEPT)
def _public_key(certificate_der: bytes) -> RsaKey | EcKey:
    try:
        key = certificates.read(certificate_der).key
        if key is None:
            with suppress(UnreadableCertificate):
                return ecdsa.key_in(certificate_der)
    except UnreadableCertificate as error:
        raise SignatureError(f"Le certificat de la carte est illisible : {error}.") from error
    if key is None or key.key_size != _BITS:
        raise SignatureError(
            f"Le certificat de la carte est illisible, ou n’est pas celui d’une clé RSA de {_BITS} bits."
        )
    if key.e < _EXPONENT_MIN:
        raise SignatureError(f"La clé RSA de la carte est faible (exposant {key.e}).")
    return key
