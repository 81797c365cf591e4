"""What bodies of requests say: the forms of JSON that are asked for, each within bounds."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import Body
from pydantic import AfterValidator, BaseModel, Field, SecretStr

from tournee.api import DeliveryOutcome


def _text(told: SecretStr) -> SecretStr:
    try:
        told.get_secret_value().encode()
    except UnicodeEncodeError:
        raise ValueError("halves of characters are no text") from None
    return told


_Secret = Annotated[SecretStr, AfterValidator(_text)]
Code = Annotated[_Secret, Field(min_length=1, max_length=16)]
Situation = Annotated[int, Field(ge=0, le=99)]
Mode = Annotated[str, Field(max_length=40)]

_EXAMPLE = {
    "journee": {"date": "2026-11-15", "ps": "756000121", "profession": "IF"},
    "visite": [
        {
            "reference": "mine-1",
            "nir": "1820475113042",
            "naissance": "2022-02-05",
            "tiers_payant": "total",
            "prescription": {"date": "2026-11-13", "prescripteur": "751000126", "rpps": "10100001071"},
            "actes": [{"acte": "Prise de sang"}],
            "deplacement": {"indemnite": "IFA"},
        }
    ],
}
Day = Annotated[
    dict[str, Any],
    Body(
        description="A day's visits, with the tables and keys of a day file (`tournee day format`).",
        examples=[_EXAMPLE],
    ),
]


class CertificationAsked(BaseModel):
    """`code` is the code porteur; `visits` numbers of the journal, none: all that can be; `mode` a securing
    mode in place of a visit's own; `situation` the n° logique of a card that has several.
    """

    code: Code
    visits: Annotated[list[Annotated[int, Field(ge=1, lt=2**53)]], Field(max_length=1000)] | None = None
    mode: Mode = ""
    situation: Situation | None = None


class LotsAsked(BaseModel):
    """`code` and `situation` as for certifications."""

    code: Code
    situation: Situation | None = None


class SendingAgainAsked(BaseModel):
    """`ps` tells whose file, where several have its name; `accepted`: although its recipient took some."""

    ps: Annotated[str, Field(max_length=9)] = ""
    accepted: bool = False


class DeliveryTold(BaseModel):
    """What became of a message, and what its sender was told."""

    outcome: DeliveryOutcome
    answer: Annotated[str, Field(max_length=1000)] = ""


class BackupAsked(BaseModel):
    """The file's name, in the server's folder of backups, and the passphrase that seals it."""

    name: Annotated[str, Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$")]
    passphrase: Annotated[_Secret, Field(min_length=1, max_length=1024)]
