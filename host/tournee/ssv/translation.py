"""SSV_TraduireARL and SSV_TraduireFSE: what came back, and what was certified, as groups again."""

from collections.abc import Iterator, Sequence

from tournee.billing.zones.sheet import sheet_groups
from tournee.exchange.splitting import SignedInvoice, SignedLot, split_file, split_invoice, split_lot
from tournee.formats import zones
from tournee.formats.records import RECORD_LENGTH
from tournee.formats.zones import Group, make
from tournee.returns.arl import read_arl
from tournee.ssv.codes import SsvError
from tournee.ssv.record_groups import DOCUMENT, RECORDS, described

ARL, ARL_LOT = 9007, 9008
_NO_INVOICE = "000000000"
_FIRST_OF_RECORDS = (b"0", b"1", b"2")


def translate_arl(given: Sequence[bytes]) -> bytes:
    """A 9007 for each ARL file, a 9008 for each of its answers. DamagedError."""
    made: list[Group] = []
    for content in given:
        arl = read_arl(content)
        made.append(make(ARL, arl.file_name, arl.sender_type, arl.sender, arl.date))
        made += [
            make(
                ARL_LOT,
                item.sender,
                item.file_name,
                item.lot,
                item.date,
                "P" if item.accepted else "N",
                item.code,
                item.label,
                item.invoice or _NO_INVOICE,
            )
            for item in arl.items
        ]
    return zones.encode(made)


def translate_fse(zone: bytes) -> bytes:
    """The groups 1110 to 1610 of every certified invoice in a zone of ours, or in bare records.

    A zone is what SSV_FormaterFactures or SSV_FormaterLot gave; bare records are an invoice, a lot or a
    file. LayoutError, ZoneError, SsvError.
    """
    made: list[Group] = []
    for invoice in _invoices(zone):
        made += sheet_groups(invoice.body)
    if not made:
        raise SsvError("GROUPE_ABSENT", f"La zone n'a ni groupe {RECORDS} ni enregistrements.")
    return zones.encode(made)


def _invoices(zone: bytes) -> Iterator[SignedInvoice]:
    if zone[:1] in _FIRST_OF_RECORDS and len(zone) % RECORD_LENGTH == 0:
        yield from _bare(zone)
        return
    for one in described(zones.decode(zone)):
        if one.records:
            yield from _bare(one.records)
        elif one.head is not None and one.head.id == DOCUMENT:
            raise SsvError("GROUPE_ABSENT", f"Un groupe {DOCUMENT} n'est suivi d'aucun enregistrement.")


def _bare(records: bytes) -> Iterator[SignedInvoice]:
    lots: Sequence[SignedLot]
    if records.startswith(b"0"):
        lots = split_file(records).lots
    elif records.startswith(b"1"):
        lots = (split_lot(records),)
    else:
        yield split_invoice(records)
        return
    for lot in lots:
        yield from lot.invoices
