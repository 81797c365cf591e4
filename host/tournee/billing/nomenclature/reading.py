"""A table of the nomenclature read from a file: judged whole, each row by its keys, then the rows together.

The file is JSON: `table` (what it says of itself), `source`, `value`, `amount`, `act`, `travel`,
`travel_cap`, `announced`. A row says its days (`from`, `to`, both included); one of the past is never
rewritten.
"""

from __future__ import annotations

from collections.abc import Iterable
from hashlib import sha256
from typing import Any

from tournee.billing.nomenclature.keys import HEADING, KINDS, REQUIRED, SOURCE, Keys
from tournee.billing.nomenclature.rows import (
    Coming,
    Cotation,
    Heading,
    Rate,
    Rows,
    TravelCap,
    TravelGround,
)
from tournee.billing.nomenclature.table import Nomenclature, coefficient_told
from tournee.billing.nomenclature.together import judged
from tournee.errors import BillingError
from tournee.printable import line
from tournee.tables.document import DocumentError, parse, words_for

SIZE_MAX = 2 << 20
"""Bytes of the longest table: some 6,000 rows."""

ROWS_MAX = 8_000
"""Rows of a kind at most."""

FAULTS_MAX = 20
"""Faults that are told at once."""

_SHOWN = 20


class TableError(BillingError):
    """A table of the nomenclature that may not be used; the rows at fault are in `cause`."""

    remedy = "nomenclature"


def read(data: bytes) -> Nomenclature:
    """Judge the bytes of a table and make one of them; a supplement’s rows are marked `own`. TableError."""
    try:
        if len(data) > SIZE_MAX:
            raise DocumentError(f"elle est trop longue : {len(data)} octets, {SIZE_MAX} au plus")
        values = parse(data, is_json=True).values
    except DocumentError as error:
        raise TableError(
            "La table des actes ne peut pas être lue.",
            cause=line(str(error)),
            next_step="demandez une copie entière à qui vous l’a donnée",
        ) from None
    faults: list[str] = []
    rows = _rows(values, faults)
    if rows is not None and not faults:
        faults += judged(rows)
    if rows is None or faults:
        raise refused(faults)
    return Nomenclature(rows, sha256(data).hexdigest())


def refused(faults: list[str]) -> TableError:
    """The error that tells the first faults of a table."""
    more = len(faults) - FAULTS_MAX
    told = [*(line(one) for one in faults[:FAULTS_MAX]), *([f"et {more} autres"] if more > 0 else [])]
    return TableError(
        "La table des actes est refusée ; rien n’a changé.",
        cause=" ; ".join(told),
        next_step="corrigez ces lignes, ou demandez une autre copie à qui vous l’a donnée",
    )


def _rows(values: dict[str, Any], faults: list[str]) -> Rows | None:
    heading = _heading(values.get("table"), faults)
    unknown = sorted(set(values) - {"table", "source", *KINDS})
    faults += [f"partie inconnue : « {name[:40]} »" for name in unknown]
    sources = {
        one["code"]: one["what"]
        for one in _each("source", values.get("source", []), SOURCE, ("code", "what"), faults)
    }
    found: dict[str, list[dict[str, Any]]] = {
        kind: list(_each(kind, values.get(kind, []), keys, required, faults))
        for kind, (keys, required) in KINDS.items()
    }
    if heading is None or faults:
        return None
    own = heading.kind == "supplement"
    return Rows(
        heading,
        sources,
        tuple(Cotation(**one, own=own) for one in found["act"]),
        tuple(
            Rate(kind="value", code=letter, **one, own=own)
            for one in found["value"]
            for letter in one.pop("letters")
        )
        + tuple(Rate(kind="amount", **one, own=own) for one in found["amount"]),
        tuple(TravelGround(**one) for one in found["travel"]),
        tuple(TravelCap(**one) for one in found["travel_cap"]),
        tuple(Coming(**one) for one in found["announced"]),
    )


def _heading(told: Any, faults: list[str]) -> Heading | None:
    found = list(_each("table", [told], HEADING, REQUIRED, faults))
    return Heading(**found[0]) if found else None


def _each(
    kind: str, told: Any, keys: Keys, required: Iterable[str], faults: list[str]
) -> Iterable[dict[str, Any]]:
    """The rows of a kind, as the fields they fill; those at fault are named and left out."""
    if not isinstance(told, list) or len(told) > ROWS_MAX:
        faults.append(f"« {kind} » : une liste de {ROWS_MAX} lignes au plus est attendue")
        return
    for rank, raw in enumerate(told, 1):
        if not isinstance(raw, dict):
            faults.append(f"{kind} n° {rank} : une ligne est une table, pas {words_for(raw)}")
            continue
        row: dict[str, Any] = {}
        wrong = [f"clé « {key} » : elle manque" for key in required if key not in raw]
        for key, value in raw.items():
            try:
                reader, name = keys[key]
                row[name] = reader(value)
            except KeyError:
                wrong.append(f"clé « {key[:40]} » : elle est inconnue")
            except ValueError as error:
                wrong.append(f"clé « {key} » : {error}, pas {words_for(value)}")
        if wrong:
            faults += [f"{_named(kind, rank, raw)}, {one}" for one in wrong]
        else:
            yield row


def _named(kind: str, rank: int, raw: dict[str, Any]) -> str:
    """A row at fault, as its editor finds it: its rank, then its name or its letter."""
    name = raw.get("id") or raw.get("code") or raw.get("letters") or ""
    told = ", ".join(map(str, name)) if isinstance(name, list) else str(name)
    coefficient: Any = raw.get("coefficient")
    is_whole = isinstance(coefficient, int) and not isinstance(coefficient, bool)
    told_pair = coefficient_told(coefficient)[:_SHOWN] if is_whole else ""
    pair = f"{str(raw.get('letter', ''))[:_SHOWN]} {told_pair}".strip()
    shown = " ".join(filter(None, (told[: 3 * _SHOWN], f"({pair})" if pair else "")))
    return f"{kind} n° {rank}" + (f" {shown}" if shown else "")
