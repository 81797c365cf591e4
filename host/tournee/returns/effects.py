"""What a return changes in the journal, as neutral data that the application hands over (OCT-RET-2, OCT-
RET-3).
"""

import re
from collections.abc import Mapping, Sequence

from tournee.french import euros
from tournee.model import Effect, Outcome, Target
from tournee.model.codes import AMC, AMO
from tournee.printable import line
from tournee.returns.arl import WHOLE_FILE, Arl, ArlItem
from tournee.returns.art import Art
from tournee.returns.bounce import Bounce
from tournee.returns.dloi import Dloi
from tournee.returns.quarantine import Quarantined
from tournee.returns.rsp.content import OtherPayment, Part, Rejection, Rsp, SheetReturn
from tournee.returns.rsp.franchise import franchise_of

_OUTCOMES = {"P": Outcome.PAID, "R": Outcome.REJECTED, "D": Outcome.DEFERRED}
_PART_OF_SHARE = {AMO: "O", AMC: "C"}
_DUPLICATE_CODE = "0105"
_STAMP = re.compile(r"(?<![0-9])[0-9]{19}(?![0-9])")
_NO_DATE = "000000"
_PS_DIGITS = 9


def effects_of(content: Arl | Rsp | Art | Dloi | Bounce | Quarantined) -> tuple[Effect, ...]:
    """The effects of a return, in its order; none of an ART, a dLOI, a bounce, a quarantined return or an RSP
    not decoded.
    """
    if isinstance(content, Arl):
        return tuple(_of_item(item, content) for item in content.items)
    if isinstance(content, Rsp) and content.decoded:
        of_file = _billing_number(content.recipient)
        sheets = [
            effect
            for sheet in content.sheets
            for effect in _of_sheet(sheet, _billing_number(sheet.payee) or of_file)
        ]
        others = [
            _of_payment(payment, _billing_number(payment.payee) or of_file)
            for payment in content.other_payments
        ]
        return (*sheets, *others)
    return ()


def _billing_number(number: str) -> str:
    """The 9 digits of a billing number written on 14 or 15, "" for zeros or what is no billing number."""
    zeros, digits = number[:-_PS_DIGITS], number[-_PS_DIGITS:]
    is_one = len(digits) == _PS_DIGITS and digits.isdigit() and int(digits) and not zeros.strip("0")
    return digits if is_one else ""


def _of_item(item: ArlItem, arl: Arl) -> Effect:
    """A file already taken in is told apart from a refusal: it keeps the acknowledgement it got first."""
    duplicate = item.code == _DUPLICATE_CODE
    refused = Outcome.DUPLICATE if item.whole_file and duplicate else Outcome.REFUSED
    lot = "" if item.lot == WHOLE_FILE else item.lot
    return Effect(
        Target.PIECE if item.piece else Target.LOT if lot else Target.FILE,
        Outcome.ACCEPTED if item.accepted else refused,
        ps=_billing_number(item.sender),
        file=item.file_name,
        lot=lot,
        lot_date="" if item.date == _NO_DATE else item.date,
        invoice=item.invoice,
        code=item.code,
        label=line(item.label),
        stamp=arl.stamp,
        digest=arl.digest,
        taken_under=found[0] if (found := _STAMP.search(item.label)) and duplicate else "",
        piece=item.piece,
    )


def _of_sheet(sheet: SheetReturn, ps: str) -> list[Effect]:
    """One effect, or one for each share when they do not fare alike; `ps` is who is paid."""
    told = {name: part for name, part in ((AMO, sheet.amo), (AMC, sheet.amc)) if part and _speaks(part)}
    ways = {name: _way(part) for name, part in told.items()}
    if len(set(ways.values())) < 2 or not sheet.parts_have_states:
        return [_effect(sheet, ps, _outcome(sheet), _share(told), sheet.parts, sheet.rejections)]
    found = []
    for name, part in told.items():
        outcome = _OUTCOMES.get(ways[name], Outcome.REMARK)
        of_share = [one for one in sheet.rejections if one.part in ("", _PART_OF_SHARE[name])]
        why = of_share if outcome is not Outcome.PAID else []
        found.append(_effect(sheet, ps, outcome, name, (part,), why))
    return found


def _effect(
    sheet: SheetReturn,
    ps: str,
    outcome: Outcome,
    share: str,
    parts: Sequence[Part],
    rejections: Sequence[Rejection],
) -> Effect:
    reason = rejections[0] if rejections else None
    return Effect(
        Target.INVOICE,
        outcome,
        ps=ps,
        lot=sheet.lot,
        lot_date=sheet.lot_date,
        invoice=sheet.invoice,
        document=sheet.sheet_kind,
        share=share,
        asked=sum(part.asked for part in parts),
        paid=sum(part.paid for part in parts),
        franchise=franchise_of(sheet) if sheet.amo in parts else 0,
        code=reason.code if reason else "",
        label=_label(sheet, parts, rejections),
        level=reason.level if reason else "",
        reference=sheet.transfer if outcome is Outcome.PAID else "",
        nir=sheet.nir,
    )


def _speaks(part: Part) -> bool:
    return bool(part.asked or part.paid or part.state)


def _way(part: Part) -> str:
    """How a share fares; one asked for and not processed waits."""
    return part.state or ("P" if part.paid else "D")


def _share(told: Mapping[str, Part]) -> str:
    """The share that the return speaks of, when it is one alone."""
    return next(iter(told)) if len(told) == 1 else ""


def _label(sheet: SheetReturn, parts: Sequence[Part], rejections: Sequence[Rejection]) -> str:
    """The rejections, or else each share paid otherwise than asked, then the comments."""
    if rejections:
        return line(" ; ".join(one.label for one in rejections))
    shares = ((AMO, sheet.amo), (AMC, sheet.amc))
    franchise = franchise_of(sheet) if sheet.amo in parts else 0
    held = f"franchise de {euros(franchise)} € retenue, que le patient doit à sa caisse" if franchise else ""
    differing = [
        f"part {name} : {euros(part.paid)} € payés sur {euros(part.asked)} € demandés"
        for name, part in shares
        if part is not None
        and part in parts
        and part.state == "P"
        and part.paid != part.asked
        and not (part is sheet.amo and franchise)
        and sheet.asked
    ]
    return line(" ; ".join(text for text in (held, *differing, " ".join(sheet.comments)) if text))


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
        Outcome.REMARK if payment.moved else Outcome.PAID,
        ps=ps,
        paid=payment.amount,
        code=payment.code,
        label=line(payment.label),
        reference=payment.transfer,
        moved=payment.moved,
    )
