"""The nomenclature on its days: prices, acts, names; each table that may not be used, told by row and key."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import date, timedelta
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

from tournee.billing.nomenclature import reading
from tournee.billing.nomenclature.reading import TableError, read
from tournee.billing.nomenclature.table import Cotation, Limit, Nomenclature, coefficient_told, packaged

VECTORS = Path(__file__).parents[1] / "vectors" / "billing"
TODAY = date(2026, 11, 16)


def lines(name: str) -> list[list[str]]:
    text = (VECTORS / name).read_text()
    return [line.split() for line in text.splitlines() if line and not line.startswith("#")]


@pytest.fixture(scope="module")
def table() -> Nomenclature:
    return packaged()


@pytest.mark.parametrize("row", lines("nomenclature.txt"), ids=" ".join)
def test_a_point_or_a_code_is_worth_on_its_day_what_was_published(
    row: list[str], table: Nomenclature
) -> None:
    day, who, zone, told, cents, certainty, announced = row
    code, _, band = told.partition("/")
    on, profession, where = date.fromisoformat(day), who, zone
    price = table.value(profession, code, on, where) or table.amount(profession, code, on, where, band)  # type: ignore[arg-type]
    if cents == "-":
        assert price is None
    else:
        assert price is not None
        assert (price.cents, price.certainty.replace(" ", "_"), price.announced) == (
            int(cents),
            certainty,
            announced == "yes",
        )


@pytest.mark.parametrize("row", lines("cotations.txt"), ids=" ".join)
def test_a_letter_a_coefficient_and_a_day_name_these_acts(row: list[str], table: Nomenclature) -> None:
    day, who, letter, coefficient, *acts = row
    found = table.cotations(who, letter, date.fromisoformat(day), int(coefficient))  # type: ignore[arg-type]
    assert sorted(one.id for one in found) == ([] if acts == ["-"] else acts)


def test_a_row_of_prices_is_named_by_its_first_day_and_says_the_zone_it_is_alone_for(
    table: Nomenclature,
) -> None:
    rows = [table.value("IF", "AMI", date(2026, 11, 6), zone) for zone in ("metro", "drom")]
    assert [one and one.row for one in rows] == ["value AMI 2026-11-06", "value AMI 2026-11-06 drom"]
    night = table.amount("IF", "N", TODAY, "metro", "23-05")
    assert night is not None and night.row == "amount N 23-05 2024-01-01"


def test_a_coefficient_that_names_no_act_is_answered_by_those_that_do(table: Nomenclature) -> None:
    assert table.cotations("MK", "RAM", TODAY, 815) == ()
    assert table.coefficients("MK", "RAM", TODAY) == (807, 808, 809, 810, 811, 812, 813)
    assert table.coefficients("MK", "RAM", date(2025, 1, 1)) == (747, 748, 749, 750, 751, 752, 753)


def test_ids_name_one_act_a_day_and_hold_through_its_coefficients(table: Nomenclature) -> None:
    acts: dict[tuple[str, str], list[Cotation]] = {}
    for one in table.rows.acts:
        acts.setdefault((one.profession, one.id), []).append(one)
    for rows in acts.values():
        rows.sort(key=lambda one: one.start)
        assert len({one.letter for one in rows}) == 1
        assert [one.end and one.end + timedelta(1) for one in rows[:-1]] == [one.start for one in rows[1:]]
        assert all(
            before.coefficient < after.coefficient or before.letter == "AMI"
            for before, after in pairwise(rows)
        )
    assert len(acts) == 203
    knee = acts["MK", "prothese-genou"]
    assert [one.coefficient for one in knee] == [752, 812, 842]


def test_an_act_named_by_words_or_id_is_found_accents_capitals_and_articles_aside(
    table: Nomenclature,
) -> None:
    for told in ("prise-de-sang", "Prise de sang", "PRISE DU SANG", "prise  sang"):
        found = table.named("IF", told, TODAY)
        assert found is not None and (found.letter, found.coefficient) == ("AMI", 150), told
    for told in ("prothese-genou", "prothèse du genou", "Prothese de genou"):
        found = table.named("MK", told, TODAY)
        assert found is not None and (found.letter, found.coefficient) == ("RIC", 812), told
    assert table.named("MK", "genou", TODAY) is None
    assert table.named("IF", "prothese-genou", TODAY) is None
    assert table.named("IF", "garde-de-nuit", TODAY) is None
    found = table.named("IF", "garde-de-nuit", date(2026, 6, 20))
    assert found is not None and found.coefficient == 1600


def test_letters_and_codes_are_those_of_the_day(table: Nomenclature) -> None:
    assert table.letters("IF", date(2026, 6, 20)) == ("AIS", "AMI", "AMX", "DI", "TMI")
    assert table.letters("IF", TODAY) == ("AMI", "AMX", "DI", "TMI")
    assert {"BSA", "IFA", "IK", "MAU", "N"} <= set(table.codes("IF", TODAY))
    assert "IFN" in table.codes("MK", date(2025, 12, 31))
    assert "IFN" not in table.codes("MK", TODAY)
    assert "TMK" not in table.codes("MK", TODAY)


def test_ifd_from_a_nurse_is_ifa_and_stays_ifd_from_a_physiotherapist(table: Nomenclature) -> None:
    assert table.code_of("IF", "IFD", TODAY) == "IFA"
    assert table.code_of("MK", "IFD", TODAY) == "IFD"
    assert table.code_of("IF", "IK", TODAY) == "IK"


def test_what_is_made_without_a_prescription_says_so(table: Nomenclature) -> None:
    free = {one.id for one in table.rows.acts if not one.prescription and one.holds(TODAY)}
    assert free == {"vaccination", "vaccination-decidee-infirmier", "reperage-fragilite"}
    for code in ("TLS", "TLL", "TLD", "RQD"):
        price = table.amount("IF", code, TODAY, "metro")
        assert price is not None and not price.prescription
    bsa = table.amount("IF", "BSA", TODAY, "metro")
    assert bsa is not None and bsa.prescription and bsa.limit == Limit(1, "day")


def test_what_each_act_says_of_its_session_is_read(table: Nomenclature) -> None:
    blood = table.named("IF", "prise-de-sang", TODAY)
    assert blood is not None and (blood.session, blood.bsi, blood.amx) == ("full", "full", True)
    vaccine = table.named("IF", "vaccination", TODAY)
    assert vaccine is not None and vaccine.session == "home"
    weekly = table.named("IF", "seance-hebdomadaire-diabetique", TODAY)
    assert weekly is not None and (weekly.bsi, weekly.limit) == ("forbidden", Limit(1, "week"))
    drain = table.named("IF", "surveillance-apres-operation", TODAY)
    assert drain is not None and (drain.group, drain.not_with) == ("postop", ("AMI 420",))
    follow = table.named("IF", "suivi-apres-hospitalisation", TODAY)
    assert follow is not None
    assert (follow.majoration, follow.not_with) == (False, ("id:seance-hebdomadaire-diabetique",))
    back = table.named("MK", "lombalgie-commune", TODAY)
    assert back is not None and (back.agreement, back.specific_travel) == (15, "35 days")
    carpal = table.named("MK", "canal-carpien-liberation", TODAY)
    assert carpal is not None and carpal.agreement == 0
    medicines = table.named("IF", "administration-medicaments", TODAY)
    assert medicines is not None and (medicines.agreement, medicines.group) == ("first month", "art10")


def test_travel_and_its_cap_are_in_the_table(table: Nomenclature) -> None:
    assert [table.travel(ground) for ground in ("plaine", "montagne", "pied")] == [
        (4, "IK"),
        (2, "IKM"),
        (4, "IKS"),
    ]
    assert (table.cap("IF"), table.cap("MK")) == ((299, 399), None)


@pytest.mark.parametrize(
    ("hundredths", "told"), [(812, "8,12"), (150, "1,5"), (400, "4"), (1000, "10"), (50, "0,5")]
)
def test_a_coefficient_is_told_as_it_is_written(hundredths: int, told: str) -> None:
    assert coefficient_told(hundredths) == told


# a table that may not be used

HEADING = {"kind": "table", "name": "ESSAI", "version": "2026-11-29", "from": "2024-01-01"}


def act(**changes: Any) -> dict[str, Any]:
    row = {
        "profession": "MK",
        "id": "essai",
        "letter": "RIC",
        "coefficient": 812,
        "label": "Essai",
        "from": "2026-01-01",
        "certainty": "inferred",
    }
    return {key: value for key, value in (row | changes).items() if value is not None}


def value(**changes: Any) -> dict[str, Any]:
    row = {
        "profession": "MK",
        "letters": ["RIC"],
        "from": "2024-01-01",
        "metro": 221,
        "certainty": "inferred",
    }
    return row | changes


def written(*acts: dict[str, Any], **parts: Any) -> bytes:
    return json.dumps({"table": HEADING, "value": [value()], "act": acts} | parts).encode()


def test_a_small_table_is_read() -> None:
    found = read(written(act()))
    assert (found.name, found.version, len(found.digest)) == ("ESSAI", "2026-11-29", 64)
    assert found.cotations("MK", "RIC", TODAY, 812)[0].label == "Essai"


def test_rows_of_an_editor_are_marked_his() -> None:
    found = read(written(act(), table={**HEADING, "kind": "supplement"}))
    price = found.value("MK", "RIC", TODAY, "metro")
    assert found.cotations("MK", "RIC", TODAY)[0].own and price is not None and price.own


@pytest.mark.parametrize(
    ("row", "told"),
    [
        (
            act(coefficient=8.12),
            "act n° 1 essai (RIC), clé « coefficient » : un nombre entier de 1 à 100000 est attendu",
        ),
        (act(coefficient=True), "clé « coefficient »"),
        (act(coefficient=0), "act n° 1 essai (RIC 0), clé « coefficient » : un nombre entier de 1 à 100000"),
        (act(**{"from": "2026-02-30"}), "clé « from » : un jour AAAA-MM-JJ"),
        (act(**{"from": 20260101}), "clé « from »"),
        (act(to="2025-12-31"), "act essai RIC (MK, 01/01/2026), clé « to » : ce jour est avant « from »"),
        (act(label=None), "act n° 1 essai (RIC 8,12), clé « label » : elle manque"),
        (act(label="a\u202eb"), "clé « label » : un texte d’une ligne"),
        (act(label="x" * 300), "clé « label »"),
        (act(profession="SF"), "clé « profession » : l’un de IF, MK est attendu"),
        (act(**{"\x1b[31mprix": 3}), "clé « \ufffd[31mprix » : elle est inconnue"),
        (act(prix=3), "clé « prix » : elle est inconnue"),
        (act(limit={"count": 4}), "clé « limit »"),
        (act(limit={"count": 4, "per": "fortnight"}), "clé « limit »"),
        (act(amx="oui"), "clé « amx » : true ou false"),
        (act(not_with="RAV 1550"), "clé « not_with » : une liste"),
        (act(not_with=["RAV 1550"]), "clé « not_with » : « RAV 1550 » n’est pas dans la table"),
        (act(not_with=["RAV 15,5"]), "clé « not_with »"),
        (act(certainty="sure"), "clé « certainty »"),
        (act(sources=["OFF"]), "sources citées sans être décrites : OFF"),
        (act(letter="ABC"), "clé « letter » : aucune valeur pour ABC"),
        (act(id="Essai 1"), "clé « id »"),
        (act(agreement=-1), "clé « agreement »"),
    ],
    ids=lambda one: one if isinstance(one, str) else "",
)
def test_a_row_at_fault_is_named_with_its_key(row: dict[str, Any], told: str) -> None:
    with pytest.raises(TableError) as refused:
        read(written(row))
    assert told in refused.value.cause


def test_one_act_twice_on_a_day_is_refused_and_on_different_days_it_is_not() -> None:
    before, after = act(to="2026-06-30", coefficient=752), act(**{"from": "2026-07-01"})
    read(written(after, before))
    with pytest.raises(TableError, match="le même acte y est déjà"):
        read(written(act(to="2026-07-01", coefficient=752), after))
    with pytest.raises(TableError, match="le même acte y est déjà"):
        read(written(act(), act(letter="RIC", coefficient=999)))


@pytest.mark.parametrize(
    ("rows", "is_right"),
    [
        ([value(), value()], False),
        ([value(to="2026-11-05"), value(**{"from": "2026-11-06"})], True),
        ([value(to="2026-11-06"), value(**{"from": "2026-11-06"})], False),
        ([value(), {**value(), "metro": None, "drom": 243}], True),
        ([value(), value(drom=243)], False),
        ([value(), value(letters=["RIM", "RIC"])], False),
    ],
)
def test_two_values_of_a_letter_on_a_day_in_a_zone_are_refused(
    rows: list[dict[str, Any]], is_right: bool
) -> None:
    bare = [{key: held for key, held in row.items() if held is not None} for row in rows]
    if is_right:
        read(written(act(), value=bare))
        return
    with pytest.raises(TableError, match="ces jours sont déjà dans value RIC"):
        read(written(act(), value=bare))


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"[]",
        b"{}",
        b'{"table": 3}',
        b'{"table": {}, "act": [[]]}',
        b"\xff\xfe{",
        b'{"table": NaN}',
        b"[" * 5000,
        json.dumps({"table": HEADING, "act": {}}).encode(),
        json.dumps({"table": HEADING, "act": [3]}).encode(),
        json.dumps({"table": HEADING, "acts": []}).encode(),
        json.dumps({"table": {**HEADING, "version": "2"}}).encode(),
        json.dumps({"table": {**HEADING, "name": "../x"}}).encode(),
        b'{"table": {"kind": "table", "kind": "table"}}',
        b" " * (reading.SIZE_MAX + 1),
    ],
    ids=lambda data: data[:40].decode("latin-1").strip() or "blank",
)
def test_what_is_no_table_is_refused_in_french(data: bytes) -> None:
    with pytest.raises(TableError) as refused:
        read(data)
    assert refused.value.cause and "actes" in str(refused.value)


def test_only_the_first_faults_are_told() -> None:
    with pytest.raises(TableError) as refused:
        read(written(*(act(id=f"essai-{rank}", prix=1) for rank in range(100))))
    assert refused.value.cause.count("elle est inconnue") == reading.FAULTS_MAX
    assert refused.value.cause.endswith("et 80 autres")


def _flips() -> list[Callable[[dict[str, Any]], None]]:
    """Ways to spoil the true table that a hand may take."""
    return [
        lambda whole: whole["act"].append(dict(whole["act"][0])),
        lambda whole: whole["act"][5].pop("from"),
        lambda whole: whole["amount"].append(dict(whole["amount"][0])),
        lambda whole: whole["value"][0].update(metro="3,15"),
        lambda whole: (
            whole["act"][0].update(usual=True, id="autre")
            or whole["act"].append({**whole["act"][0], "id": "encore"})
        ),
        lambda whole: whole["source"].clear(),
    ]


@pytest.mark.parametrize("spoil", _flips())
def test_the_true_table_with_one_row_spoilt_is_refused(spoil: Callable[[dict[str, Any]], None]) -> None:
    import tournee.billing.nomenclature as room

    whole = json.loads((Path(str(room.__file__)).parent / "ngap.json").read_text())
    spoil(whole)
    with pytest.raises(TableError):
        read(json.dumps(whole).encode())
