"""How the journal keeps what a practice knows: each value in a form that says its version."""

from __future__ import annotations

import json
from typing import Any, TypeVar

from tournee.errors import BillingError
from tournee.model.form import as_bytes, form_of, from_form

SCHEMA = 1
"""The version of all forms. A field, or a value left out, that changes its meaning makes the next one."""

_Kept = TypeVar("_Kept")


class FormError(BillingError):
    """What the journal keeps is no such value, or of a later version."""


def write_form(told: Any) -> bytes:
    """The form of a value: the same bytes for the same one."""
    return as_bytes({"schema": SCHEMA, **form_of(told)})


def read_form(kind: type[_Kept], kept: bytes) -> _Kept:
    """What `write_form` wrote of a value of this kind; FormError for anything else."""
    try:
        form = json.loads(kept)
        if form.pop("schema") > SCHEMA:
            raise FormError("Ce dossier est d’une version plus récente.", next_step="mettez Tournée à jour")
        read: _Kept = from_form(kind, form)
    except (AttributeError, KeyError, TypeError, ValueError, RecursionError, BillingError) as error:
        if isinstance(error, FormError):
            raise
        raise FormError(
            "Un dossier ne se lit pas.",
            cause="le journal est endommagé",
            next_step="restaurez la dernière sauvegarde",
        ) from error
    return read
