"""Whether a return comes from whom it should: who sent it against where our files went (OCT-RET-2).

Anybody can write to a mailbox, and seal for a certificate that is no secret: what a return says counts when
the number in its header is of whom the file that it answers went to, then or now: the OCT, or the insurer
that the lots are for.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from email.utils import parseaddr

from tournee.app.context import Office
from tournee.exchange.files import recipient_number
from tournee.formats import records
from tournee.model import Effect
from tournee.model.codes import AMC, FSE
from tournee.printable import line
from tournee.returns.arl import Arl
from tournee.returns.classify import Return, take_in
from tournee.returns.dloi import Dloi
from tournee.returns.rsp.content import Rsp
from tournee.store import ReturnState
from tournee.store.views.ends import End

_DIGITS = 14
_OCT = "OT "
_SENT_BY, _CLEAR = "Envoyé par", "Venu en clair, alors qu’un certificat est indiqué pour vos retours."
_SEALED_KINDS, _BEFORE = ("ARL", "RSP", "DLOI"), 10
_SUBJECT = re.compile(r"(?:ARL|RSP|DLOI)/([0-9]{14})(?:/|$)", re.IGNORECASE | re.ASCII)


def why_not_believed(office: Office, read: Return, effects: Iterable[Effect]) -> str:
    """Why nothing in this return may count, in French; "" when it comes from whom it should."""
    content = read.content
    if not isinstance(content, Arl | Rsp | Dloi):
        return ""
    sender = content.sender.zfill(_DIGITS)
    if isinstance(content, Dloi):
        return "" if sender in _octs(office) else _stranger(sender, "à aucun OCT de vos routes")
    told = tuple(effects)
    subject = _SUBJECT.match(read.envelope.subject.strip())
    numbers = {effect.ps.zfill(_DIGITS) for effect in told if effect.ps}
    if isinstance(content, Rsp) and numbers:
        numbers.add(content.recipient.zfill(_DIGITS))  # who gets a file may not be among those whom it pays
    if subject and numbers and subject[1] not in numbers:
        return f"son objet nomme le professionnel {subject[1].lstrip('0')}, et son contenu un autre"
    known: dict[frozenset[End], frozenset[str]] = {}
    for effect in told:
        ends = office.journal.ends.of(effect)
        if ends not in known:
            known[ends] = _senders(office, ends)
        if ends and sender not in known[ends] and not _is_claimed(office, effect, sender):
            what = effect.told.split(",")[0]
            return _stranger(sender, f"ni à l’OCT ni à l’organisme à qui est allé ceci : {what}")
    return ""


def oddities(office: Office, read: Return) -> tuple[str, ...]:
    """What is odd in how a return came, and hinders nothing: its sender's address, a lack of sealing."""
    if not isinstance(read.content, Arl | Rsp | Dloi):
        return ()
    found = []
    routes = (office.route, *office.former)
    addresses = {address.lower() for route in routes for address in (route.address, *_insurers(route))}
    address = parseaddr(read.envelope.sender)[1].lower()
    if address and address not in addresses:
        found.append(f"{_SENT_BY} {line(address)}, qui n’est l’adresse d’aucune de vos routes.")
    if office.unseal is not None and not read.sealed:
        found.append(_CLEAR)
    return tuple(found)


def unlike_before(office: Office, read: Return) -> tuple[str, ...]:
    """Of these oddities, those by which a forged return would show: an address of no route; no sealing where
    the returns before this one were sealed.
    """
    if not isinstance(read.content, Arl | Rsp | Dloi):
        return ()
    told = tuple(one for one in oddities(office, read) if one.startswith(_SENT_BY))
    if office.unseal is None or read.sealed:
        return told
    before = office.journal.returns.find(ReturnState.SETTLED, newest_first=True, limit=_BEFORE)
    kinds = (row for row in before if row.kind in _SEALED_KINDS)
    if any(take_in(row.raw, opened=row.content).sealed for row in kinds):
        return (*told, _CLEAR)
    return told


def _insurers(route: object) -> list[str]:
    return [insurer.address for insurer in getattr(route, "insurers", ())]


def _octs(office: Office) -> frozenset[str]:
    routes = (office.route, *office.former)
    now = {route.recipient_number for route in routes if not route.is_direct}
    then = {one.removeprefix(_OCT) for one in office.journal.ends.parties() if one.startswith(_OCT)}
    return frozenset(now | then)


def _senders(office: Office, ends: Iterable[End]) -> frozenset[str]:
    routes = {route.name: route for route in (*office.former, office.route)}
    found = set()
    for end in ends:
        if end.party.startswith(_OCT):
            found.add(end.party.removeprefix(_OCT))
        route = routes.get(end.route)
        if route is not None and not route.is_direct:
            found.add(route.recipient_number)
        if end.crf:
            found.add(recipient_number(end.kind, end.crf, end.organisme))
            found.add(end.crf[1:].zfill(_DIGITS))  # as its CRF names it: régime, caisse, centre
    return frozenset(found)


def _is_claimed(office: Office, effect: Effect, sender: str) -> bool:
    """Whether the sender is the AMC of the FSE that the effect names: an OCT may claim from it (OCT-EF)."""
    if effect.share != AMC or effect.document not in ("", FSE):
        return False
    start, length = records.locate("2", "numero_amc")
    sheets = map(office.journal.invoices.sheet, office.journal.ends.sheets(effect))
    return any(sheet.records[start : start + length].zfill(_DIGITS) == sender.encode() for sheet in sheets)


def _stranger(sender: str, whose: str) -> str:
    return f"l’émetteur {sender} ne correspond {whose}"
