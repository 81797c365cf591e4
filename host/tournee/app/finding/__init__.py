"""From what a carer has at hand to visits and their invoices: the one resolver of every command and screen.

A patient's name in any part, accents and order aside; the number of a visit, of an invoice, of a lot or of a
file; a NIR; a day beside any of them. What may be several things is told whole, and what is none of them is
answered with what is near.
"""

from tournee.app.finding.names import is_named, plain
from tournee.app.finding.search import (
    AmbiguousError,
    Sought,
    find_invoice,
    find_thing,
    find_things,
)
from tournee.app.finding.thing import (
    Thing,
    has_refused_dre,
    is_correctable,
    is_editable,
    is_european,
    is_lost,
    is_pending,
    is_reopened,
    thing_of,
)

__all__ = [
    "AmbiguousError",
    "Sought",
    "Thing",
    "find_invoice",
    "find_thing",
    "find_things",
    "has_refused_dre",
    "is_correctable",
    "is_editable",
    "is_european",
    "is_lost",
    "is_named",
    "is_pending",
    "is_reopened",
    "plain",
    "thing_of",
]
