"""The zone groups that the records of a sheet still tell: the way back from `sheets`, for SSV_TraduireFSE.

What no record carries stays empty: the invoice's date and situation; the PS's name and convention; the
patient's quality and coverage; the recipient; the AMC's EDI number, domain and indicator; whether the care
has to do with the ALD, and what the carer says of who pays; in records of version 1, the day of the
prescription and the prior agreement. A birth date has the six digits of the record.
"""

from collections.abc import Iterator

from tournee.billing.zones.groups import (
    ACT,
    AMC,
    AMO,
    BENEFICIARY,
    CIRCUMSTANCES,
    FRAME,
    INVOICE,
    PRESCRIPTION,
    PS,
    SUBSTITUTE,
)
from tournee.formats import records
from tournee.formats.records import RECORD_LENGTH
from tournee.formats.zones import Group, make

_CENTURY = "20"
_ORDERED = ("date_prescription", "demande_accord", "reponse_accord", "accord", "numero_accord")
_DATED = "000"  # begins the date of an accident where its number would be

_Values = dict[str, str | int]


def sheet_groups(body: bytes) -> list[Group]:
    """Groups 1110 to 1610, 9004 and 9005 of one invoice, records 2 to 5. RecordError."""
    read = list(_records(body))
    head = read[0][1]
    acts = [values for kind, values in read if kind == "4"]
    more = next((values for kind, values in read if kind == "2A"), None)
    substitute = next((values for kind, values in read if kind == "2R"), None)
    rpps = next((values for kind, values in read if kind == "4E"), None)
    first = acts[0]
    emetteur = str(head["emetteur"])
    return [
        make(INVOICE, str(head["facture"]), str(head["nature"]), "", "", "", ""),
        make(
            PS,
            emetteur[:-1],
            emetteur[-1],
            "",
            "",
            "",
            str(first["specialite"]),
            str(first["zone_tarif"]),
            "",
            "",
            "",
            "",
            "",
        ),
        make(
            BENEFICIARY,
            "",
            str(head["nir"]),
            str(head["cle"]),
            str(head["naissance"]),
            str(head["rang_naissance"]),
            "",
            "",
            "",
        ),
        *_substitute(substitute),
        make(AMO, str(head["regime"]), str(head["caisse"]), str(head["centre"])),
        *_amc(head, more),
        make(FRAME, str(head["tiers_payant"])),
        *(_act(rank, values) for rank, values in enumerate(acts, 1)),
        *_prescription(first, rpps),
        _circumstances(head),
    ]


def _records(body: bytes) -> Iterator[tuple[str, _Values]]:
    for start in range(0, len(body), RECORD_LENGTH):
        yield records.decode(body[start : start + RECORD_LENGTH], start)


def _substitute(told: _Values | None) -> list[Group]:
    if told is None:
        return []
    number = str(told["remplacant"])
    return [
        make(
            SUBSTITUTE, number[:-1], number[-1], *(str(told[name]) for name in ("nom", "prenom", "signature"))
        )
    ]


def _amc(head: _Values, more: _Values | None) -> list[Group]:
    if more is None:
        return []
    fields = ("adherent", "tp_complementaire", "montant_complementaire")
    told = (str(more[field]) for field in fields)
    where = (str(more["routage"]), "", "", str(more["hote"]))
    return [make(AMC, str(head["type_contrat"]), str(more["numero_amc"]), *told, "", "", *where, "", "")]


def _act(rank: int, values: _Values) -> Group:
    fields = (
        "coefficient",
        "quantite",
        "prix_unitaire",
        "base",
        "taux",
        "part_amo",
        "honoraires",
        "part_amc",
        "complement",
        "qualificatif",
    )
    day = f"{_CENTURY}{values['date']}"
    return make(ACT, str(rank), day, str(values["acte"]), *(str(values[field]) for field in fields))


def _prescription(first: _Values, rpps: _Values | None) -> list[Group]:
    speciality, prescriber = _known(first["specialite_prescripteur"]), _known(first["prescripteur"])
    more = rpps or dict.fromkeys(("rpps_prescripteur", *_ORDERED), "")
    number, made, asked, answered = (_known(more[name]) for name in ("rpps_prescripteur", *_ORDERED[:3]))
    who = (_dated(made), prescriber, speciality, number)
    agreed = (_dated(asked), str(more["accord"]), _dated(answered), str(more["numero_accord"]))
    ends = (str(first["origine"]), *agreed)
    return [make(PRESCRIPTION, *who, *(ends if any(ends) else ()))] if any(who) or any(ends) else []


def _dated(day: str) -> str:
    """AAAAMMJJ of a date of six digits, empty when there is none."""
    return f"{_CENTURY}{day}" if day else ""


def _circumstances(head: _Values) -> Group:
    accident = _known(head["accident"])
    dated = accident.startswith(_DATED)
    return make(
        CIRCUMSTANCES,
        str(head["nature_assurance"]),
        "",
        "" if dated else accident,
        f"{_CENTURY}{accident[len(_DATED) :]}" if dated else "",
        str(head["rang"]),
    )


def _known(value: str | int) -> str:
    """A number, empty when it is zeros."""
    return str(value) if str(value).strip("0") else ""
