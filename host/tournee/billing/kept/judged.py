"""A visit as the journal keeps it: as it was judged, in a form of its own that says its version.

Labels are left out, which the nomenclature tells. The same visit gives the same bytes, whatever file or face
it came by. Versions before 2 knew no prices: a visit of theirs comes back without lines, to be judged anew.
"""

from __future__ import annotations

import json
from typing import Any

from tournee.billing.visit import JudgedVisit
from tournee.errors import BillingError
from tournee.model.form import as_bytes, form_of, from_form

SCHEMA = 2
"""The version of the form. A field, or a value left out, that changes its meaning makes the next one."""

_FIRST_SCHEMA = 1
_OLD_NAME = "visite.json"
_OLD_HEAD = "journee"


def write_judged(visit: JudgedVisit) -> bytes:
    """The form of a visit: the same bytes for the same visit."""
    return as_bytes({"schema": SCHEMA, **form_of(visit)})


def read_judged(kept: bytes) -> JudgedVisit:
    """The visit that `write_judged` wrote, or that a journal of before kept as a day file of one visit.

    BillingError for what is neither, and for a form of a later version.
    """
    try:
        form = json.loads(kept)
        if not isinstance(form, dict):
            raise TypeError
        if _OLD_HEAD in form:
            return _read_old(form)
        schema = form.pop("schema")
        if schema == _FIRST_SCHEMA:
            form = _from_first(form)
        elif schema != SCHEMA:
            raise BillingError(
                "Cette visite du journal est d’une version plus récente.", next_step="mettez Tournée à jour"
            )
        read: JudgedVisit = from_form(JudgedVisit, form)
    except (IndexError, KeyError, TypeError, ValueError, RecursionError) as error:
        raise BillingError(
            "Une visite du journal ne se lit pas.",
            cause="le journal est endommagé",
            next_step="reprenez-la dans un fichier du jour",
        ) from error
    return read


def _read_old(form: dict[str, Any]) -> JudgedVisit:
    """A visit that was kept as a day file of one visit; the exceptions to 11B had no name then."""
    from tournee.billing.dayfile.day import read_day  # for journals of before only

    for act in form["visite"][0].get("actes", ()):
        act.pop("taux_plein", None)
    read = read_day(json.dumps(form).encode(), _OLD_NAME)
    (draft,) = (one.draft for one in read.visits)
    if draft is None:
        raise ValueError(read.mistakes)
    return JudgedVisit(read.carer.number, read.carer.profession, draft.visit)


def _from_first(form: dict[str, Any]) -> dict[str, Any]:
    """A form of version 1, whose visit held its acts, each with its day, as one of this version."""
    passages: dict[str, dict[str, Any]] = {}
    for act in form["visit"].pop("acts"):
        passage = passages.setdefault(act["day"], {"day": act.pop("day"), "acts": []})
        act.pop("day", None)
        act.pop("full_rate", None)
        if complement := act.pop("complement", ""):
            passage["majoration"] = complement
        passage["acts"].append(act)
    form["visit"]["passages"] = list(passages.values())
    return form
