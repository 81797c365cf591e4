"""A visit read from a day file, written back as its tables and read again, is the same visit."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest

import tournee.emulation
from tournee.billing.dayfile.day import ReadDay, read_day
from tournee.billing.dayfile.writing import visit_table
from tournee.billing.visit import Visit

DAYS = Path(tournee.emulation.__file__).with_name("days")
HEAD = {"date": "2026-11-16", "ps": "756000121", "profession": "IF"}
NIR = {"nir": "2550699999001", "cle": "62"}
TYPED = {"nom": "LAMBERT", "prenom": "YVONNE", "regime": "01", "caisse": "751", "centre": "0000"}
VISITS = [
    {
        "actes": [
            {"code": "AMI", "coefficient": 1.5, "quantite": 2, "derogation": "5bis"},
            {"acte": "Prise de sang"},
        ]
    },
    {
        "heure": "08:15",
        "lieu": "domicile",
        "foyer": "les Tilleuls",
        "majoration": "N",
        "appel": "07:50",
        "urgence": True,
        "actes": [{"code": "MAU", "honoraires": 12, "qualificatif": "D", "exoneration": "7"}],
        "deplacement": {"indemnite": "IFI", "coefficient": 0.01, "kilometres": 12, "terrain": "montagne"},
    },
    {
        "actes": [
            {"code": "AMI", "coefficient": 1, "date": f"2026-11-{day}", "heure": "9h"} for day in (10, 12)
        ],
        "deplacement": {"indemnite": "IFD"},
    },
    {"actes": [{"code": "AMI", "coefficient": 0.75, "date": "2026-11-14"}]},
    {
        "passage": [
            {
                "heure": "08:00",
                "actes": [{"code": "BSB"}],
                "deplacement": {"indemnite": "IFI"},
                "lieu": "domicile",
            },
            {
                "heure": "19:00",
                "actes": [{"acte": "Injection d’insuline"}],
                "majoration": "F",
                "date": "2026-11-15",
            },
        ]
    },
    {
        "actes": [{"code": "AMS", "coefficient": 9.5}],
        "prescription": {
            "date": "2026-10-02",
            "prescripteur": "751000126",
            "rpps": "10100001071",
            "specialite": "08",
            "origine": "établissement",
            "seances": 15,
            "faites": 3,
            "duree_mois": 6,
            "domicile": True,
            "nuit": True,
            "quotidien": True,
            "renouvellement": True,
        },
        "accord": {"demande": "2026-10-05", "reponse": "refusé", "le": "2026-10-09", "numero": "AB 12"},
        "palliatif": True,
        "bilan": "2026-09-01",
        "sortie": "2026-11-01",
        "acces_direct": True,
        "groupe": 3,
        "nom": "Yvonne",
        "reference": "R-7",
        "naissance": "1955-06-11",
        "rang_naissance": "2",
    },
    {
        "actes": [{"code": "AMI", "coefficient": 1}],
        "tiers_payant": "amo",
        "documents": ["FSE"],
        "contrat": "99",
        "tiers_payant_complementaire": True,
        "nature": "accident du travail",
        "accident": {"numero": "26091401"},
        "ald": False,
        "exoneration": "3",
        "regime_local": True,
        "maternite": {"debut": "2026-09-01", "fin": "2027-01-20"},
        "amc": {
            "numero": "0099999997",
            "adherent": "12",
            "routage": "MU",
            "hote": "ABC",
            "accord_de_gestion": True,
        },
    },
    {
        "actes": [{"code": "AMI", "coefficient": 1}],
        "naissance": "1955-06-11",
        "tiers_payant": "total",
        "patient": {**TYPED, "mode": "dégradé", "motif": "puce", "rang": "002", "qualite": "2", "ald": True},
        "accident": {"date": "2026-09-14"},
        "nature": "accident du travail",
    },
    {
        "actes": [{"code": "AMI", "coefficient": 1}],
        "naissance": "1955-06-11",
        "patient": {**TYPED, "ame": {"debut": "2026-03-01", "fin": "2027-02-28"}},
    },
    {
        "actes": [{"code": "AMI", "coefficient": 1}],
        "naissance": "1955-06-11",
        "patient": {**TYPED, "mode": "sans carte", "motif": "oubliée", "c2s": True},
    },
]
VISITS += [
    {"actes": [{"code": "AMI", "coefficient": 1}], "mode": mode} | more
    for mode, more in (
        ("visite", {"lieu": "domicile"}),
        ("désynchronisé", {}),
        ("sans carte", {}),
        ("sans carte", {"motif": "restée au foyer"}),
    )
]
EUROPEAN = {
    "actes": [{"code": "AMI", "coefficient": 1}],
    "ceam": {
        "pays": "DE",
        "nom": "MUSTER",
        "prenom": "ERIKA",
        "naissance": "1964-08-12",
        "numero_personnel": "X000000019",
        "institution": "000000019",
        "sigle": "KASSE",
        "numero_carte": "80276000010000000019",
        "expiration": "2028-03-31",
    },
}


def read(*visits: object) -> ReadDay:
    found = read_day(json.dumps({"journee": HEAD, "visite": visits}).encode(), "v.json")
    assert not found.mistakes
    return found


def again(visit: Visit, day: ReadDay, reference: str = "") -> tuple[Visit, str]:
    """What is read of the tables of a visit."""
    head = {"date": f"{day.day}", "ps": day.carer.number, "profession": day.carer.profession}
    table = visit_table(visit, reference)
    found = read_day(json.dumps({"journee": head, "visite": [table]}).encode(), "v.json")
    assert found.mistakes == ()
    draft = found.visits[0].draft
    assert draft is not None
    return draft.visit, draft.reference


@pytest.mark.parametrize("told", [*({**NIR, **one} for one in VISITS), EUROPEAN])
def test_a_visit_of_every_kind_comes_back_the_same(told: object) -> None:
    day = read(told)
    draft = day.visits[0].draft
    assert draft is not None
    assert again(draft.visit, day, draft.reference) == (draft.visit, draft.reference)


@pytest.mark.parametrize("path", sorted(DAYS.glob("*.toml")), ids=lambda path: path.stem)
def test_the_demonstration_s_days_come_back_the_same(path: Path) -> None:
    day = read_day(path.read_bytes(), path.name)
    for one in day.visits:
        assert one.draft is not None
        visit, _ = again(one.draft.visit, day)
        assert replace(visit, key="") == replace(one.draft.visit, key="")


def test_what_is_as_nothing_said_is_left_out() -> None:
    day = read({**NIR, "actes": [{"code": "AMI", "coefficient": 2}]})
    assert day.visits[0].draft is not None
    assert visit_table(day.visits[0].draft.visit) == {
        **NIR,
        "tiers_payant": "non",
        "actes": [{"code": "AMI", "coefficient": 2}],
    }
