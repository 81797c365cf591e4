"""What is said of a patient on the command line, and the file that it makes."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import click

from tournee.cli.options.filters import DayOption
from tournee.cli.options.planned import TravelWord

if TYPE_CHECKING:
    from tournee.app.context import Office
    from tournee.billing.identity import Amc
    from tournee.practice.patient_file import ContactPerson, Doctor, PatientFile

_THIRD_PARTY = ("non", "amo", "amc", "total")
_PLAIN = ("birth_rank", "birth_name", "phone", "mail", "notes")


def patient_options(command: Callable[..., None]) -> Callable[..., None]:
    """The options that say something of a patient."""
    for option in reversed(
        (
            click.option("--nir", help="Numéro de sécurité sociale de l’assuré, clé comprise ou non."),
            click.option("--cle", "key", help="Sa clé, si elle n’est pas dans le numéro."),
            click.option("--rang", "birth_rank", help="Rang de naissance, pour des jumeaux : 1, 2…"),
            click.option("--nom-naissance", "birth_name", help="Nom de naissance."),
            click.option("--rue", "street", help="Adresse : la rue."),
            click.option("--code-postal", "postcode", help="Le code postal."),
            click.option("--ville", "town", help="La ville."),
            click.option("--etage", "floor", help="L’étage, l’appartement."),
            click.option("--digicode", "door_code", help="Le code de la porte."),
            click.option("--telephone", "phone", help="Le téléphone."),
            click.option("--mail", help="L’adresse électronique."),
            click.option("--medecin", "doctor", help="Le médecin traitant, et son RPPS."),
            click.option("--contact", "contacts", multiple=True, help="« Nom, téléphone, lien »."),
            click.option("--ald", type=DayOption(), help="En ALD depuis ce jour."),
            click.option(
                "--amc", help="Sa mutuelle : son numéro (10 chiffres), ou son nom si elle est connue."
            ),
            click.option("--adherent", help="Son numéro d’adhérent."),
            click.option("--tiers-payant", "third_party", type=click.Choice(_THIRD_PARTY), help="Qui paie."),
            click.option("--deplacement", "travel", type=TravelWord(), help="Comme IFA, ou IFA 18."),
            click.option("--note", "notes", help="Ce qu’il faut savoir."),
        )
    ):
        command = option(command)
    return command


def birth(said: str) -> str:
    """A birth date as AAAAMMJJ; a lunar date has 00."""
    parts = said.split("/")
    if len(parts) == len(("JJ", "MM", "AAAA")) and all(part.isdecimal() for part in parts):
        day, month, year = parts
        if len(year) == len("AAAA"):
            return f"{year}{month:>02}{day:>02}"
    raise click.BadParameter(f"« {said} » n’est pas une date de naissance ; écrivez JJ/MM/AAAA")


def changed(file: PatientFile, told: dict[str, Any]) -> PatientFile:
    """A file with what the options say; one that says nothing changes nothing."""
    from tournee.billing.identity import Period
    from tournee.billing.numbers import NIR_LENGTH
    from tournee.practice.patient_file import Exempted
    from tournee.practice.planning.plan_file import as_care

    plain = {name: told[name] for name in _PLAIN if told[name] is not None}
    if told["nir"] is not None:
        nir = "".join(told["nir"].split()).upper()
        plain |= {"nir": nir[:NIR_LENGTH], "key": told["key"] or nir[NIR_LENGTH:]}
    address = {name: told[name] for name in ("street", "postcode", "town", "floor", "door_code")}
    plain["address"] = replace(
        file.address, **{name: said for name, said in address.items() if said is not None}
    )
    if told["doctor"] is not None:
        plain["doctor"] = _doctor(told["doctor"])
    if told["contacts"]:
        plain["contacts"] = tuple(map(_contact, filter(None, told["contacts"])))
    if told["ald"] is not None:
        others = tuple(one for one in file.exempted if one.kind != "ald")
        plain["exempted"] = (*others, Exempted("ald", Period(f"{told['ald']:%Y%m%d}")))
    if told["amc"] is not None or (file.amc is not None and told["adherent"] is not None):
        plain["amc"] = _amc(file.amc, told["amc"], told["adherent"])
    usual = json.loads(file.usual)
    for key, name in (("tiers_payant", "third_party"), ("deplacement", "travel")):
        if told[name] is not None:
            usual[key] = told[name]
    return replace(file, **plain, usual=as_care(usual))


def _amc(before: Amc | None, number: str | None, member: str | None) -> Amc | None:
    """The insurer of a number, "" for none and None for the one before; what was said of it stays."""
    from tournee.billing.identity import Amc

    if number is None or (before is not None and number == before.number):
        return before and (replace(before, member=member) if member is not None else before)
    return Amc(number, member=member or "") if number else None


def with_insurer(office: Office, told: dict[str, Any]) -> dict[str, Any]:
    """What the options say, the insurer by its number: a known one by name, one that is new is kept."""
    from tournee.app.practice.insurers import said_insurer

    return {**told, "amc": said_insurer(office, told["amc"]).told.number} if told["amc"] else told


def _doctor(said: str) -> Doctor | None:
    from tournee.practice.patient_file import Doctor

    *name, last = said.split() or [""]
    if last.isdecimal():
        return Doctor(" ".join(name), last)
    return Doctor(said) if said else None


def _contact(said: str) -> ContactPerson:
    from tournee.practice.patient_file import ContactPerson

    name, phone, tie = ([part.strip() for part in said.split(",", 2)] + ["", ""])[:3]
    if not phone:
        raise click.BadParameter(f"« {said} » : écrivez « Nom, téléphone, lien »")
    return ContactPerson(name, phone, tie)
