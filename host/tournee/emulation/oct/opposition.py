"""The emulated OCT's side of the opposition list: a request in, a file of increments out (OCT-LOI-1).

Written from the specification alone; it shares nothing with the code that asks.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from email.parser import BytesParser
from email.policy import compat32
from email.utils import parseaddr

from tournee.emulation.oct.judging.file import RECORD, decode
from tournee.emulation.oct.judging.incoming import Unseal, attachment_of, only_part, opened
from tournee.emulation.oct.judging.refusal import COUNT_OR_TOTAL, LAYOUT, UNREADABLE, OctRefusedError
from tournee.formats import records
from tournee.model import Increment

APPLICATION = "DL"
DESCRIPTIONS = {"DLOI/SV": "", "DLOI/SV/K": "K", "DLOI/SV/ZK": "ZK"}
_SERIALS_IN_RECORD = 12
_RECORDS = 3  # 000, D, 999


@dataclass(frozen=True)
class Request:
    """Who asks (14 digits and type), in which file, for what follows which list."""

    sender: str
    ps_type: str
    file_name: str
    number: int


def is_request(raw: bytes) -> bool:
    """Whether a message says that it asks for the opposition list; never raises."""
    try:
        message = BytesParser(policy=compat32).parsebytes(raw)
        said = [str(part.get("Content-Description", "")) for part in message.walk()]
    except Exception:  # a hostile message is no request, and is judged as a file
        return False
    return any(description in DESCRIPTIONS for description in said)


def read_request(raw: bytes, unseal: Unseal, address: str, siren: str) -> Request:
    """The request in `raw`, sent to the OCT's `address`; OctRefusedError: 0100, 0101 or 0106."""
    message = BytesParser(policy=compat32).parsebytes(raw)
    if parseaddr(str(message["To"]))[1].lower() != address.lower():
        raise OctRefusedError(LAYOUT, "MESSAGE : DESTINATAIRE AUTRE QUE L'OCT")
    part = only_part(message)
    description = str(part.get("Content-Description", message.get("Content-Description", "")))
    content = opened(attachment_of(part), DESCRIPTIONS.get(description, ""), unseal)
    if len(content) != _RECORDS * RECORD:
        raise OctRefusedError(UNREADABLE, f"DEMANDE DE {len(content)} OCTETS")
    header, asked, trailer = (
        decode(content[at * RECORD : (at + 1) * RECORD], kind, at + 1)
        for at, kind in enumerate(("000", "D", "999"))
    )
    if header["application"] != APPLICATION or header["type_destinataire"] != "OT":
        raise OctRefusedError(LAYOUT, "000 : APPLICATION OU TYPE DE DESTINATAIRE")
    if str(header["numero_destinataire"]) != siren.zfill(14):
        raise OctRefusedError(LAYOUT, "000 : DESTINATAIRE AUTRE QUE L'OCT")
    if int(trailer["enregistrements"]) != _RECORDS or trailer["fichier"] != header["fichier"]:
        raise OctRefusedError(COUNT_OR_TOTAL, "999 : ENREGISTREMENTS OU FICHIER")
    return Request(
        str(header["numero_emetteur"]),
        str(header["type_emetteur"]),
        str(header["fichier"]),
        int(asked["numero"]),
    )


def following(increments: Sequence[Increment], number: int) -> list[Increment]:
    """The increments that lead on from list `number`; all of them when it is none of theirs."""
    last = max((one.after for one in increments), default=0)
    known = number == last or any(one.before == number for one in increments)
    return [one for one in increments if one.before >= (number if known else 0)]


def increments_file(
    request: Request, increments: Sequence[Increment], *, siren: str, name: str, now: datetime
) -> bytes:
    """The dLOI file that answers: 000, each increment's `I` and `L`, 999; no increment when there is none."""
    ends: dict[str, str | int] = {
        "type_emetteur": "OT",
        "numero_emetteur": siren.zfill(14),
        "programme_emetteur": "OCTEMU",
        "type_destinataire": request.ps_type,
        "numero_destinataire": request.sender,
        "application": APPLICATION,
        "fichier": name,
    }
    parts = [records.encode("000", {**ends, "date": f"{now:%y%m%d}"})]
    for one in increments:
        parts.append(
            records.encode(
                "I",
                {
                    "du_numero": f"{one.before:06}",
                    "au_numero": f"{one.after:06}",
                    "date": one.date,
                    "ajouts": len(one.additions),
                    "retraits": len(one.removals),
                },
            )
        )
        parts += [*_lines("+", one.additions), *_lines("-", one.removals)]
    return b"".join([*parts, records.encode("999", {**ends, "enregistrements": len(parts) + 1, "lots": 0})])


def _lines(sense: str, serials: Sequence[str]) -> Iterator[bytes]:
    for start in range(0, len(serials), _SERIALS_IN_RECORD):
        some = serials[start : start + _SERIALS_IN_RECORD]
        slots: dict[str, str | int] = {f"serie_{rank:02}": serial for rank, serial in enumerate(some, 1)}
        yield records.encode("L", {"sens": sense, "nombre": len(some), **slots})
