"""The rules of one act, and of the acts of one visit together."""

from collections.abc import Iterator
from datetime import date, timedelta
from difflib import get_close_matches

from tournee.billing.pricing.article_11b import HALF, weighted_coefficient
from tournee.billing.rules.breach import Breach, Path
from tournee.billing.tariffs import Profession, Tariff, codes, find, majoration
from tournee.billing.visit import Act

QUALIFIERS = {
    "D": "dépassement pour exigence du patient",
    "E": "entente directe",
    "G": "gratuit",
    "N": "non remboursable",
}
COMPLEMENTS = {"N": "nuit", "F": "dimanche ou jour férié"}
FEE_MAX = 9_999_999  # cents, seven columns of record 4


def act_breaches(act: Act, where: Path, profession: Profession, day: date) -> Iterator[Breach]:
    """Judge one act: code, price, coefficient, quantity, complement, fee; `day` is the day file's."""
    tariff = find(act.code, profession)
    if tariff is None:
        near = get_close_matches(act.code, codes(profession), n=3, cutoff=0.5)
        hint = f" ; peut-être {' ou '.join(near)}" if near else ""
        yield Breach((*where, "code"), f"{act.code} n’existe pas pour la profession {profession}{hint}")
        return
    if act.day > day:
        yield Breach((*where, "date"), f"soin du {act.day:%d/%m/%Y} après la journée ({day:%d/%m/%Y})")
    if tariff.unit_price(act.day, "metro") is None:
        yield Breach((*where, "code"), f"{act.code} n’a pas de tarif au {act.day:%d/%m/%Y}")
    yield from _coefficient(act, where, tariff)
    if not 1 <= act.quantity <= tariff.quantity:
        yield Breach(
            (*where, "quantite"), f"{act.quantity} pour {act.code} : de 1 à {tariff.quantity} par ligne"
        )
    yield from _complement(act, where, tariff, profession)
    yield from _fee(act, where)


def _coefficient(act: Act, where: Path, tariff: Tariff) -> Iterator[Breach]:
    place = (*where, "coefficient")
    if tariff.coefficient is None:
        if act.coefficient is not None:
            yield Breach(place, f"{act.code} n’a pas de coefficient")
        return
    low, high = tariff.coefficient
    if act.weighted:
        low = weighted_coefficient(low, HALF)
    if act.coefficient is None:
        yield Breach(place, f"manque ; {act.code} en demande un")
    elif not low <= act.coefficient <= high:
        yield Breach(
            place,
            f"{_decimal(act.coefficient)} pour {act.code} : de {_decimal(low)} à {_decimal(high)}",
        )


def _complement(act: Act, where: Path, tariff: Tariff, profession: Profession) -> Iterator[Breach]:
    place = (*where, "complement")
    if not act.complement:
        return
    if act.complement not in COMPLEMENTS:
        known = ", ".join(f"{letter} ({meaning})" for letter, meaning in COMPLEMENTS.items())
        yield Breach(place, f"{act.complement!r} n’est pas un complément connu : {known}")
    elif not tariff.majoration:
        yield Breach(place, f"{act.code} ne prend pas de majoration {COMPLEMENTS[act.complement]}")
    elif majoration(act.complement, profession, act.day) is None:
        yield Breach(place, f"pas de majoration {COMPLEMENTS[act.complement]} au {act.day:%d/%m/%Y}")
    elif act.complement == "F" and not is_rest_day(act.day):
        yield Breach(place, f"le {act.day:%d/%m/%Y} n’est ni un dimanche ni un jour férié")


def _fee(act: Act, where: Path) -> Iterator[Breach]:
    if act.qualifier and act.qualifier not in QUALIFIERS:
        known = ", ".join(f"{letter} ({meaning})" for letter, meaning in QUALIFIERS.items())
        yield Breach((*where, "qualificatif"), f"{act.qualifier!r} n’est pas un qualificatif connu : {known}")
        return
    if act.fee is None:
        if act.qualifier in ("D", "E"):
            yield Breach((*where, "honoraires"), f"manque ; le qualificatif {act.qualifier} veut un montant")
        return
    if not 0 <= act.fee <= FEE_MAX:
        yield Breach((*where, "honoraires"), "montant hors limites")
    elif act.qualifier == "G" and act.fee:
        yield Breach((*where, "honoraires"), "le qualificatif G (gratuit) et un montant s’excluent")
    elif not act.qualifier:
        yield Breach(
            (*where, "qualificatif"),
            "manque ; des honoraires hors tarif se justifient (D, E, G ou N)",
        )


def session_breaches(acts: tuple[Act, ...], profession: Profession) -> Iterator[Breach]:
    """Judge the acts of a visit together, day by day: what needs, excludes or forbids a second one."""
    present: dict[date, list[str]] = {}
    for act in acts:
        present.setdefault(act.day, []).append(act.code)
    alone: dict[date, str] = {}
    once: dict[tuple[date, str], str] = {}
    for index, act in enumerate(acts):
        tariff = find(act.code, profession)
        if tariff is None:
            continue
        place: Path = ("actes", index, "code")
        others = present[act.day]
        if tariff.needs and not set(others) & set(tariff.needs):
            yield Breach(place, f"{act.code} se facture avec l’un de {', '.join(tariff.needs)}")
        for code in sorted(set(others) & set(tariff.not_with)):
            yield Breach(place, f"{act.code} et {code} ne se facturent pas dans la même visite")
        if tariff.session == "alone":
            if act.day in alone:
                yield Breach(place, f"{act.code} et {alone[act.day]} : une seule lettre clé par séance")
            alone.setdefault(act.day, act.code)
        elif tariff.session == "" and others.count(act.code) > 1 and not tariff.once_a_day:
            if (act.day, act.code) in once:
                yield Breach(place, f"{act.code} est déjà dans cette visite ; utiliser la quantité")
            once.setdefault((act.day, act.code), act.code)


def _decimal(hundredths: int) -> str:
    whole, rest = divmod(hundredths, 100)
    return f"{whole},{rest:02d}".rstrip("0").rstrip(",") if rest else str(whole)


_SATURDAY = 5
# (month, day): national days, then those of Alsace-Moselle and of overseas departments, accepted everywhere
_FIXED = {(1, 1), (5, 1), (5, 8), (7, 14), (8, 15), (11, 1), (11, 11), (12, 25)}
_LOCAL = {(12, 26), (4, 27), (5, 22), (5, 27), (6, 10), (12, 20)}
_AFTER_EASTER = (-2, 1, 39, 50)  # Good Friday (Alsace-Moselle), Easter Monday, Ascension, Whit Monday


def easter(year: int) -> date:
    """Easter Sunday of a Gregorian year (the computus of Meeus)."""
    golden, century, rest = year % 19, year // 100, year % 100
    epact = (19 * golden + century - century // 4 - (century - (century + 8) // 25 + 1) // 3 + 15) % 30
    weekday = (32 + 2 * (century % 4) + 2 * (rest // 4) - epact - rest % 4) % 7
    late = (golden + 11 * epact + 22 * weekday) // 451
    month, day = divmod(epact + weekday - 7 * late + 114, 31)
    return date(year, month, day + 1)


def is_rest_day(day: date) -> bool:
    """Tell whether complement F may stand: Sunday, public holiday, or a Saturday (urgent calls, [K])."""
    if day.weekday() >= _SATURDAY or (day.month, day.day) in _FIXED | _LOCAL:
        return True
    return day - easter(day.year) in {timedelta(days) for days in _AFTER_EASTER}
