"""What each act of a visit costs, and what the compulsory insurer pays of it."""

from dataclasses import dataclass

from tournee.billing.identity import PsIdentity
from tournee.billing.pricing.article_11b import FREE, weighted_coefficient, weights
from tournee.billing.pricing.coverage import Cover
from tournee.billing.tariffs import find, lookup, majoration
from tournee.billing.visit import COEFFICIENT_ONE, Act
from tournee.model.amounts import half_up

FREE_OF_CHARGE, NOT_REIMBURSED = "G", "N"  # qualificatif de la dépense


@dataclass(frozen=True)
class PricedAct:
    """One act, priced; amounts in cents, `coefficient` in hundredths, `rate` in percent.

    `remainder` is what is left of the base for an AMC, when one is asked.
    """

    act: Act
    coefficient: int
    unit_price: int
    base: int
    rate: int
    amo: int
    fee: int
    remainder: int


def price_acts(
    acts: tuple[Act, ...], ps: PsIdentity, cover: Cover
) -> tuple[tuple[PricedAct, ...], tuple[Act, ...]]:
    """Price the acts of a visit that `rules` accepted; second: those that article 11B makes free."""
    lines: list[PricedAct] = []
    unbilled: list[Act] = []
    for act, weight in zip(acts, weights(acts, ps.ps_type), strict=True):
        if weight == FREE:
            unbilled.append(act)
        else:
            lines.append(_line(act, weight, ps, cover))
    return tuple(lines), tuple(unbilled)


def _line(act: Act, weight: int, ps: PsIdentity, cover: Cover) -> PricedAct:
    tariff = find(act.code, ps.ps_type)
    assert tariff is not None  # the rules refused unknown codes
    unit_price = lookup(act.code, ps.ps_type, act.day, ps.zone)
    coefficient = weighted_coefficient(act.coefficient or COEFFICIENT_ONE, weight)
    base = half_up(unit_price * coefficient * act.quantity, COEFFICIENT_ONE)
    if act.complement:
        base += majoration(act.complement, ps.ps_type, act.day) or 0
    fee = base if act.fee is None else act.fee
    if act.qualifier == FREE_OF_CHARGE:
        fee = 0
    base = min(base, fee)
    rate = tariff.rate if cover.rate is None else cover.rate
    if act.qualifier == NOT_REIMBURSED:
        return PricedAct(act, coefficient, unit_price, base, 0, 0, fee, 0)
    amo = half_up(base * rate, 100)
    return PricedAct(act, coefficient, unit_price, base, rate, amo, fee, base - amo)
