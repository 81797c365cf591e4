"""Tables taken in beside the one that comes with Tournée: by whom, from which day, what is refused."""

from __future__ import annotations

import base64
import json
import os
from collections.abc import Callable
from datetime import date
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from tournee.billing import nomenclature
from tournee.billing.nomenclature.accepted import by_digest, by_signature
from tournee.billing.nomenclature.check import changes
from tournee.billing.nomenclature.reading import TableError, read
from tournee.billing.nomenclature.table import packaged
from tournee.billing.nomenclature.tables import Tables, version_order

TODAY, NEXT = date(2026, 11, 16), date(2026, 12, 16)
ROOM = Path(str(nomenclature.__file__)).parent
PACKAGED = "2026-11-29"
Rewrite = Callable[[dict[str, Any]], None]


def true_table() -> dict[str, Any]:
    whole: dict[str, Any] = json.loads((ROOM / "ngap.json").read_text())
    return whole


def table(version: str = "2026-12-01", start: str = "2026-12-01", rewrite: Rewrite | None = None) -> bytes:
    """The true table as another version of it, with an AMI at 3,40 € from the first of December."""
    whole = true_table()
    whole["table"] |= {"version": version, "from": start}
    for row in whole["value"]:
        if row["letters"] == ["AMI"] and row["from"] == "2026-11-06" and "metro" in row:
            row["to"] = "2026-11-30"
    whole["value"].append(
        {
            "profession": "IF",
            "letters": ["AMI"],
            "from": "2026-12-01",
            "to": "2027-10-31",
            "metro": 340,
            "certainty": "official",
        }
    )
    if rewrite is not None:
        rewrite(whole)
    return json.dumps(whole, ensure_ascii=False).encode()


def supplement(version: str = "2026-12-01", **act: Any) -> bytes:
    row = {
        "profession": "IF",
        "id": "essai-maison",
        "letter": "AMI",
        "coefficient": 777,
        "label": "Acte d’essai de l’éditeur",
        "from": "2026-12-01",
        "certainty": "one source",
    }
    heading = {"kind": "supplement", "name": "MAISON", "version": version, "from": "2026-12-01"}
    return json.dumps({"table": heading, "act": [row | act]}).encode()


def ami(tables: Tables, day: date) -> tuple[int, str]:
    found = tables.for_day(day)
    price = found.value("IF", "AMI", day, "metro")
    assert price is not None
    return price.cents, found.version


def files(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in folder.iterdir()} if folder.exists() else {}


@pytest.fixture
def tables(tmp_path: Path) -> Tables:
    return Tables(tmp_path / "nomenclature")


def test_without_a_folder_there_is_the_table_that_comes_with_tournee() -> None:
    assert [one.version for one in Tables().installed()] == [PACKAGED]
    assert Tables().for_day(TODAY) is packaged()
    assert Tables().for_day(date(2001, 1, 1)) is packaged()


def test_a_table_prices_the_days_from_its_own_on_and_the_former_keeps_its_days(tables: Tables) -> None:
    tables.update(table(), "sha256")
    assert ami(tables, TODAY) == (335, PACKAGED)
    assert ami(tables, date(2026, 11, 30)) == (335, PACKAGED)
    assert ami(tables, date(2026, 12, 1)) == (340, "2026-12-01")
    assert ami(Tables(tables.folder), NEXT) == (340, "2026-12-01")


def test_a_newer_version_that_starts_earlier_prices_all_days_from_then_on(tables: Tables) -> None:
    tables.update(table(), "sha256")
    tables.update(table("2026-12-05", "2026-11-20"), "sha256")
    assert [ami(tables, date(2026, 11, day))[1] for day in (19, 20)] == [PACKAGED, "2026-12-05"]
    assert ami(tables, NEXT)[1] == "2026-12-05"


def test_an_old_version_answers_for_the_invoices_that_it_priced(tables: Tables) -> None:
    for version in ("2026-12-01", "2026-12-01.2", "2026-12-05"):
        tables.update(table(version, "2026-12-01"), "sha256")
    for version in (PACKAGED, "2026-12-01", "2026-12-01.2", "2026-12-05"):
        assert tables.version(version).version == version
    with pytest.raises(TableError, match="n’est pas sur cette machine"):
        tables.version("2027-01-01")


def test_versions_of_a_day_follow_their_number() -> None:
    told = ["2026-12-01.10", "2026-12-01", "2026-12-01.2", "2026-11-30.9"]
    assert sorted(told, key=version_order) == ["2026-11-30.9", "2026-12-01", "2026-12-01.2", "2026-12-01.10"]


def test_the_same_table_twice_changes_nothing(tables: Tables) -> None:
    assert tables.folder is not None
    assert not tables.update(table(), "sha256").is_known
    before = files(tables.folder)
    again = tables.update(table(), "sha256")
    assert again.is_known and files(tables.folder) == before
    assert tables.update((ROOM / "ngap.json").read_bytes(), "x").is_known


@pytest.mark.parametrize(
    ("data", "told"),
    [
        (table("2026-12-01", "2026-12-02"), "avec un autre contenu"),
        (table(PACKAGED), "avec un autre contenu"),
        (table("2026-11-28"), "est plus ancienne que la 2026-12-01 installée"),
        (table(rewrite=lambda whole: whole["table"].update(name="AUTRE")), "ne peut pas être installée"),
        (table(rewrite=lambda whole: whole["table"].update(kind="supplement")), "ne peut pas être installée"),
        (table("2026-12-09", rewrite=lambda whole: whole["act"].append(whole["act"][0])), "le même acte"),
        (table("2026-12-09")[:-20], "ne peut pas être lue"),
        (supplement(id="prise-de-sang"), "le même acte y est déjà"),
        (supplement(letter="XYZ"), "aucune valeur pour XYZ"),
        (supplement(not_with=["id:nulle-part"]), "« id:nulle-part » n’est pas dans la table"),
    ],
    ids=[
        "same version",
        "packaged version",
        "older",
        "name",
        "kind",
        "twice",
        "cut",
        "id",
        "letter",
        "cited",
    ],
)
def test_a_table_that_may_not_be_taken_in_changes_nothing(tables: Tables, data: bytes, told: str) -> None:
    assert tables.folder is not None
    tables.update(table(), "sha256")
    before = files(tables.folder)
    with pytest.raises(TableError, match=told):
        tables.update(data, "sha256")
    assert files(tables.folder) == before
    assert ami(tables, NEXT) == (340, "2026-12-01")


def test_an_editors_rows_stand_in_the_table_of_their_days_and_are_marked_his(tables: Tables) -> None:
    tables.update(supplement(), "sha256")
    before, after = tables.for_day(date(2026, 11, 30)), tables.for_day(NEXT)
    assert (before.version, before.named("IF", "essai-maison", NEXT)) == (PACKAGED, None)
    act = after.named("IF", "essai-maison", NEXT)
    assert act is not None and act.own
    assert after.version == f"{PACKAGED}+2026-12-01@MAISON"
    price = after.worth(act, NEXT, "metro")
    assert price is not None and (price.cents, price.own) == (2603, True)
    blood = after.named("IF", "prise-de-sang", NEXT)
    assert blood is not None and not blood.own
    assert Tables(tables.folder).version(after.version).named("IF", "essai-maison", NEXT) == act


def test_a_table_in_the_way_of_an_editors_rows_is_refused(tables: Tables) -> None:
    tables.update(supplement(), "sha256")

    def in_the_way(whole: dict[str, Any]) -> None:
        whole["act"].append(
            {**whole["act"][0], "profession": "IF", "letter": "AMI", "id": "essai-maison", "to": "2027-12-31"}
        )

    with pytest.raises(TableError, match="MAISON 2026-12-01 avec NGAP 2026-12-07"):
        tables.update(table("2026-12-07", rewrite=in_the_way), "sha256")
    assert tables.for_day(NEXT).version == f"{PACKAGED}+2026-12-01@MAISON"


def test_another_process_sees_a_table_taken_in(tables: Tables) -> None:
    other = Tables(tables.folder)
    assert ami(other, NEXT)[1] == PACKAGED
    tables.update(table(), "sha256")
    assert ami(other, NEXT)[1] == "2026-12-01"


def test_the_table_of_tournee_is_kept_for_when_another_comes(tables: Tables) -> None:
    assert tables.folder is not None
    tables.keep_packaged()
    assert sorted(path.suffix for path in tables.folder.iterdir()) == [".heading", ".json"]
    tables.keep_packaged()
    assert [one.version for one in tables.installed()] == [PACKAGED]


def test_a_table_changed_on_the_disk_is_not_used(tables: Tables) -> None:
    assert tables.folder is not None
    tables.update(table(), "sha256")
    path = next(tables.folder.glob("*.json"))
    path.write_bytes(path.read_bytes().replace(b"340", b"940"))
    with pytest.raises(TableError, match="a changé depuis son installation"):
        Tables(tables.folder).for_day(NEXT)
    path.unlink()
    with pytest.raises(TableError, match="ne peut pas être lue"):
        Tables(tables.folder).for_day(NEXT)


@pytest.mark.parametrize("left", ["", "{}", '{"start": 3}', "[" * 900, '{"version": "x.y"}'])
def test_a_heading_that_is_damaged_is_named(tables: Tables, left: str) -> None:
    assert tables.folder is not None
    tables.folder.mkdir()
    (tables.folder / "NGAP-2026-12-01.heading").write_text(left)
    with pytest.raises(TableError, match=r"NGAP-2026-12-01\.heading est abîmé"):
        tables.installed()


def test_a_table_whose_heading_was_not_written_does_not_count(tables: Tables) -> None:
    assert tables.folder is not None
    tables.update(table(), "sha256")
    next(tables.folder.glob("*.heading")).unlink()
    assert ami(Tables(tables.folder), NEXT)[1] == PACKAGED
    assert not Tables(tables.folder).update(table(), "sha256").is_known


def test_tables_are_of_their_owner_alone(tables: Tables) -> None:
    assert tables.folder is not None
    tables.update(table(), "sha256")
    assert {oct(os.stat(path).st_mode & 0o777) for path in tables.folder.iterdir()} == {"0o600"}


# accepted by digest or signature


def test_bytes_are_those_of_the_digest_told() -> None:
    data = table()
    digest = sha256(data).hexdigest()
    assert by_digest(data, f" {digest[:32].upper()} {digest[32:]}\n") == "sha256"
    for wrong in ("", digest[:-1], digest[:-1] + "é", "0" * 64):
        with pytest.raises(TableError, match="n’a pas l’empreinte annoncée"):
            by_digest(data, wrong)


def test_bytes_are_signed_by_one_of_the_known_editors(tmp_path: Path) -> None:
    data, keys, signers = table(), {}, {}
    for name in ("un", "deux"):
        signers[name] = Ed25519PrivateKey.generate()
        keys[name] = tmp_path / f"{name}.pem"
        keys[name].write_bytes(
            signers[name].public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
        )
    signature = tmp_path / "table.sig"
    for written in (signers["deux"].sign(data), base64.encodebytes(signers["deux"].sign(data))):
        signature.write_bytes(written)
        assert by_signature(data, signature, keys) == "signature deux"
    with pytest.raises(TableError, match="n’est celle d’aucun éditeur connu"):
        by_signature(data + b" ", signature, keys)
    with pytest.raises(TableError, match="n’est celle d’aucun éditeur connu"):
        by_signature(data, signature, {"un": keys["un"]})
    with pytest.raises(TableError, match="Aucune clé d’éditeur"):
        by_signature(data, signature, {})
    signature.write_bytes(b"no signature")
    with pytest.raises(TableError, match="n’est celle d’aucun éditeur connu"):
        by_signature(data, signature, keys)
    keys["un"].write_text("no key")
    with pytest.raises(TableError, match="La clé de l’éditeur un n’en est pas une"):
        by_signature(data, signature, keys)
    with pytest.raises(TableError, match="ne peut pas être lue"):
        by_signature(data, tmp_path / "nowhere", keys)


# what changes


def test_what_a_table_changes_is_told_by_act_day_and_price() -> None:
    def rewrite(whole: dict[str, Any]) -> None:
        for row in whole["act"]:
            if row["id"] == "saignee":
                row["to"] = "2026-12-31"
            if row["id"] == "aerosol":
                row["label"] = "Aérosol, séance"
        whole["act"] = [row for row in whole["act"] if row["id"] != "fecalome"]
        whole["act"].append(
            {
                "profession": "IF",
                "id": "saignee",
                "letter": "AMI",
                "coefficient": 550,
                "label": "Saignée",
                "from": "2027-01-01",
                "certainty": "official",
            }
        )

    found = changes(packaged().rows, read(table(rewrite=rewrite)).rows)
    assert [(one.sort, one.told) for one in found] == [
        ("changed", "IF AMI 1,5 Aérosol, séance : change aussi : label"),
        ("gone", "IF AMI 3 Fécalome : la ligne du 01/01/2024 n’y est plus"),
        ("ended", "IF AMI (métropole) : finit le 30/11/2026"),
        ("price", "IF AMI (métropole) : 3,35 € devient 3,40 €, dès le 01/12/2026"),
        ("ended", "IF AMI 5 Saignée : finit le 31/12/2026"),
        ("price", "IF AMI 5,5 Saignée : c’était AMI 5 ; dès le 01/01/2027"),
    ]
    assert changes(packaged().rows, packaged().rows) == []
