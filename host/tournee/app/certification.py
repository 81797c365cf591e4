"""Certification, for whoever asks for it: signed in the reader, verified on the host, given as records 7."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import dataclass

from tournee.exchange.certificates import (
    LOT_SIGNATURE,
    PHONE_SEAL,
    PS_SIGNATURE,
    VITALE_SIGNATURE,
    SignatureError,
    certificate_records,
    verify_countersigned,
    verify_invoice,
    verify_lot,
    verify_vitale_alone,
)
from tournee.exchange.lot_index import outline_lot
from tournee.exchange.splitting import SignedInvoice, split_invoice
from tournee.model.codes import DESYNCHRONISED, WITH_VITALE
from tournee.reader import Certification, Reader
from tournee.reader.link.record_stream import Progress


@dataclass(frozen=True)
class Signers:
    """Whose cards are in the reader: their certificates in DER; the patient's None when there is none.

    `read_again` reads the patient's from the card, where that one was kept from another day. `seals` gives
    the seal over a SHA-256 of the service of her phone, whose certificate is then the patient's.
    """

    ps_certificate: bytes
    vitale_certificate: bytes | None = None
    read_again: Callable[[], bytes] | None = None
    seals: Callable[[bytes], bytes] | None = None


def certify_invoice(reader: Reader, signers: Signers, body: bytes, *, kind: str, mode: str) -> bytes:
    """Have an invoice's records 2 to 5 signed, by the Vitale card too where the mode asks it; give its
    records 7 (OCT-SS-2).

    Every signature is checked against its card; a seal that does not verify by a certificate that was kept,
    by the one that the card holds now. ReaderError, SignatureError, LayoutError; ServiceError where the
    patient's phone is to seal.
    """
    if signers.seals is not None and mode in WITH_VITALE:
        return _certified_by_phone(reader, signers, signers.seals, body, kind=kind, mode=mode)
    made = reader.certify_invoice(body, kind=kind, mode=mode, total=split_invoice(body).fee)
    vitale = signers.vitale_certificate if mode in WITH_VITALE else None
    try:
        return _checked_sevens(body, mode, made, signers.ps_certificate, vitale)
    except SignatureError:
        if vitale is None or signers.read_again is None:
            raise
        now = signers.read_again()
        if now == vitale:
            raise
        return _checked_sevens(body, mode, made, signers.ps_certificate, now)


def _certified_by_phone(
    reader: Reader, signers: Signers, seals: Callable[[bytes], bytes], body: bytes, *, kind: str, mode: str
) -> bytes:
    """Sealed by the service of the patient's phone first, then signed by the PS's card alone: the same bytes
    (profile, Certification in the reader).
    """
    invoice, service = split_invoice(body), signers.vitale_certificate
    assert service is not None
    seal = certificate_records(
        *(invoice.emetteur, invoice.number, PHONE_SEAL, seals(hashlib.sha256(body).digest()), service)
    )
    verify_vitale_alone(body + seal, vitale_certificate=service)
    made = reader.certify_invoice(body, kind=kind, mode=DESYNCHRONISED, total=invoice.fee)
    ps = signers.ps_certificate
    sevens = certificate_records(invoice.emetteur, invoice.number, PS_SIGNATURE, made.signature, ps) + seal
    verify_invoice(body + sevens, mode=mode, ps_certificate=ps, vitale_certificate=service)
    return sevens


def seal_invoice(reader: Reader, signers: Signers, body: bytes, *, kind: str) -> bytes:
    """Have an invoice's records 2 to 5 of mode 04 sealed by the Vitale card alone; give its records 7,
    checked. As `certify_invoice`.
    """
    invoice = split_invoice(body)
    made = reader.seal_invoice(body, kind=kind, total=invoice.fee)
    kept = signers.vitale_certificate
    assert kept is not None
    try:
        return _checked_seal(invoice, made.seal, kept)
    except SignatureError:
        now = signers.read_again() if signers.read_again is not None else kept
        if now == kept:
            raise
        return _checked_seal(invoice, made.seal, now)


def _checked_seal(invoice: SignedInvoice, seal: bytes, vitale: bytes) -> bytes:
    sevens = certificate_records(invoice.emetteur, invoice.number, VITALE_SIGNATURE, seal, vitale)
    verify_vitale_alone(invoice.body + sevens, vitale_certificate=vitale)
    return sevens


def countersign_invoice(reader: Reader, signers: Signers, body: bytes, seal: bytes, *, kind: str) -> bytes:
    """Have the PS's card sign an invoice that the Vitale card sealed before (mode 04), `seal` being those
    records 7; give all its records 7, the PS's first, checked. ReaderError, SignatureError.
    """
    invoice = split_invoice(body)
    made = reader.certify_invoice(body, kind=kind, mode=DESYNCHRONISED, total=invoice.fee)
    ps = signers.ps_certificate
    sevens = certificate_records(invoice.emetteur, invoice.number, PS_SIGNATURE, made.signature, ps) + seal
    verify_countersigned(body + sevens, mode=DESYNCHRONISED, ps_certificate=ps)
    return sevens


def _checked_sevens(body: bytes, mode: str, made: Certification, ps: bytes, vitale: bytes | None) -> bytes:
    """The records 7 of an invoice that was signed by the cards of these certificates; SignatureError."""
    invoice = split_invoice(body)
    number, emetteur = invoice.number, invoice.emetteur
    sevens = certificate_records(emetteur, number, PS_SIGNATURE, made.signature, ps)
    if made.seal is not None and vitale is not None:
        sevens += certificate_records(emetteur, number, VITALE_SIGNATURE, made.seal, vitale)
    verify_invoice(
        body + sevens,
        mode=mode,
        ps_certificate=ps,
        vitale_certificate=vitale,
    )
    return sevens


def certify_lot(reader: Reader, signers: Signers, body: bytes, on_progress: Progress | None = None) -> bytes:
    """Have a lot signed, records 1 to 6 with its invoices' 7; give its own records 7, checked (OCT-SF-2).

    ReaderError, SignatureError, LayoutError.
    """
    lot = outline_lot(body)
    made = reader.certify_lot(
        body,
        kind=str(lot.head["categorie"]),
        mode=str(lot.head["securisation"]),
        invoices=int(lot.trailer["factures"]),
        total=int(lot.trailer["total"]),
        on_progress=on_progress,
    )
    emetteur, number = str(lot.head["emetteur"]), str(lot.head["lot"])
    sevens = certificate_records(emetteur, number, LOT_SIGNATURE, made.signature, signers.ps_certificate)
    verify_lot(body + sevens, ps_certificate=signers.ps_certificate)
    return sevens
