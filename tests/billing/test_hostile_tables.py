"""Tables that a stranger wrote: read, or refused with a reason that can be shown, whatever is in them."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tournee.billing import nomenclature
from tournee.billing.nomenclature.described import limits, not_with, reserve
from tournee.billing.nomenclature.reading import FAULTS_MAX, ROWS_MAX, TableError, read
from tournee.billing.nomenclature.search import completions, search
from tournee.billing.nomenclature.table import Nomenclature, packaged

TRUE_TABLE: dict[str, Any] = json.loads((Path(str(nomenclature.__file__)).parent / "ngap.json").read_text())
KINDS = ("value", "amount", "act", "travel", "travel_cap", "announced", "source")
DAY = date(2026, 11, 16)

texts = st.text(max_size=60) | st.sampled_from(["\x1b[31m", "\u202e", "a" * 5000, "2026-02-30", "é"])
anything = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | texts,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(texts, inner, max_size=4),
    max_leaves=8,
)


def judged(data: bytes) -> Nomenclature | None:
    """The table, or None when it was refused; then the reason is one that can be shown."""
    try:
        return read(data)
    except TableError as refused:
        told = str(refused)
        assert all(one.isprintable() or one == "\n" for one in told)
        assert len(told) < 400 * (FAULTS_MAX + 2)
        return None


@given(st.binary(max_size=400))
def test_any_bytes_are_read_or_refused(data: bytes) -> None:
    judged(data)


@given(st.data())
def test_a_key_of_any_content_in_the_true_table_is_read_or_refused(data: st.DataObject) -> None:
    kind = data.draw(st.sampled_from(KINDS))
    rank = data.draw(st.integers(0, len(TRUE_TABLE[kind]) - 1))
    row = TRUE_TABLE[kind][rank]
    key = data.draw(st.sampled_from(sorted(row)) | texts)
    spoilt = {**TRUE_TABLE, kind: [*TRUE_TABLE[kind][:rank], {**row, key: data.draw(anything)}]}
    table = judged(json.dumps(spoilt).encode())
    if table is not None:
        for one in search(table, "", "IF", DAY):
            reserve(one.item)
        for act in table.rows.acts:
            limits(act)
            not_with(act, table, DAY)


@given(st.dictionaries(st.sampled_from((*KINDS, "table")) | texts, anything, max_size=5))
def test_any_parts_are_read_or_refused(parts: dict[str, Any]) -> None:
    judged(json.dumps(parts).encode())


def test_a_repeated_key_is_named_without_what_it_would_do_to_a_screen() -> None:
    assert judged(b'{"\\u001b[31m": 1, "\\u001b[31m": 2}') is None


@given(st.text(max_size=80))
def test_any_search_has_an_answer(typed: str) -> None:
    for who in ("IF", "MK"):
        search(packaged(), typed, who, DAY)  # type: ignore[arg-type]
        completions(packaged(), typed, who, DAY)  # type: ignore[arg-type]


@pytest.mark.parametrize("kind", KINDS)
def test_too_many_rows_are_refused_before_they_are_looked_at(kind: str) -> None:
    heading = {"kind": "table", "name": "ESSAI", "version": "2026-11-29", "from": "2024-01-01"}
    with pytest.raises(TableError, match=f"une liste de {ROWS_MAX} lignes au plus"):
        read(json.dumps({"table": heading, kind: [0] * (ROWS_MAX + 1)}).encode())
