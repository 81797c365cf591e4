"""À régler: alerts and what is owed, each in plain words with one act that ends it or leads to its end."""

from __future__ import annotations

from tournee.app.to_settle.listing import thing_to_settle, to_settle
from tournee.app.to_settle.thing import OwingKind, SettleAct, ToSettle
from tournee.app.to_settle.whose import OthersPart, count_to_settle, others_parts, own_things, whose

__all__ = [
    "OthersPart",
    "OwingKind",
    "SettleAct",
    "ToSettle",
    "count_to_settle",
    "others_parts",
    "own_things",
    "thing_to_settle",
    "to_settle",
    "whose",
]
