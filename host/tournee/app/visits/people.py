"""A patient whom the journal knows, by name, as the keys of a visit that say who it is for."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from tournee.app.context import Office
from tournee.app.finding import AmbiguousError, Thing, find_things
from tournee.billing.dayfile.writing import visit_table
from tournee.billing.visit import Person
from tournee.errors import StoreError

_OF_THE_PERSON = ("nir", "cle", "naissance", "rang_naissance", "nom", "amc")
_IDENTITY = ("nom", "prenom", "regime", "caisse", "centre", "rang", "qualite")


def known_patient(office: Office, words: str | Sequence[str]) -> dict[str, Any]:
    """The keys of the patient whom these words name, as the last visit of theirs says them.

    AmbiguousError when they name several people, StoreError when nobody, or one whose visits are all
    another's since.
    """
    people: list[tuple[Person, Thing]] = []
    found = find_things(office, words)
    theirs = [one for one in found if not one.is_of_another]
    if not theirs:
        one = found[-1]
        raise StoreError(
            f"Ce nom n’est que celui d’une facture d’avant, {one.number}, dont la visite est maintenant de "
            f"{one.visit.who}.",
            next_step="dites le patient par son numéro (NIR), sa clé et sa naissance.",
        )
    for one in theirs:
        person = one.visit.judged.visit.person
        same = next((at for at, (other, _) in enumerate(people) if other.same(person)), None)
        if same is None:
            people.append((person, one))
        else:
            people[same] = (person, one)
    if len(people) > 1:
        names = " ; ".join(str(one.visit.who) for _, one in people)
        raise AmbiguousError(
            f"Plusieurs patients répondent à ce nom : {names}.",
            [one for _, one in people],
            next_step="dites le patient par son numéro (NIR).",
        )
    table = visit_table(people[0][1].visit.judged.visit)
    told = {key: table[key] for key in _OF_THE_PERSON if key in table}
    if "patient" in table:
        told["patient"] = {key: table["patient"][key] for key in _IDENTITY if key in table["patient"]}
    return told
