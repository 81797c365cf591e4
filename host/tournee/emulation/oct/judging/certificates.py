"""The records 7 of an invoice or a lot, and the cards' certificates they are verified against (profile
"Record 7").
"""

import base64
import hashlib
import re
from collections.abc import Callable, Iterable, Sequence
from datetime import date

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ec import ECDSA, SECP256R1, EllipticCurvePublicKey
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from cryptography.x509 import Certificate
from cryptography.x509.oid import NameOID

from tournee.emulation.oct.judging.file import Values
from tournee.emulation.oct.judging.refusal import OctRefusedError

ALGORITHM = "01"  # RSASSA-PKCS1-v1_5, SHA-256
KEY_BITS = 2048
SIGNATURE_BYTES = KEY_BITS // 8
RECORDS_A_SIGNATURE = 4  # 344 Base64 characters, 96 a record
PHONE, PHONE_ALGORITHM = "A", "02"  # the seal of a patient's phone: ECDSA on P-256, SHA-256, in DER
PHONE_SEAL_BYTES = range(8, 73)  # 96 Base64 characters, 1 record
_KEY_ID_DIGITS = 6
_IDNAT_RPPS = re.compile(r"8(\d{11})")


class CardCertificates:
    """The certificates of the cards the OCT knows, found by the key id of record 7 (SHA-256 of the DER
    public key).
    """

    def __init__(self, certificates: Iterable[Certificate] = ()) -> None:
        self._by_key: dict[str, list[Certificate]] = {}
        for certificate in certificates:
            self.add(certificate)

    def add(self, certificate: Certificate) -> None:
        """Make one more card known."""
        self._by_key.setdefault(key_id(certificate), []).append(certificate)

    def valid_on(self, key: str, day: date) -> list[Certificate]:
        """The certificates of that key id in force on `day` (several only if six digits collide)."""
        return [
            certificate
            for certificate in self._by_key.get(key, [])
            if certificate.not_valid_before_utc.date() <= day <= certificate.not_valid_after_utc.date()
        ]


def key_id(certificate: Certificate) -> str:
    """First 6 hexadecimal digits, upper case, of the SHA-256 of the DER SubjectPublicKeyInfo."""
    spki = certificate.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    return hashlib.sha256(spki).hexdigest()[:_KEY_ID_DIGITS].upper()


def check_signature(
    sevens: Sequence[Values],
    signed: bytes,
    *,
    kind: str,
    billing_number: str,
    subject: str,
    day: date,
    cards: CardCertificates,
    code: str,
) -> Certificate:
    """Verify one signature of `kind` (P, V, L: four records 7; A: one); returns the signer's certificate.

    P and L are a professional's, whose certificate carries a title (domain 3.3); V is a patient's, A the
    service's of a patient's phone. `subject`
    is the 9-digit invoice or lot number the records must name. Raises `OctRefusedError` with `code`.
    """
    invoice = "" if kind == "L" else subject
    refuse = _refuser(code, f"CERTIFICAT {kind}", invoice)
    algorithm, records = (PHONE_ALGORITHM, 1) if kind == PHONE else (ALGORITHM, RECORDS_A_SIGNATURE)
    if len(sevens) != records:
        raise refuse(f"{len(sevens)} ENREGISTREMENTS 7 AU LIEU DE {records}")
    for rank, seven in enumerate(sevens, 1):
        if seven["genre"] != kind or seven["emetteur"] != billing_number or seven["facture"] != subject:
            raise refuse("GENRE, EMETTEUR OU NUMERO")
        if int(seven["rang"]) != rank or int(seven["sur"]) != records:
            raise refuse("RANG")
        if seven["algorithme"] != algorithm:
            raise refuse(f"ALGORITHME {seven['algorithme']}")
        if seven["cle_id"] != sevens[0]["cle_id"]:
            raise refuse("CLES MELANGEES")
    text = "".join(str(seven["signature"]) for seven in sevens)
    try:
        signature = base64.b64decode(text)
    except ValueError:
        signature = b""
    if base64.b64encode(signature).decode() != text:
        raise refuse("BASE64")
    if len(signature) not in (PHONE_SEAL_BYTES if kind == PHONE else (SIGNATURE_BYTES,)):
        raise refuse(f"{len(signature)} OCTETS")
    key = str(sevens[0]["cle_id"])
    known = cards.valid_on(key, day)
    if not known:
        raise refuse(f"CLE {key} INCONNUE OU HORS VALIDITE")
    by_professional = kind not in ("V", PHONE)
    verifies = _phone_verifies if kind == PHONE else _verifies
    for certificate in known:
        if verifies(certificate, signature, signed):
            if bool(certificate.subject.get_attributes_for_oid(NameOID.TITLE)) != by_professional:
                raise refuse("CARTE D'UN AUTRE GENRE")
            return certificate
    raise refuse("SIGNATURE FAUSSE")


def rpps_of(certificate: Certificate) -> str:
    """The RPPS number in a PS's certificate (CN: 8 and 11 digits, domain 3.3), "" when it names none."""
    for name in certificate.subject.get_attributes_for_oid(NameOID.COMMON_NAME):
        match = _IDNAT_RPPS.fullmatch(str(name.value))
        if match:
            return match.group(1)
    return ""


def _refuser(code: str, what: str, invoice: str) -> Callable[[str], OctRefusedError]:
    return lambda why: OctRefusedError(code, f"{what} : {why}", invoice)


def _verifies(certificate: Certificate, signature: bytes, signed: bytes) -> bool:
    public = certificate.public_key()
    if not isinstance(public, RSAPublicKey) or public.key_size != KEY_BITS:
        return False
    try:
        public.verify(signature, signed, PKCS1v15(), SHA256())
    except InvalidSignature:
        return False
    return True


def _phone_verifies(certificate: Certificate, signature: bytes, signed: bytes) -> bool:
    public = certificate.public_key()
    if not isinstance(public, EllipticCurvePublicKey) or not isinstance(public.curve, SECP256R1):
        return False
    try:
        public.verify(signature, signed, ECDSA(SHA256()))
    except InvalidSignature:
        return False
    return True
