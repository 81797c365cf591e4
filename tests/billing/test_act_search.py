"""Acts found as carers ask for them: words in any order, pieces of words, codes, everyday names."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from tournee.billing.nomenclature.described import (
    ANNOUNCED,
    INFERRED,
    beside_forfait,
    goes_with,
    limits,
    not_with,
    reserve,
    travel_told,
)
from tournee.billing.nomenclature.rows import Cotation
from tournee.billing.nomenclature.search import Found, completions, pair, prices, search
from tournee.billing.nomenclature.table import Nomenclature, packaged

VECTORS = Path(__file__).parents[1] / "vectors" / "billing" / "recherches.txt"
TODAY = date(2026, 11, 16)
FIRST = 3


def told() -> list[list[str]]:
    lines = [line for line in VECTORS.read_text().splitlines() if line and not line.startswith("#")]
    return [[part.strip() for part in line.split("|")] for line in lines]


@pytest.fixture(scope="module")
def table() -> Nomenclature:
    return packaged()


def name(found: Found) -> str:
    return found.item.id if isinstance(found.item, Cotation) else found.code


@pytest.mark.parametrize(("who", "typed", "day", "wanted"), told(), ids=lambda one: str(one))
def test_what_carers_type_finds_the_act_among_the_first(
    who: str, typed: str, day: str, wanted: str, table: Nomenclature
) -> None:
    found = search(table, typed, who, date.fromisoformat(day))  # type: ignore[arg-type]
    assert wanted in [name(one) for one in found[:FIRST]]


def test_a_number_of_two_decimals_never_finds_its_neighbour(table: Nomenclature) -> None:
    found = search(table, "8,12", "MK", TODAY)
    assert len(found) == 7
    assert {one.item.coefficient for one in found if isinstance(one.item, Cotation)} == {812}


def test_the_beginning_of_a_number_finds_those_that_begin_so(table: Nomenclature) -> None:
    found = [one.item for one in search(table, "RIC 8,1", "MK", TODAY)]
    coefficients = [one.coefficient for one in found if isinstance(one, Cotation)]
    assert (coefficients[0], sorted(coefficients)) == (810, [810, 811, 812])


@pytest.mark.parametrize(
    ("typed", "who", "wanted"),
    [
        ("SEP", "MK", "affection-neurologique"),
        ("morphine", "IF", "injection-sous-cutanee"),
        ("pompe", "IF", "perfusion-longue"),
        ("pompe morphine", "IF", "perfusion-longue"),
        ("ventouse", "MK", ""),
        ("ventouses", "IF", ""),
    ],
)
def test_what_a_word_stands_for_is_found_and_a_word_for_no_act_finds_none(
    typed: str, who: str, wanted: str, table: Nomenclature
) -> None:
    found = [name(one) for one in search(table, typed, who, TODAY)]  # type: ignore[arg-type]
    assert any(one.startswith(wanted) for one in found[:FIRST]) if wanted else found == []


def test_every_session_of_a_physiotherapist_answers_to_seance(table: Nomenclature) -> None:
    found = {name(one) for one in search(table, "séance", "MK", TODAY)}
    assert {"prothese-genou", "lombalgie-commune", "soins-palliatifs"} <= found
    assert not {"bdk", "balneotherapie-piscine", "IFD"} & found


def test_nothing_typed_finds_all_of_the_day_and_nonsense_nothing(table: Nomenclature) -> None:
    assert len(search(table, "", "IF", TODAY)) > 100
    assert search(table, "zyxwv", "IF", TODAY) == []
    assert search(table, "'; --", "IF", TODAY) == search(table, "", "IF", TODAY)
    assert search(table, "a" * 100_000, "IF", TODAY) == []


def test_an_act_of_other_days_is_found_when_the_day_does_not_matter(table: Nomenclature) -> None:
    assert search(table, "garde de nuit", "IF", TODAY) == []
    assert [name(one) for one in search(table, "garde de nuit", "IF", None)] == ["garde-de-nuit"]


@pytest.mark.parametrize(
    ("typed", "read"),
    [("RIC 8,12", ("RIC", "8,12")), ("ric8.12", ("RIC", "8,12")), ("AMI 4", ("AMI", "4")), ("genou", None)],
)
def test_a_letter_and_a_coefficient_are_told_from_words(typed: str, read: tuple[str, str] | None) -> None:
    assert pair(typed) == read


def test_words_and_codes_begun_are_completed(table: Nomenclature) -> None:
    assert completions(table, "pros", "MK", TODAY) == []
    assert completions(table, "proth", "MK", TODAY) == ["prothese"]
    assert completions(table, "Prothè", "MK", TODAY) == ["prothese"]
    assert {"RAM", "RAO", "RAB", "RAV"} <= set(completions(table, "RA", "MK", TODAY))


def priced(table: Nomenclature, typed: str, who: str, day: date) -> tuple[int | None, int | None, str, str]:
    worth = prices(table, search(table, typed, who, day)[0].item, day)  # type: ignore[arg-type]
    metro, drom = worth["metro"], worth["drom"]
    return (
        metro.cents if metro else None,
        drom.cents if drom else None,
        reserve(metro) if metro else "",
        reserve(drom) if drom else "",
    )


def test_prices_are_of_the_day_and_say_what_is_not_confirmed(table: Nomenclature) -> None:
    assert priced(table, "prise de sang", "IF", date(2026, 11, 5)) == (473, 495, "", "")
    assert priced(table, "prise de sang", "IF", date(2026, 11, 6)) == (503, 525, ANNOUNCED, INFERRED)
    assert priced(table, "PTG", "MK", TODAY) == (1795, 1973, "", "")
    assert priced(table, "PTG", "MK", date(2025, 6, 16)) == (1662, 1827, INFERRED, INFERRED)
    assert priced(table, "paraplégie", "MK", date(2026, 9, 1)) == (2654, 2918, ANNOUNCED, ANNOUNCED)
    assert priced(table, "RQD", "IF", TODAY) == (1000, None, "", "")
    assert priced(table, "CIA", "IF", TODAY) == (None, None, "", "")
    assert priced(table, "dimanche", "MK", TODAY) == (762, 762, "", "")
    assert INFERRED.startswith("tarif annoncé, à confirmer")


def test_what_an_act_asks_for_and_goes_with_is_told(table: Nomenclature) -> None:
    def act(who: str, told: str) -> Cotation:
        found = table.named(who, told, TODAY)  # type: ignore[arg-type]
        assert found is not None
        return found

    assert limits(act("MK", "prothese-genou")) == ["accord préalable dès la 26e séance"]
    assert limits(act("MK", "canal-carpien-liberation")) == ["accord préalable avant la première séance"]
    assert limits(act("IF", "vaccination")) == ["sans ordonnance"]
    assert goes_with(act("IF", "prise-de-sang")) == ["tout autre acte, plein"]
    assert beside_forfait(act("IF", "prise-de-sang")) == "au BSI : AMX plein"
    assert beside_forfait(act("IF", "injection-sous-cutanee")) == "au BSI : AMX à moitié"
    assert not_with(act("IF", "apprendre-autosondage"), table, TODAY) == [
        "sondage urinaire et actes du même groupe"
    ]
    assert not_with(act("IF", "retrait-perfusion"), table, TODAY) == ["AMI 9", "AMI 10"]
    assert not_with(act("IF", "telesoin-pansement"), table, TODAY)[0] == "les actes de l’article I 2"
    assert travel_told(act("MK", "perinee")) == "déplacement : IFD"
