"""À régler: alerts and what is owed, each in plain words with one act that ends it or leads to its end."""

from __future__ import annotations

from tournee.app.to_settle.listing import count_to_settle, thing_to_settle, to_settle
from tournee.app.to_settle.thing import OwingKind, SettleAct, ToSettle

__all__ = ["OwingKind", "SettleAct", "ToSettle", "count_to_settle", "thing_to_settle", "to_settle"]
