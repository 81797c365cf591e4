"""SSV_FormaterFactures: groups 1110 to 1870 in, the certified FSE, DRE or both out (domain 1.3)."""

from pathlib import Path

from tournee.app.certification import Signers, certify_invoice
from tournee.app.opposition.in_force import read_unless_on_list
from tournee.billing.identity import Patient
from tournee.billing.invoice import Invoice
from tournee.billing.rules.visit import RuleError
from tournee.billing.sheets import invoice_sheets
from tournee.billing.zones.card import patients_from_groups, ps_from_groups
from tournee.billing.zones.decoded import Told
from tournee.billing.zones.decoding import (
    KNOWN,
    Asked,
    asks_the_oct_to_split,
    invoice_from_groups,
    require_structure,
    situation_of,
    with_typed_speciality,
)
from tournee.billing.zones.groups import AMC
from tournee.formats import zones
from tournee.formats.zones import Group, make
from tournee.model import Sheet
from tournee.model.codes import DEGRADED, DRE, FSE, NO_CARD, SECURED, VISIT, WITH_VITALE
from tournee.reader import Reader
from tournee.ssv.codes import SsvError, asking_ps_card
from tournee.ssv.record_groups import DOCUMENT, record_groups
from tournee.ssv.rights import require_same_nature

DOCUMENTS = {"1": frozenset({FSE}), "2": frozenset({DRE}), "3": frozenset({FSE, DRE})}
"""cFactureACreer (ours): what each of its values asks for."""

MODES = {"1": NO_CARD, "2": VISIT, "3": SECURED, "5": DEGRADED}
"""cModeSecur (domain 1.7): those of its values that open-1 certifies."""


def format_invoice(reader: Reader, asked: Asked, zone: bytes, opposition: Path | None = None) -> bytes:
    """Make, certify and check what the zone tells; a 9001 for each document, its records in the 9002 behind.

    The PS's card is open; `opposition` is the file of the list in force. SsvError, OpposedCardError,
    BillingError, ReaderError, SignatureError, ZoneError.
    """
    told = Told(zones.decode(zone), known=KNOWN)
    if len(told.all(AMC)) > 1:
        raise SsvError("MUTUELLE_ET_AMC", f"Le groupe {AMC} est donné {len(told.all(AMC))} fois.")
    with asking_ps_card():
        card = reader.read_ps_card()
    patients: list[Patient] = []
    vitale_certificate = None
    if asked.mode in WITH_VITALE:
        vitale = read_unless_on_list(opposition, reader)
        require_same_nature(card.groups, vitale.groups)
        patients, vitale_certificate = patients_from_groups(vitale.groups), vitale.certificate
    ps = ps_from_groups(with_typed_speciality(told, card.groups), situation_of(told))
    require_structure(told, card.groups, ps.situation)
    try:
        invoice = invoice_from_groups(told, ps, patients, asked)
    except RuleError as error:
        if DRE in asked.documents and asks_the_oct_to_split(told):
            raise SsvError("EXCLUSION", error.message, next_step=error.next_step) from None
        raise
    signers = Signers(card.certificate, vitale_certificate)
    made: list[Group] = []
    for sheet in invoice_sheets(invoice):
        sevens = certify_invoice(reader, signers, sheet.records, kind=sheet.kind, mode=sheet.mode)
        made += [_document(invoice, sheet), *record_groups(sheet.records + sevens)]
    return zones.encode(made)


def _document(invoice: Invoice, sheet: Sheet) -> Group:
    return make(
        DOCUMENT,
        sheet.kind,
        sheet.crf,
        sheet.mode,
        sheet.organisme,
        f"{invoice.number:09d}",
        invoice.ps.ps_type,
        invoice.ps.billing_number,
        str(sheet.fee),
        str(sheet.amo),
        str(sheet.amc),
    )
