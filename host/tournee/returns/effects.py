"""What a return changes in the journal, as neutral data that the application hands over (OCT-RET-2, OCT-
RET-3).
"""

from tournee.french import euros
from tournee.model import Effect, Outcome, Target
from tournee.model.codes import AMC, AMO
from tournee.printable import line
from tournee.returns.arl import WHOLE_FILE, Arl, ArlItem
from tournee.returns.art import Art
from tournee.returns.bounce import Bounce
from tournee.returns.dloi import Dloi
from tournee.returns.quarantine import Quarantined
from tournee.returns.rsp.content import OtherPayment, Rsp, SheetReturn

_DUPLICATE_CODE = "0105"
_NO_DATE = "000000"
_PS_ZEROS, _PS_DIGITS = "00000", 9


def effects_of(content: Arl | Rsp | Art | Dloi | Bounce | Quarantined) -> tuple[Effect, ...]:
    """The effects of a return, in its order; none of an ART, a dLOI, a bounce, a quarantined return or an RSP
    not decoded.
    """
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
    refused = Outcome.DUPLICATE if item.whole_file and item.code == _DUPLICATE_CODE else Outcome.REFUSED
    lot = "" if item.lot == WHOLE_FILE else item.lot
    return Effect(
        Target.LOT if lot else Target.FILE,
        Outcome.ACCEPTED if item.accepted else refused,
        ps=_billing_number(item.sender),
        file=item.file_name,
        lot=lot,
        lot_date="" if item.date == _NO_DATE else item.date,
        invoice=item.invoice,
        code=item.code,
        label=line(item.label),
    )


def _of_sheet(sheet: SheetReturn, ps: str) -> Effect:
    outcome = _outcome(sheet)
    reason = sheet.rejections[0] if sheet.rejections else None
    return Effect(
        Target.INVOICE,
        outcome,
        ps=ps,
        lot=sheet.lot,
        lot_date=sheet.lot_date,
        invoice=sheet.invoice,
        document=sheet.sheet_kind,
        share=_share(sheet),
        asked=sheet.asked,
        paid=sheet.paid,
        code=reason.code if reason else "",
        label=_label(sheet),
        level=reason.level if reason else "",
        reference=sheet.transfer if outcome is Outcome.PAID else "",
        nir=sheet.nir,
    )


def _share(sheet: SheetReturn) -> str:
    """The share that the return speaks of, when it is one alone."""
    shares = ((AMO, sheet.amo), (AMC, sheet.amc))
    told = [name for name, part in shares if part is not None and (part.asked or part.paid or part.state)]
    return told[0] if len(told) == 1 else ""


def _label(sheet: SheetReturn) -> str:
    """The rejections, or else each share paid otherwise than asked, then the comments."""
    if sheet.rejections:
        return line(" ; ".join(one.label for one in sheet.rejections))
    shares = ((AMO, sheet.amo), (AMC, sheet.amc))
    differing = [
        f"part {name} : {euros(part.paid)} € payés sur {euros(part.asked)} € demandés"
        for name, part in shares
        if part is not None and part.state == "P" and part.paid != part.asked and sheet.asked
    ]
    return line(" ; ".join(text for text in (*differing, " ".join(sheet.comments)) if text))


def _outcome(sheet: SheetReturn) -> Outcome:
    states = {part.state for part in sheet.parts}
    if "R" in states:
        return Outcome.REJECTED
    if "P" in states:
        return Outcome.PAID
    if "D" in states:
        return Outcome.DEFERRED  # a rejection beside it says why
    return Outcome.REJECTED if sheet.rejections else Outcome.REMARK


def _of_payment(payment: OtherPayment, ps: str) -> Effect:
    return Effect(
        Target.PAYMENT,
        Outcome.PAID,
        ps=ps,
        paid=payment.amount,
        code=payment.code,
        label=line(payment.label),
        reference=payment.transfer,
    )
