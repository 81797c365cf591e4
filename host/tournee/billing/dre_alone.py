"""A DRE corrected and sent alone: the records of its invoice, to another complementary insurer or under
another number there (profile "A DRE alone").

Acts, amounts, dates and numbers are byte for byte those of the invoice: the AMO is asked nothing again.
"""

from __future__ import annotations

from tournee.billing.identity import Amc, IdentityError
from tournee.errors import BillingError
from tournee.formats import records
from tournee.formats.errors import RecordError
from tournee.formats.records import RECORD_LENGTH
from tournee.formats.text import upper_ascii
from tournee.model.codes import NO_CARD, WITH_VITALE

_HEAD, _REPLACED, _MORE = "2", "2R", "2A"
_SIGNS = "1"
_NO_INSURER = "0" * 10


def insurer_in(body: bytes) -> tuple[str, str]:
    """The complementary insurer that an invoice's records 2 to 5 name (10 digits), and the patient's number
    there, "" for none.
    """
    for at in range(0, len(body), RECORD_LENGTH):
        kind, said = records.decode(body[at : at + RECORD_LENGTH])
        if kind == _MORE:
            return str(said["numero_amc"]).zfill(len(_NO_INSURER)), str(said["adherent"]).strip()
    return "", ""


def insurer_told(number: str, member: str) -> Amc:
    """An insurer by its number and the patient's there; BillingError for a number that is none."""
    try:
        amc = Amc(number, member=upper_ascii(member).strip())
    except IdentityError:
        amc = None
    if amc is None or number == _NO_INSURER:
        raise BillingError(
            "Le numéro d’une mutuelle a dix chiffres, celui de l’adhérent quinze caractères au plus.",
            cause=f"reçu : « {number[:20]} » et « {member[:20]} »",
            next_step="recopiez-les de l’attestation",
        )
    return amc


def with_insurer(body: bytes, amc: Amc) -> bytes:
    """An invoice's records 2 to 5, to this insurer: its number, the patient's there, routing and host; what
    the one before engaged itself to goes. BillingError for an invoice that asks no insurer.
    """
    parts, named = [], False
    for at in range(0, len(body), RECORD_LENGTH):
        record = body[at : at + RECORD_LENGTH]
        kind, said = records.decode(record)
        if kind == _HEAD:
            record = records.encode(_HEAD, said | {"numero_amc": amc.number})
        elif kind == _MORE:
            named = True
            record = _to(said, amc)
        parts.append(record)
    if not named:
        raise BillingError(
            "Cette facture ne demande rien à une mutuelle.", next_step="corrigez la facture elle-même"
        )
    return b"".join(parts)


def signing_substitute(body: bytes) -> str:
    """The RPPS number of the substitute whose own card signs an invoice (2R), "" for the PS's card."""
    for at in range(0, len(body), RECORD_LENGTH):
        kind, said = records.decode(body[at : at + RECORD_LENGTH])
        if kind == _REPLACED and str(said["signature"]) == _SIGNS:
            return str(said["rpps"])
    return ""


def mode_alone(mode: str) -> str:
    """The securing mode of such a DRE: the Vitale card is not there to seal it again."""
    return NO_CARD if mode in WITH_VITALE else mode


def _to(said: dict[str, str | int], amc: Amc) -> bytes:
    told: dict[str, str | int] = {
        "numero_amc": amc.number,
        "adherent": amc.member,
        "routage": upper_ascii(amc.routing),
        "hote": upper_ascii(amc.host),
        "engagement": "",
        "engagement_fin": "",
    }
    try:
        return records.encode(_MORE, said | told)
    except RecordError as error:
        raise BillingError(
            "Ce numéro ne s’écrit pas dans une demande à la mutuelle.", cause=f"{error.field}"
        ) from None
