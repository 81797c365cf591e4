"""What comes from outside during the fortnight: the OCT's humours, letters of others, the fate of tablets."""

from __future__ import annotations

import gzip
from base64 import encodebytes
from collections.abc import Callable
from dataclasses import replace
from datetime import date
from email import message_from_bytes
from typing import Any

import rsp_maker as rsp
from columns import SentInvoice
from ledger import Ledger
from stage import Stage

from tournee.emulation.oct import ScenarioRejection, load_mail_identity
from tournee.emulation.oct.judging.answers import seal
from tournee.emulation.world import OCT_ADDRESS, PS_ADDRESS

_HEAD = """From: {sender}
To: {to}
Subject: {subject}
MIME-Version: 1.0
Content-Type: {kind}
{more}
"""
_EDI = """Content-Transfer-Encoding: base64
Content-Disposition: attachment; filename="{name}"
Content-Description: RSP/SV/ZK
"""
_BOUNCED = """--limit
Content-Type: text/plain

550 5.1.1 <{oct}>: Recipient address rejected: User unknown

--limit
Content-Type: message/delivery-status

Reporting-MTA: dns; mx.fai.example

Final-Recipient: rfc822; {oct}
Action: failed
Status: 5.1.1
Diagnostic-Code: smtp; 550 5.1.1 <{oct}>: Recipient address rejected: User unknown

--limit
Content-Type: text/rfc822-headers

{headers}

--limit--
"""


def oct(stage: Stage, told: dict[str, Any]) -> None:
    """What insurers do from now on: `reject` (NIR to code, label), `defer` (NIR); `lose` so many messages."""
    scenario = stage.world.oct.scenario
    if "reject" in told:
        rejected = {nir: ScenarioRejection(*said) for nir, said in told["reject"].items()}
        scenario = replace(scenario, rejected=rejected)
    if "defer" in told:
        scenario = replace(scenario, deferred=frozenset(told["defer"]))
    stage.world.oct.scenario = scenario
    stage.lose = told.get("lose", stage.lose)


def letters(stage: Stage, told: list[dict[str, Any]]) -> None:
    """Letters that are not the OCT's answers, each of its `kind`."""
    for one in told:
        stage.letters += 1
        name = f"{stage.letters:06}"
        letter = _KINDS[one["kind"]](stage, one, name)
        (stage.directory / "retours" / "new" / f"9999999999.{name}").write_bytes(letter)


def tablets(stage: Stage, told: dict[str, Any]) -> None:
    """`new` ones, with their `poste` where one is configured (-1: none); `lost` ones; `bare` ones, each with
    the reader of another.
    """
    for name, station in told.get("new", {}).items():
        stage.add(name, None if station < 0 else station)
    for name, other in told.get("bare", {}).items():
        stage.take_over(name, other)
    for name in told.get("lost", ()):
        stage.tablets[name].lost = True


def _bounce(stage: Stage, told: dict[str, Any], name: str) -> bytes:
    """The last message comes back from a server that knows no such address."""
    last = max((stage.directory / "sent").glob("*.eml"))
    headers = last.read_bytes().partition(b"\r\n\r\n")[0].decode().replace("\r\n", "\n")
    head = _HEAD.format(
        sender="MAILER-DAEMON@mx.fai.example",
        to=PS_ADDRESS,
        subject="Undelivered Mail Returned to Sender",
        kind='multipart/report; report-type=delivery-status; boundary="limit"',
        more="Auto-Submitted: auto-replied\n",
    )
    return (head + _BOUNCED.format(oct=OCT_ADDRESS, headers=headers)).encode()


def _payment(stage: Stage, told: dict[str, Any], name: str) -> bytes:
    """The AMO pays what it put off: `of` a patient, for a care of a `day`; `by` so many cents too little."""
    found = _sheet(stage, told["of"], told["day"])
    asked = found.amo
    paid = asked - told.get("by", 0)
    entities = (
        rsp.payee(found.ps),
        rsp.lot(found.lot, found.lot_date),
        rsp.invoice(found.number, lot=found.lot, date_lot=found.lot_date, type="F"),
        rsp.noemie.encode("103", _person(found)),
        rsp.amo(asked, "P", paid),
    )
    ends = {
        "numero_emetteur": f"000000{found.crf[1:]}",
        "numero_destinataire": found.ps.zfill(14),
        "fichier": name,
        "flux": "D",
    }
    return _sealed(stage, found, rsp.rsp(*entities, total=paid, **ends), name)


def _person(found: SentInvoice) -> dict[str, str | int]:
    told = {"rupture": "05", "nir": found.nir, "cle": found.key}
    return told | {"naissance": found.born[:6], "rang_naissance": found.born[6:]}


def _sheet(stage: Stage, whom: str, day: date) -> SentInvoice:
    """The FSE of a patient that bills a care of this day, taken off what left last."""
    from story import PATIENTS

    nir = PATIENTS[whom]["nir"].strip('"')
    sheets = [one for one in Ledger(stage.directory).invoices if one.kind == "FSE" and one.nir == nir]
    return [one for one in sheets if f"{day:%y%m%d}" in {act.date for act in one.acts}][-1]


def _sealed(stage: Stage, found: SentInvoice, content: bytes, name: str) -> bytes:
    _, certificate = load_mail_identity(stage.directory / "ps")
    body = encodebytes(seal(gzip.compress(content, mtime=0), certificate)).decode()
    head = _HEAD.format(
        sender=OCT_ADDRESS,
        to=PS_ADDRESS,
        subject=f"RSP/{found.ps.zfill(14)}/{stage.clock():%Y%m%d%H%M}",
        kind=f'Application/EDI-consent; name="{name}"',
        more=_EDI.format(name=name),
    )
    letter = (head + body).encode()
    assert message_from_bytes(letter).get_filename() == name
    return letter


_KINDS: dict[str, Callable[[Stage, dict[str, Any], str], bytes]] = {"bounce": _bounce, "payment": _payment}
