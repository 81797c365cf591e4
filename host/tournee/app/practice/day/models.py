"""Models of care of a carer: kept by name, found by a part of it, put to a plan or added to a visit."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from tournee.app.context import Office
from tournee.app.practice.dossiers import KINDS, Dossier, add, change, get, read
from tournee.app.practice.plans import day_file
from tournee.billing.dayfile.day import read_day
from tournee.errors import StoreError
from tournee.practice.care_model import CareModel, CareModelError
from tournee.practice.words import search_words
from tournee.store import DossierState

_TOLD_MAX = 5
_NOBODY = {"nir": "2550699999001", "cle": "62"}  # stands in for a patient: only the form is read


def models_of(office: Office, ps: str = "") -> list[Dossier[CareModel]]:
    """A carer's models, or all, by their names."""
    rows = office.journal.dossiers.find(KINDS[CareModel], ps=ps)
    return sorted((read(CareModel, row) for row in rows), key=lambda one: search_words(one.told.name))


def keep_model(office: Office, told: CareModel, ps: str) -> Dossier[CareModel]:
    """Keep a model of a carer; one of the same name is this one from now on. CareModelError for what does not
    read as a passage of the day file. A plan that was made from it stays as it is.
    """
    day = office.clock().date()
    visits = [{**_NOBODY, **slot.told} for slot in told.slots]
    mistakes = read_day(day_file(ps, told.profession, day, visits), "modèle.json").mistakes
    if mistakes:
        raise CareModelError(
            "Ce modèle ne se lit pas : " + " ; ".join(map(str, mistakes[:_TOLD_MAX])),
            next_step="corrigez, puis recommencez",
        )
    row = office.journal.dossiers.named(KINDS[CareModel], told.named(ps))
    if row is None:
        return get(office, CareModel, add(office, told, ps=ps))
    if row.state is DossierState.CLOSED:
        office.journal.dossiers.reopen(row.id, " ".join(search_words(told.name)), "repris")
    change(office, get(office, CareModel, row.id), told)
    return get(office, CareModel, row.id)


def find_model(office: Office, words: str, ps: str = "") -> Dossier[CareModel]:
    """The one model whose name is, or has, these words (or of this number), of a carer where one is said;
    StoreError when none or several are.
    """
    known = models_of(office, ps)
    wanted = search_words(words)
    found = [one for one in known if words.strip() == str(one.id) or search_words(one.told.name) == wanted]
    found = found or [
        one
        for one in known
        if all(any(word in has for has in search_words(one.told.name)) for word in wanted)
    ]
    if len(found) == 1:
        return found[0]
    names = ", ".join(one.told.name for one in found or known)
    raise StoreError(
        f"« {words} » peut être plusieurs modèles." if found else f"Aucun modèle ne s’appelle « {words} ».",
        cause=f"modèles : {names}" if names else "aucun modèle n’est gardé",
        next_step="dites son nom entier" if found else "gardez-en un",
    )


def _has(name: str, wanted: Sequence[str]) -> bool:
    there = search_words(name)
    return all(any(word in one for one in there) for word in wanted)


def drop_model(office: Office, model: Dossier[CareModel]) -> None:
    """Propose a model no more; plans that were made from it stay."""
    office.journal.dossiers.close(model.id, "plus proposé")


def with_acts(told: Mapping[str, Any], acts: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """A visit of the day file with acts more, in its first passage: what `stops.tell_stop` or the bedside
    then keeps. An act that is there already comes once.
    """
    passages = [dict(one) for one in told.get("passage", ())]
    where = passages[0] if passages else dict(told)
    there = list(where.get("actes", ()))
    where["actes"] = there + [dict(act) for act in acts if dict(act) not in there]
    return {**told, "passage": passages} if passages else where
