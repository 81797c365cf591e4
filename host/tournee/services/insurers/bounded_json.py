"""A stranger's JSON, within bounds: bytes and depth before it is parsed, whole numbers, no key twice."""

from __future__ import annotations

import json
from typing import Any, NoReturn

from tournee.services.calling import ServiceAnswerError
from tournee.services.insurers.table import BODY_MAX, DEPTH_MAX, DIGITS_MAX
from tournee.services.json_answer import depth_of


def read_object(data: bytes) -> dict[str, Any]:
    """The object that these bytes are; ServiceAnswerError says why they are none that is read."""
    if len(data) > BODY_MAX:
        _refuse(f"{len(data)} octets, {BODY_MAX} au plus")
    if depth_of(data) > DEPTH_MAX:
        _refuse(f"plus de {DEPTH_MAX} niveaux imbriqués")
    try:
        told = json.loads(
            data.decode("utf-8"),
            object_pairs_hook=_once,
            parse_int=_whole,
            parse_float=lambda text: _refuse(f"le nombre {text[:20]} n’est pas entier"),
            parse_constant=lambda text: _refuse(f"{text} n’est pas un nombre"),
        )
    except (ValueError, RecursionError) as error:
        raise _not_readable("ce n’est pas du JSON") from error
    if not isinstance(told, dict):
        _refuse("ce n’est pas un objet")
    return told


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    told = dict(pairs)
    if len(told) != len(pairs):
        _refuse("un champ y est deux fois")
    return told


def _whole(text: str) -> int:
    if len(text.lstrip("-")) > DIGITS_MAX:
        _refuse(f"un nombre a plus de {DIGITS_MAX} chiffres")
    return int(text)


def _refuse(why: str) -> NoReturn:
    raise _not_readable(why)


def _not_readable(why: str) -> ServiceAnswerError:
    return ServiceAnswerError(
        "La réponse de la mutuelle ne se lit pas.",
        cause=why,
        next_step="continuez sans elle : le calcul de Tournée sert",
    )
