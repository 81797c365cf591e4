"""A statement as OFX, of version 1 (SGML, tags left open) or 2 (XML): its movements, read by their tags.

No entity is resolved and nothing outside the file is read: there is no XML parser here to be attacked.
"""

from __future__ import annotations

import html
import re

from tournee.formats.bank.line import BankFileError, BankLine, Skipped, Statement
from tournee.formats.bank.values import DayReader, amount
from tournee.printable import line

MOVEMENTS_MAX = 100_000
_BLOCK = re.compile(r"<STMTTRN>", re.I)
_ENDS = re.compile(r"</STMTTRN>|</BANKTRANLIST>|<LEDGERBAL>", re.I)
_TAG = re.compile(r"<(DTPOSTED|TRNAMT|FITID|NAME|MEMO)>([^<\r\n]{0,400})", re.I)


def is_ofx(text: str) -> bool:
    """Whether a file says it is one."""
    head = text[:2_000].upper()
    return "OFXHEADER" in head or "<OFX>" in head


def read_ofx(text: str) -> Statement:
    """The movements of a statement; BankFileError when there is none."""
    lines: list[BankLine] = []
    skipped: list[Skipped] = []
    blocks = _BLOCK.split(text)[1:]
    if len(blocks) > MOVEMENTS_MAX:
        raise BankFileError(f"Ce relevé a plus de {MOVEMENTS_MAX} lignes.")
    for number, block in enumerate(blocks, 1):
        body = _ENDS.split(block, 1)[0]
        told = {tag.upper(): html.unescape(value).strip() for tag, value in _TAG.findall(body)}
        day = DayReader().read(told.get("DTPOSTED", "")[:8])
        cents = amount(told.get("TRNAMT", ""))
        if day is None or not cents:
            skipped.append(Skipped(number, "son jour ou son montant ne se lit pas"))
            continue
        words = " ".join(dict.fromkeys(filter(None, (told.get("NAME", ""), told.get("MEMO", "")))))
        lines.append(BankLine(day, cents, line(words), line(told.get("FITID", ""), 100)))
    if not lines:
        raise BankFileError("Aucune ligne de ce relevé ne se lit.")
    return Statement("OFX", tuple(lines), tuple(skipped))
