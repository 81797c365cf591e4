"""A day file's text, TOML or JSON, as tables; and the line of each of their values."""

import json
import tomllib
from collections.abc import Callable
from decimal import Decimal
from typing import Any

from tournee.billing.dayfile.toml_positions import lines_of
from tournee.billing.rules.breach import Path
from tournee.errors import BillingError


def parse(data: bytes, name: str) -> tuple[dict[str, Any], Callable[[Path], int]]:
    """Read JSON when the name ends in `.json`, else TOML; numbers with a point are Decimal.

    The second value gives the line of a place, 0 when not known. BillingError tells why a text is neither.
    """
    try:
        text = data.decode("utf-8-sig").replace("\r\n", "\n")
        document = _json(text) if name.lower().endswith(".json") else tomllib.loads(text, parse_float=Decimal)
    except (ValueError, RecursionError) as error:
        raise BillingError(
            f"« {name} » ne se lit pas.",
            cause=str(error),
            next_step="Le fichier est du TOML (ou du JSON si son nom finit par .json), en UTF-8.",
        ) from error
    lines = {} if name.lower().endswith(".json") else lines_of(text)

    def line_of(path: Path) -> int:
        for length in range(len(path), 0, -1):
            if path[:length] in lines:
                return lines[path[:length]]
        return 0

    return document, line_of


def _json(text: str) -> dict[str, Any]:
    def unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        table = dict(pairs)
        if len(table) != len(pairs):
            keys = [key for key, _ in pairs]
            twice = sorted({key for key in keys if keys.count(key) > 1})
            raise ValueError(f"clé répétée : {', '.join(twice)}")
        return table

    def refused(word: str) -> Any:
        raise ValueError(f"nombre interdit : {word}")

    document = json.loads(text, parse_float=Decimal, parse_constant=refused, object_pairs_hook=unique)
    if not isinstance(document, dict):
        raise ValueError("le fichier n'est pas une table")
    json.dumps(document, ensure_ascii=False, default=str).encode()  # `\ud800` alone is no character
    return document
