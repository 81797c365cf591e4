"""What changes in a visit, said by options: each is a key of the day file, which its reader then reads."""

from __future__ import annotations

import re
import sys
from collections.abc import Callable
from functools import wraps
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

if TYPE_CHECKING:
    from tournee.app.context import Office
    from tournee.app.visits.retelling import Edit

_F = TypeVar("_F", bound=Callable[..., Any])
_ORGANISME = re.compile(r"(\d\d)[- ]?(\d{3})[- ]?(\d{4})")
_STDIN = "-"

_TEXTS = (
    ("date", "date", "JOUR", "Le jour du soin et de la facture."),
    ("heure", "heure", "HEURE", "L’heure du passage : 18:00, 18h."),
    ("lieu", "lieu", "LIEU", "domicile, cabinet, établissement ou à distance."),
    ("majoration", "majoration", "N|F", "La majoration du passage : nuit, dimanche ou jour férié."),
    ("indemnite", "deplacement.indemnite", "CODE", "L’indemnité de déplacement : IFA, IFD…"),
    ("nir", "nir", "NIR", "Le patient, par son numéro ; ce qui tenait à l’autre s’en va."),
    ("cle", "cle", "CLÉ", "La clé de ce numéro."),
    ("naissance", "naissance", "JOUR", "Sa date de naissance : choisit un enfant, un conjoint."),
    ("rang", "rang_naissance", "RANG", "Son rang de naissance, pour des jumeaux : 1, 2…"),
    ("nom", "patient.nom", "NOM", "Nom du patient, saisi à la main (dégradé, sans carte)."),
    ("prenom", "patient.prenom", "PRÉNOM", "Son prénom, de même."),
    ("tiers-payant", "tiers_payant", "QUI", "non (le patient paie), amo, amc ou total."),
    ("exoneration", "exoneration", "CODE", "3, 5, 7 ou 9."),
    ("nature", "nature", "NATURE", "maladie, maternité ou accident du travail."),
    ("amc", "amc.numero", "NUMÉRO", "La mutuelle, par ses 10 chiffres."),
    ("adherent", "amc.adherent", "NUMÉRO", "Le numéro d’adhérent à cette mutuelle."),
    ("prescription", "prescription.date", "JOUR", "Le jour de la prescription."),
    ("prescripteur", "prescription.prescripteur", "NUMÉRO", "Le numéro de facturation du prescripteur."),
    ("rpps", "prescription.rpps", "NUMÉRO", "Son RPPS."),
    ("accord", "accord.demande", "JOUR", "Le jour de la demande d’accord préalable."),
    ("reponse", "accord.reponse", "RÉPONSE", "accordé, refusé ou silence."),
    ("reponse-le", "accord.le", "JOUR", "Le jour de cette réponse."),
    ("mode", "mode", "MODE", "sécurisé, visite, désynchronisé, sans carte ou dégradé."),
    ("motif", "motif", "MOTIF", "Pourquoi la carte n’est pas lue."),
)
"""An option, the key of the day file that it says, what it takes, and its help."""

_NAMES = {name.replace("-", "_"): key for name, key, _, _ in _TEXTS}


def edit_options(command: _F) -> _F:
    """The options that tell a visit anew: the command is called with `change`, which makes a `Edit`."""
    options = [
        click.option("--acte", "acts", multiple=True, metavar="ACTE", help="Les actes, tous : « AMI 1,5 »."),
        click.option("--km", "kilometres", type=int, metavar="KM", help="Les kilomètres, aller et retour."),
        click.option(
            "--ald/--sans-ald", default=None, help="Soin en rapport avec l’ALD de la carte, ou non."
        ),
        click.option("--caisse", "organisme", default="", help="Régime, caisse et centre : 01-751-0000."),
        click.option("--patient", default="", metavar="NOM", help="Le patient, déjà connu, par son nom."),
        click.option("--sans", "without", multiple=True, metavar="CLÉ", help="Ce que la visite ne dit plus."),
        click.option("--passage", type=click.IntRange(1), metavar="N", help="Le passage qui change."),
        click.option(
            "--toml",
            "file",
            type=click.Path(path_type=Path, allow_dash=True),
            metavar="FICHIER",
            help="Ce qui change, dans les mots du fichier du jour (- : entrée standard).",
        ),
    ]
    options += [
        click.option(f"--{name}", default=None, metavar=what, help=told) for name, _, what, told in _TEXTS
    ]

    @wraps(command)
    def run(*args: Any, **given: Any) -> Any:
        texts = {key: given.pop(name) for name, key in _NAMES.items()}
        ours = ("acts", "kilometres", "ald", "organisme", "patient", "without", "passage", "file")
        told = EditOptions(texts, **{name: given.pop(name) for name in ours})
        return command(*args, told=told, **given)

    made: Any = run
    for option in reversed(options):
        made = option(made)
    return made  # type: ignore[no-any-return]


class EditOptions:
    """What the options say."""

    def __init__(
        self,
        texts: dict[str, str | None],
        *,
        acts: tuple[str, ...],
        kilometres: int | None,
        ald: bool | None,
        organisme: str,
        patient: str,
        without: tuple[str, ...],
        passage: int | None,
        file: Path | None,
    ) -> None:
        self._texts, self._acts, self._kilometres, self._ald = texts, acts, kilometres, ald
        self._organisme, self._patient, self._file = organisme, patient, file
        self._without, self._passage = without, passage or 0

    def __bool__(self) -> bool:
        """Whether anything is said."""
        said = (*self._texts.values(), self._kilometres, self._ald)
        texts = (self._acts, self._organisme, self._patient, self._file, self._without)
        return any(one is not None for one in said) or any(texts)

    def change(self, office: Office) -> Edit:
        """What changes, in the day file's keys. UsageError, BillingError for a file that does not read."""
        from tournee.app.visits.retelling import Edit, act_as_said

        said = self._read() if self._file is not None else {}
        person: dict[str, Any] = {}
        if self._patient:
            from tournee.app.visits.people import known_patient

            person = known_patient(office, self._patient)
        for key, text in self._texts.items():
            if text is not None:
                _say(said, key, text)
        if self._acts:
            said["actes"] = [act_as_said(one) for one in self._acts]
        if self._kilometres is not None:
            _say(said, "deplacement.kilometres", self._kilometres)
        if self._ald is not None:
            said["ald"] = self._ald
        if self._organisme:
            for key, digits in zip(("regime", "caisse", "centre"), _organisme(self._organisme), strict=True):
                _say(said, f"patient.{key}", digits)
        return Edit(said, self._without, self._passage, person)

    def _read(self) -> dict[str, Any]:
        from tournee.app.visits.retelling import read_edit
        from tournee.billing.dayfile.day import read_day_file
        from tournee.tables.document import SIZE_MAX

        assert self._file is not None
        if str(self._file) == _STDIN:
            return read_edit(sys.stdin.buffer.read(SIZE_MAX + 1), "entrée standard")
        return read_edit(read_day_file(self._file), self._file.name)


def _say(said: dict[str, Any], key: str, value: Any) -> None:
    head, _, rest = key.partition(".")
    if not rest:
        said[head] = value
    else:
        inner = said.setdefault(head, {})
        if isinstance(inner, dict):
            inner[rest] = value


def _organisme(told: str) -> tuple[str, ...]:
    found = _ORGANISME.fullmatch(told.strip())
    if found is None:
        raise click.BadParameter(f"« {told} » n’est pas régime, caisse et centre : 01-751-0000")
    return found.groups()
