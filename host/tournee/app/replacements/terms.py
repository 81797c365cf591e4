"""By what terms money is given back: parts of care and of travel, rounded to the cent."""

from __future__ import annotations

from dataclasses import dataclass

from tournee.app.replacements.billed import TwoKinds
from tournee.model.amounts import half_up
from tournee.practice.replacement_contract import WHOLE, Basis, ReplacementContract, SignedStatement


@dataclass(frozen=True)
class Terms:
    """What part of care and of travel goes to the replacement, in hundredths of a percent, of what."""

    care: int
    travel: int
    basis: Basis


def terms_of(told: ReplacementContract | SignedStatement) -> Terms:
    """The terms of a contract, or those that a statement was signed by."""
    return Terms(told.care, told.travel, told.basis)


def part_of(terms: Terms, money: TwoKinds) -> int:
    """The replacement's part, rounded once for care and once for travel."""
    return _percent(money.care, terms.care) + _percent(money.travel, terms.travel)


def _percent(cents: int, hundredths: int) -> int:
    """A part of a sum, half a cent up; of what is below 0, the same the other way."""
    sign = -1 if cents < 0 else 1
    return sign * half_up(abs(cents) * hundredths, WHOLE)
