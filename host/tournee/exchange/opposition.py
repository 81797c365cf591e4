"""The dLOI request: the file and the message that ask an OCT for what follows a list (OCT-LOI-1).

The profile fixes the file (000 application `DL`, one record `D`, 999) and the words `DLOI/SV`. The subject is
`DLOI/<sender number, 14>/<compostage>`: its compostage (OCT-MSG-3) makes a message of ours one of a kind.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from tournee.errors import ExchangeError
from tournee.exchange.files import OCT, SIMULATION
from tournee.exchange.lots import LotSender
from tournee.formats import records
from tournee.formats.errors import RecordError

APPLICATION = "DL"
PROFILE = "DLOI/SV"
_WORD = "DLOI"
_APPLICATION_AT = slice(47, 49)


class RequestError(ExchangeError):
    """A request for increments that cannot be made."""


@dataclass(frozen=True)
class RequestSubject:
    """The subject of a request: the sender's number on 14, the compostage on 19."""

    exercice: str
    compostage: str

    def __str__(self) -> str:
        return f"{_WORD}/{self.exercice}/{self.compostage}"


def request_file(sender: LotSender, name: int, moment: datetime, oct_number: str, in_force: int) -> bytes:
    """The file that asks the OCT of this number (14) for the increments that follow list `in_force`.

    `name` is the file's name as a number, `in_force` 0 when no list is held: the OCT then gives all of it.
    RequestError.
    """
    ends: dict[str, str | int] = {
        "type_emetteur": sender.ps_type,
        "numero_emetteur": sender.number_14,
        "type_destinataire": OCT,
        "numero_destinataire": oct_number.zfill(14),
        "application": APPLICATION,
        "fichier": f"{name:06}",
    }
    try:
        return b"".join(
            (
                records.encode("000", ends | {"date": f"{moment:%y%m%d}", "message": SIMULATION}),
                records.encode("D", {"numero": f"{in_force:06}"}),
                records.encode("999", ends | {"enregistrements": 3, "lots": 0}),
            )
        )
    except RecordError as error:
        raise RequestError(f"La demande de liste d’opposition ne peut pas être écrite : {error}.") from error


def is_request(content: bytes) -> bool:
    """Whether a file is a request for increments, by its application."""
    return content[_APPLICATION_AT] == APPLICATION.encode()


def subject_of_request(content: bytes, stamp: str) -> RequestSubject:
    """The subject of a message that carries this request under this compostage."""
    _, header = records.decode(content[: records.RECORD_LENGTH])
    return RequestSubject(str(header["numero_emetteur"]), stamp)
