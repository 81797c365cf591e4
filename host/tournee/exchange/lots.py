"""Lots: certified sheets of one recipient, kind and securing mode between a record 1 and a record 6."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Protocol, TypeVar

from tournee.errors import ExchangeError
from tournee.exchange.certificates import PHONE_SEAL, PS_SIGNATURE, VITALE_SIGNATURE, signing_key
from tournee.exchange.lot_index import LotOutline
from tournee.exchange.splitting import INVOICES_MAX, SignedInvoice, SignedLot, split_invoice, split_lot
from tournee.formats import records, zones
from tournee.formats.errors import RecordError
from tournee.formats.text import upper_ascii
from tournee.model.codes import DRE, FSE, SECURED, WITH_VITALE

LOT_NUMBER_MAX = 999

LOT_GROUPS = {FSE: 13, DRE: 93}
"""The zone group in which lot formatting describes a lot, by kind (OCT-MSG-3)."""


class LotError(ExchangeError):
    """Sheets that do not make a lot."""


class CertifiedSheet(Protocol):
    """What a sheet must tell to be put in a lot."""

    @property
    def kind(self) -> str:
        """FSE or DRE."""

    @property
    def crf(self) -> str:
        """The CRF of its recipient."""

    @property
    def mode(self) -> str:
        """Securing mode, 2 digits."""

    @property
    def organisme(self) -> str:
        """Recipient organisme, 3 digits."""

    @property
    def invoice(self) -> str:
        """Invoice number, 9 digits."""

    @property
    def sevens(self) -> bytes:
        """Its records 7, those of the PS's signature first."""


_Sheet = TypeVar("_Sheet", bound=CertifiedSheet)


@dataclass(frozen=True)
class LotKey:
    """What all the sheets of a lot share: `kind` FSE or DRE, the CRF, the securing mode on 2 digits, the
    organisme on 3.
    """

    kind: str
    crf: str
    mode: str
    organisme: str


@dataclass(frozen=True)
class LotSender:
    """Who makes the lot: billing number with its key (9 digits), type (`IF`, `MK` …) and name."""

    number: str
    ps_type: str
    name: str

    @property
    def number_14(self) -> str:
        """The billing number as files and zones write it."""
        return self.number.zfill(14)


def group_sheets(sheets: Iterable[_Sheet]) -> list[tuple[LotKey, list[_Sheet]]]:
    """Share certified sheets out into lots of at most 100 invoices, the same way whatever their order.

    FSE before DRE, then by CRF, mode, organisme, signing key and invoice number: a card renewed since makes a
    lot of its own. LotError when an invoice comes twice in a kind.
    """
    groups: dict[tuple[LotKey, str], list[_Sheet]] = {}
    seen: set[tuple[str, str]] = set()
    for sheet in sheets:
        if sheet.kind not in LOT_GROUPS:
            raise LotError(f"« {sheet.kind} » n’est ni une FSE ni une DRE.")
        if (sheet.kind, sheet.invoice) in seen:
            raise LotError(f"La {sheet.kind} de la facture {sheet.invoice} est là deux fois.")
        seen.add((sheet.kind, sheet.invoice))
        key = LotKey(sheet.kind, sheet.crf, sheet.mode, sheet.organisme)
        groups.setdefault((key, signing_key(sheet.sevens)), []).append(sheet)
    lots = []
    for key, signer in sorted(groups, key=_lot_order):
        members = sorted(groups[key, signer], key=lambda sheet: sheet.invoice)
        lots += [
            (key, members[start : start + INVOICES_MAX]) for start in range(0, len(members), INVOICES_MAX)
        ]
    return lots


def _lot_order(group: tuple[LotKey, str]) -> tuple[int, str, str, str, str]:
    key, signer = group
    return list(LOT_GROUPS).index(key.kind), key.crf, key.mode, key.organisme, signer


def lot_body(sender: LotSender, number: int, key: LotKey, date: str, sheets: Sequence[bytes]) -> bytes:
    """Records 1 to 6 of a lot: what the PS's card signs.

    `number` is 1 to 999, `date` AAMMJJ; each of `sheets` is a certified invoice from its record 2 to its last
    record 7. LotError when there is none or more than 100, when one comes twice, is of another sender, or
    lacks a signature; LayoutError when one is no invoice.
    """
    if not 1 <= number <= LOT_NUMBER_MAX:
        raise LotError(f"Numéro de lot {number} : il va de 1 à {LOT_NUMBER_MAX}.")
    if not 1 <= len(sheets) <= INVOICES_MAX:
        raise LotError(f"Lot de {len(sheets)} factures : il en faut de 1 à {INVOICES_MAX}.")
    invoices = [split_invoice(sheet) for sheet in sheets]
    _check_invoices(sender, key, invoices)
    common: dict[str, str | int] = {"emetteur": sender.number, "lot": f"{number:03}"}
    try:
        head = records.encode(
            "1",
            common
            | {
                "organisme": key.organisme,
                "categorie": key.kind,
                "securisation": key.mode,
                "nom": upper_ascii(sender.name)[:40].rstrip(),
                "date": date,
                "crf": key.crf,
            },
        )
        trailer = records.encode(
            "6",
            common
            | {
                "factures": len(invoices),
                "actes": sum(invoice.acts for invoice in invoices),
                "total": sum(invoice.fee for invoice in invoices),
                "part_amo": sum(invoice.amo for invoice in invoices),
                "part_amc": sum(invoice.amc for invoice in invoices),
            },
        )
    except RecordError as error:
        raise LotError(f"Le lot {number:03} ne peut pas être écrit : {error}.") from error
    return head + b"".join(sheets) + trailer


def lot_group(lot: SignedLot | LotOutline | bytes, ps_type: str) -> zones.Group:
    """What lot formatting says of a lot: group 13 for FSE, 93 for DRE (profile, "Zones"), read in its own
    records 1 and 6.
    """
    parts = split_lot(lot) if isinstance(lot, bytes) else lot
    head, trailer = parts.head, parts.trailer
    return zones.make(
        LOT_GROUPS[str(head["categorie"])],
        str(head["lot"]),
        str(head["date"]),
        str(head["crf"]),
        ps_type,
        str(head["emetteur"]).zfill(14),
        f"{trailer['factures']:03}",
        str(head["version"]),
        f"{trailer['total']:09}",
        f"{trailer['part_amo']:09}",
        str(head["securisation"]),
    )


def _check_invoices(sender: LotSender, key: LotKey, invoices: Sequence[SignedInvoice]) -> None:
    wanted = [{PS_SIGNATURE, VITALE_SIGNATURE} if key.mode in WITH_VITALE else {PS_SIGNATURE}]
    if key.mode == SECURED:
        wanted.append({PS_SIGNATURE, PHONE_SEAL})
    seen: set[str] = set()
    for invoice in invoices:
        if invoice.emetteur != sender.number:
            raise LotError(f"La facture {invoice.number} est de {invoice.emetteur}, pas de {sender.number}.")
        if invoice.number in seen:
            raise LotError(f"La facture {invoice.number} est là deux fois.")
        seen.add(invoice.number)
        if {str(seven.values["genre"]) for seven in invoice.sevens} not in wanted:
            raise LotError(
                f"La facture {invoice.number} n’a pas les certificats du mode {key.mode}.",
                next_step="certifiez-la de nouveau.",
            )
