"""An increment of the opposition list (OCT-LOI)."""

from dataclasses import dataclass, field


@dataclass(frozen=True)
class Increment:
    """What takes list `before` to list `after`; `date` AAMMJJ; serials as text, in the order of their file.

    `before` 0: it applies to no list at all, and makes the whole of one.
    """

    before: int
    after: int
    date: str
    additions: tuple[str, ...] = field(default=(), repr=False)
    removals: tuple[str, ...] = field(default=(), repr=False)
