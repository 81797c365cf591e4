"""What a return changes in the journal, as neutral data that the application hands over (OCT-RET-2, OCT-
RET-3).
"""

from dataclasses import dataclass, field

from tournee.returns.arl import WHOLE_FILE, Arl, ArlItem
from tournee.returns.art import Art
from tournee.returns.dloi import Dloi
from tournee.returns.quarantine import Quarantined
from tournee.returns.rsp_content import OtherPayment, Rsp, SheetReturn

ACCEPTED = "accepted"
REFUSED = "refused"
DUPLICATE = "duplicate"
PAID = "paid"
PAYMENT_REFUSED = "payment_refused"
DEFERRED = "deferred"
REMARK = "remark"
OTHER_PAYMENT = "other_payment"

_DUPLICATE_CODE = "0105"
_NO_DATE = "000000"
_PS_ZEROS, _PS_DIGITS = "00000", 9


@dataclass(frozen=True)
class Effect:
    """One change: the file (6 digits), lot (3), invoice (9) and sheet kind (FSE, DRE) it settles, and how.

    `ps` is the 9-digit billing number of who sent it: numbers of files, lots and invoices are each PS's own.
    "" stands for what the return does not say; a lot "" in an ARL means the file as a whole. `asked` and
    `amount` are cents, of the share that `share` names (AMO, AMC) or of both together; `code` and `label` the
    reason given, `reference` the virement.
    `nir` is the insured person's number of 13 (103, 110): the invoice must be that person's.
    """

    outcome: str
    ps: str = ""
    file_name: str = ""
    lot_number: str = ""
    lot_date: str = ""
    invoice_number: str = ""
    sheet_kind: str = ""
    asked: int | None = None
    amount: int | None = None
    code: str = ""
    label: str = ""
    reference: str = ""
    share: str = ""
    nir: str = field(default="", repr=False)


def effects_of(content: Arl | Rsp | Art | Dloi | Quarantined) -> tuple[Effect, ...]:
    """The effects of a return, in its order; an ART, a dLOI, a quarantined return, an RSP not decoded
    have none."""
    if isinstance(content, Arl):
        return tuple(_of_item(item) for item in content.items)
    if isinstance(content, Rsp) and content.decoded:
        ps = _billing_number(content.recipient)
        sheets = [_of_sheet(sheet, ps) for sheet in content.sheets]
        return (*sheets, *(_of_payment(payment, ps) for payment in content.other_payments))
    return ()


def _billing_number(number: str) -> str:
    """The 9 digits of a billing number written on 14, "" for zeros or what is no billing number."""
    digits = number.removeprefix(_PS_ZEROS)
    return digits if len(digits) == _PS_DIGITS and digits.isdigit() and int(digits) else ""


def _of_item(item: ArlItem) -> Effect:
    """A file already taken in is told apart from a refusal: it keeps the acknowledgement it got first."""
    refused = DUPLICATE if item.whole_file and item.code == _DUPLICATE_CODE else REFUSED
    return Effect(
        outcome=ACCEPTED if item.accepted else refused,
        ps=_billing_number(item.sender),
        file_name=item.file_name,
        lot_number="" if item.lot == WHOLE_FILE else item.lot,
        lot_date="" if item.date == _NO_DATE else item.date,
        invoice_number=item.invoice,
        code=item.code,
        label=item.label,
    )


def _of_sheet(sheet: SheetReturn, ps: str) -> Effect:
    outcome = _outcome(sheet)
    reason = sheet.rejections[0] if sheet.rejections else None
    return Effect(
        outcome=outcome,
        ps=ps,
        lot_number=sheet.lot,
        lot_date=sheet.lot_date,
        invoice_number=sheet.invoice,
        sheet_kind=sheet.sheet_kind,
        share=_share(sheet),
        asked=sheet.asked if sheet.parts else None,
        amount=sheet.paid if sheet.parts else None,
        code=reason.code if reason else "",
        label=_label(sheet),
        reference=sheet.transfer if outcome == PAID else "",
        nir=sheet.nir,
    )


def _share(sheet: SheetReturn) -> str:
    """The share that the return speaks of, when it is one alone."""
    shares = (("AMO", sheet.amo), ("AMC", sheet.amc))
    told = [name for name, part in shares if part is not None and (part.asked or part.paid or part.state)]
    return told[0] if len(told) == 1 else ""


def _label(sheet: SheetReturn) -> str:
    """The rejections, or else each share paid otherwise than asked, then the comments."""
    if sheet.rejections:
        return " ; ".join(one.label for one in sheet.rejections)
    shares = (("AMO", sheet.amo), ("AMC", sheet.amc))
    differing = [
        f"part {name} : {_euros(part.paid)} € payés sur {_euros(part.asked)} € demandés"
        for name, part in shares
        if part is not None and part.state == "P" and part.paid != part.asked
    ]
    return " ; ".join(text for text in (*differing, " ".join(sheet.comments)) if text)


def _euros(cents: int) -> str:
    euros, rest = divmod(abs(cents), 100)
    return f"{'-' if cents < 0 else ''}{euros},{rest:02d}"


def _outcome(sheet: SheetReturn) -> str:
    states = {part.state for part in sheet.parts}
    if "R" in states:
        return PAYMENT_REFUSED
    if "P" in states:
        return PAID
    if sheet.rejections:
        return PAYMENT_REFUSED
    return DEFERRED if "D" in states else REMARK


def _of_payment(payment: OtherPayment, ps: str) -> Effect:
    return Effect(
        outcome=OTHER_PAYMENT,
        ps=ps,
        amount=payment.amount,
        code=payment.code,
        label=payment.label,
        reference=payment.transfer,
    )
