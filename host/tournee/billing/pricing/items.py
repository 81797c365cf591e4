"""What the carer noted, as the nomenclature knows it: each act with the cotations that it can be.

A letter and a coefficient may stand for several acts. All are kept as candidates: a restriction holds when
every one has it, a benefit too; the carer who names her act, or the derogation, leaves fewer.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import date
from difflib import get_close_matches

from tournee.billing.breach import Breach, Path
from tournee.billing.nomenclature.table import Cotation, Nomenclature, Price, Profession, Zone
from tournee.billing.visit import COEFFICIENT_ONE, Act, Visit
from tournee.model.amounts import half_up

BSX = frozenset({"BSA", "BSB", "BSC"})
TRAVEL = frozenset({"IFA", "IFI", "IFD", "IFS", "IFO", "IFR", "IFN", "IFP", "IFV", "IK", "IKM", "IKS"})
KILOMETRES = frozenset({"IK", "IKM", "IKS"})
MAJORATIONS = frozenset({"MAU", "MCI", "MIE"})
TELE = frozenset({"TLS", "TLL", "TLD", "RQD"})
SINGLE, DEPENDENT = "AMI", "AMX"

ANOTHER_WOUND = "plaie"  # another one, or one that came back after two months without care
DEROGATIONS: dict[str, Callable[[Cotation], bool]] = {
    "prelev": lambda row: row.session == "full",
    "vaccin": lambda row: row.session == "home",
    "5bis": lambda row: row.group == "5bis",
    "analgesie": lambda row: is_analgesia(row),
    "perf": lambda row: row.group in ("perf_courte", "perf_longue"),
    "postop": lambda row: row.group == "postop",
    ANOTHER_WOUND: lambda row: "plaie" in row.limit_text,
}
"""The exceptions that a carer can name, to article 11B or to a limit by wound, and the acts of each."""

TELE_DEROGATION = "tele"  # of teleconsultation and tele-expertise, which are amounts
_ANALGESIA = 110
_QUANTITY_MAX = 99


def is_analgesia(row: Cotation) -> bool:
    """Whether a cotation is the analgesia that goes before a dressing (I 3, II 5 bis)."""
    return row.group == "analgesie" or (row.group == "5bis" and row.coefficient == _ANALGESIA)


@dataclass(frozen=True)
class FoundAct:
    """One act of a passage, found in the nomenclature. No candidates: a fixed amount, or travel.

    `code` is what is billed: IFA where a nurse said IFD, AMX on a day with BSA, BSB or BSC.
    """

    passage: int
    index: int
    day: date
    act: Act
    code: str
    price: Price
    coefficient: int = COEFFICIENT_ONE
    candidates: tuple[Cotation, ...] = ()
    rate: int | None = None  # where what is billed was told: 11B was applied to it

    @property
    def path(self) -> Path:
        """Where it was noted."""
        return ("passages", self.passage, "actes", self.index)

    @property
    def name(self) -> str:
        """Code and coefficient, as a carer says them: `AMI 1,5`."""
        return f"{self.code} {decimal(self.coefficient)}" if self.candidates else self.code

    def is_only(self, test: Callable[[Cotation], bool]) -> bool:
        """Whether every act that it can be is such."""
        return bool(self.candidates) and all(map(test, self.candidates))

    def may_be(self, test: Callable[[Cotation], bool]) -> bool:
        """Whether one of the acts that it can be is such."""
        return any(map(test, self.candidates))


def find_items(
    visit: Visit, profession: Profession, zone: Zone, table: Nomenclature
) -> tuple[tuple[FoundAct, ...], tuple[Breach, ...]]:
    """The acts of a visit in the nomenclature of their day; second: those that are not there, and why."""
    found: list[FoundAct] = []
    faults: list[Breach] = []
    for rank, passage in enumerate(visit.passages):
        for index, act in enumerate(passage.acts):
            place: Path = ("passages", rank, "actes", index)
            item = _Finding(profession, zone, table, passage.day, place, faults).find(act, rank, index)
            if item is not None:
                found.append(item)
    days = {item.day for item in found if item.code in BSX}
    return tuple(_dependent(item, days, zone, table) for item in found), tuple(faults)


def _dependent(item: FoundAct, days: set[date], zone: Zone, table: Nomenclature) -> FoundAct:
    """An AMI of a day with a forfait in the same visit is an AMX (rule bsx)."""
    if item.code != SINGLE or item.day not in days:
        return item
    price = table.value("IF", DEPENDENT, item.day, zone)
    return item if price is None else replace(item, code=DEPENDENT, price=price)


@dataclass(frozen=True)
class _Finding:
    """Looks for one act; what is wrong goes to `faults` and gives None."""

    profession: Profession
    zone: Zone
    table: Nomenclature
    day: date
    place: Path
    faults: list[Breach]

    def find(self, act: Act, passage: int, index: int) -> FoundAct | None:
        named = self._named(act)
        if act.act and named is None:
            return None
        letter = act.code or (named.letter if named else "")
        code = self.table.code_of(self.profession, letter, self.day)
        if not 1 <= act.quantity <= _QUANTITY_MAX and code not in TRAVEL:
            self._fault("quantite", f"{act.quantity} pour {code} : de 1 à {_QUANTITY_MAX}")
            return None
        value = self.table.value(self.profession, code, self.day, self.zone)
        if value is None:
            return self._amount(act, code, passage, index)
        if act.weighted:
            return self._weighted(act, code, value, passage, index)
        rows = self._rows(act, code, named)
        if rows is None:
            return None
        coefficient = act.coefficient if act.coefficient is not None else rows[0].coefficient
        return FoundAct(passage, index, self.day, act, code, value, coefficient, rows)

    def _weighted(self, act: Act, code: str, value: Price, passage: int, index: int) -> FoundAct | None:
        """An act whose coefficient is what is billed: that of a cotation, or the half of one."""
        every = self.table.cotations(self.profession, code, self.day)
        for rate in (100, 50):
            rows = tuple(row for row in every if half_up(row.coefficient * rate, 100) == act.coefficient)
            if rows:
                return FoundAct(passage, index, self.day, act, code, value, rows[0].coefficient, rows, rate)
        self._no_pair(act, code)
        return None

    def _named(self, act: Act) -> Cotation | None:
        if not act.act:
            return None
        named = self.table.named(self.profession, act.act, self.day)
        if named is None:
            self._fault(
                "acte",
                f"« {act.act} » ne nomme aucun acte, ou plusieurs, au {self.day:%d/%m/%Y} ; "
                "la recherche d’actes les trouve par leurs mots",
            )
        return named

    def _amount(self, act: Act, code: str, passage: int, index: int) -> FoundAct | None:
        price = self.table.amount(self.profession, code, self.day, self.zone)
        if price is None:
            self._unknown(code)
            return None
        if act.coefficient not in (None, COEFFICIENT_ONE) and code not in TRAVEL:
            self._fault("coefficient", f"{code} n’a pas de coefficient")
            return None
        if act.derogation and (code not in TELE or derogation_name(act.derogation) != TELE_DEROGATION):
            self._fault("derogation", f"{code} n’a pas besoin de dérogation")
            return None
        coefficient = COEFFICIENT_ONE if act.coefficient is None else act.coefficient
        return FoundAct(passage, index, self.day, act, code, price, coefficient)

    def _unknown(self, code: str) -> None:
        if self.profession == "MK" and code in MAJORATIONS:
            self._fault(
                "code",
                f"{code} : majoration de l’infirmier, le kinésithérapeute n’en a pas",
                "mk-pas-mie",
            )
            return
        codes = self.table.codes(self.profession, self.day)
        if self.table.knows(self.profession, code):
            self._fault("code", f"{code} n’a pas de tarif au {self.day:%d/%m/%Y}", "nomenclature")
            return
        near = get_close_matches(code, codes, n=3, cutoff=0.5)
        hint = f" ; peut-être {' ou '.join(near)}" if near else ""
        self._fault("code", f"{code} n’existe pas pour la profession {self.profession}{hint}", "nomenclature")

    def _rows(self, act: Act, code: str, named: Cotation | None) -> tuple[Cotation, ...] | None:
        if named is not None:
            alike = named.letter == code or {named.letter, code} == {SINGLE, DEPENDENT}
            if not alike or act.coefficient not in (None, named.coefficient):
                self._fault(
                    "acte",
                    f"« {named.label} » est {named.letter} {decimal(named.coefficient)} "
                    f"au {self.day:%d/%m/%Y}, pas {code}{_said(act)}",
                    "nomenclature",
                )
                return None
            rows: tuple[Cotation, ...] = (named,)
        else:
            rows = self.table.cotations(self.profession, code, self.day, act.coefficient)
            if act.coefficient is None or not rows:
                self._no_pair(act, code)
                return None
        return self._by_derogation(act, code, rows)

    def _no_pair(self, act: Act, code: str) -> None:
        every = sorted({row.coefficient for row in self.table.cotations(self.profession, code, self.day)})
        if not every:
            self._fault("code", f"{code} n’a aucun acte au {self.day:%d/%m/%Y}", "nomenclature")
            return
        known = ", ".join(map(decimal, every))
        told = "manque" if act.coefficient is None else f"{decimal(act.coefficient)} ne désigne aucun acte"
        self._fault(
            "coefficient", f"{told} ; {code} existe au {self.day:%d/%m/%Y} avec {known}", "nomenclature"
        )

    def _by_derogation(self, act: Act, code: str, rows: tuple[Cotation, ...]) -> tuple[Cotation, ...] | None:
        name = derogation_name(act.derogation)
        if not name:
            return rows
        if name not in DEROGATIONS:
            self._fault(
                "derogation",
                f"« {act.derogation} » n’est pas une dérogation de {code} : "
                f"{', '.join((*DEROGATIONS, TELE_DEROGATION))}",
                f"11B-{TELE_DEROGATION}" if name == TELE_DEROGATION else "saisie",
            )
            return None
        left = tuple(row for row in rows if DEROGATIONS[name](row))
        if not left:
            self._fault(
                "derogation",
                f"{code}{_said(act)} n’est pas un acte de la dérogation {name}",
                "limite" if name == ANOTHER_WOUND else f"11B-{name}",
            )
            return None
        return left

    def _fault(self, key: str, text: str, rule: str = "saisie") -> None:
        self.faults.append(Breach((*self.place, key), text, rule))


def derogation_name(said: str) -> str:
    """The derogation that a carer wrote: `11B-5bis`, `5 bis` and `5bis` are one."""
    plain = unicodedata.normalize("NFKD", said.lower())
    name = "".join(char for char in plain if char.isalnum())
    return name.removeprefix("11b")


def decimal(hundredths: int) -> str:
    """A coefficient as it is said: 150 gives `1,5`, 809 `8,09`."""
    whole, rest = divmod(hundredths, 100)
    return f"{whole},{rest:02d}".rstrip("0") if rest else str(whole)


def _said(act: Act) -> str:
    return "" if act.coefficient is None else f" {decimal(act.coefficient)}"


def is_road(item: FoundAct) -> bool:
    """Whether an act is kilometres that a carer wrote as one: left after the abatement, under the cap."""
    return item.code in KILOMETRES and not item.act.weighted


def by_passage(items: tuple[FoundAct, ...], count: int) -> Iterator[list[FoundAct]]:
    """The items of each passage, in its order."""
    for rank in range(count):
        yield [item for item in items if item.passage == rank]
