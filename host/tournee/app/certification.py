"""Certification, for whoever asks for it: signed in the reader, verified on the host, given as records 7."""

from __future__ import annotations

from dataclasses import dataclass

from tournee.exchange.certificates import (
    LOT_SIGNATURE,
    PS_SIGNATURE,
    VITALE_SIGNATURE,
    certificate_records,
    verify_invoice,
    verify_lot,
)
from tournee.exchange.lot_index import outline_lot
from tournee.exchange.splitting import split_invoice
from tournee.model.codes import SECURED
from tournee.reader import Reader
from tournee.reader.link.record_stream import Progress


@dataclass(frozen=True)
class Signers:
    """Whose cards are in the reader: their certificates in DER; the patient's None when there is none."""

    ps_certificate: bytes
    vitale_certificate: bytes | None = None


def certify_invoice(reader: Reader, signers: Signers, body: bytes, *, kind: str, mode: str) -> bytes:
    """Have an invoice's records 2 to 5 signed, by the Vitale card too in mode 03; give its records 7
    (OCT-SS-2).

    Every signature is checked against its card. ReaderError, SignatureError, LayoutError.
    """
    invoice = split_invoice(body)
    made = reader.certify_invoice(body, kind=kind, mode=mode, total=invoice.fee)
    number, emetteur = invoice.number, invoice.emetteur
    sevens = certificate_records(emetteur, number, PS_SIGNATURE, made.signature, signers.ps_certificate)
    vitale = signers.vitale_certificate if mode == SECURED else None
    if made.seal is not None and vitale is not None:
        sevens += certificate_records(emetteur, number, VITALE_SIGNATURE, made.seal, vitale)
    verify_invoice(
        body + sevens,
        mode=mode,
        ps_certificate=signers.ps_certificate,
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
