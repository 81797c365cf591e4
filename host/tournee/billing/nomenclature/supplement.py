"""An editor's own rows, added to a table."""

from __future__ import annotations

from dataclasses import replace
from hashlib import sha256

from tournee.billing.nomenclature.reading import refused
from tournee.billing.nomenclature.rows import Heading, Rows
from tournee.billing.nomenclature.table import Nomenclature
from tournee.billing.nomenclature.together import judged

WITH, OF = "+", "@"
"""A version with a supplement is `2026-11-29+2026-12-01@MAISON`."""


def joined(base: Nomenclature, supplement: Nomenclature) -> Nomenclature:
    """A table with an editor's rows. TableError when a row of one is in the way of a row of the other."""
    faults = judged(supplement.rows, base.rows)
    if faults:
        raise refused([f"{supplement.name} {supplement.version} avec {base.name} {base.version}", *faults])
    ours, theirs = base.rows, supplement.rows
    heading: Heading = replace(
        ours.heading,
        start=max(ours.heading.start, theirs.heading.start),
        version=f"{base.version}{WITH}{supplement.version}{OF}{supplement.name}",
    )
    rows = Rows(
        heading,
        {**ours.sources, **theirs.sources},
        (*ours.acts, *theirs.acts),
        (*ours.rates, *theirs.rates),
        (*ours.travels, *theirs.travels),
        (*ours.caps, *theirs.caps),
        (*ours.coming, *theirs.coming),
    )
    return Nomenclature(rows, sha256(f"{base.digest}{supplement.digest}".encode()).hexdigest())
