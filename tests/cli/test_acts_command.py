"""`tournee acts` and `tournee nomenclature`: what is shown, told to programs, completed, taken in."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from tournee.billing import nomenclature
from tournee.cli.main import tournee as root
from tournee.errors import TourneeError

TRUE_TABLE = Path(str(nomenclature.__file__)).parent / "ngap.json"


def run(config: Path, *words: str) -> Result:
    return CliRunner().invoke(root, ["--config", str(config), *words], standalone_mode=False)


def told(config: Path, *words: str) -> dict[str, Any]:
    done = run(config, *words, "--json")
    assert done.exception is None, done.exception
    values: dict[str, Any] = json.loads(done.stdout)
    return values


def newer(folder: Path, version: str = "2026-12-01", cents: int = 340) -> Path:
    whole = json.loads(TRUE_TABLE.read_text())
    whole["table"] |= {"version": version, "from": "2026-12-01"}
    for row in whole["value"]:
        if row["letters"] == ["AMI"] and row["from"] == "2026-11-06" and "metro" in row:
            row["metro"] = cents
    path = folder / f"{version}.json"
    path.write_text(json.dumps(whole))
    return path


def test_an_act_is_shown_with_its_prices_and_what_is_not_confirmed(config: Path) -> None:
    done = run(config, "acts", "prise", "de", "sang", "--date", "16/11/2026")
    assert done.exception is None
    assert "AMI 1,5" in done.output and "5,03 €*" in done.output and "5,25 €**" in done.output
    assert "* tarif annoncé, à confirmer" in done.output
    before = run(config, "acts", "prise de sang", "--date", "2026-11-05")
    assert "4,73 €" in before.output and "à confirmer" not in before.output


def test_a_program_reads_an_act_whole(config: Path) -> None:
    answer = told(config, "acts", "PTG", "--profession", "mk", "--date", "2026-11-16")
    assert answer["simulation"] is True
    assert answer["table"] == {"name": "NGAP", "version": "2026-11-29"}
    (act,) = answer["acts"]
    assert (act["id"], act["code"], act["coefficient"]) == ("prothese-genou", "RIC", 8.12)
    assert {zone: price["cents"] for zone, price in act["prices"].items()} == {"metro": 1795, "drom": 1973}
    assert act["limits"] == ["accord préalable dès la 26e séance"]
    assert act["certainty"] == "official" and act["prices"]["metro"]["certainty"] == "two sources"


def test_a_zone_or_a_profession_alone_may_be_asked_for(config: Path) -> None:
    done = run(config, "acts", "IK", "--zone", "drom", "--profession", "MK")
    assert "DROM" in done.output and "Métropole" not in done.output and "0,43 €" in done.output
    assert "Infirmier" not in done.output


def test_a_coefficient_that_names_no_act_shows_those_of_the_letter(config: Path) -> None:
    done = run(config, "acts", "RAM", "8,15", "--date", "2026-11-16")
    assert "RAM 8,15 ne désigne aucun acte" in done.output
    assert "8,07 · 8,08 · 8,09 · 8,1 · 8,11 · 8,12 · 8,13" in done.output


def test_a_program_reads_the_coefficients_of_a_letter_when_the_pair_is_none(config: Path) -> None:
    answer = told(config, "acts", "RIC 8,15", "--date", "2026-11-16")
    assert (answer["acts"], answer["coefficients"]) == ([], {"MK": [8.08, 8.09, 8.1, 8.11, 8.12]})


def test_acts_are_found_whatever_is_wrong_elsewhere_in_the_configuration(
    config: Path, tmp_path: Path
) -> None:
    config.write_text(config.read_text() + '[nomenclature]\ndossier = "ailleurs"\n[odd]\n')
    assert "Prothèse de genou" in run(config, "acts", "genou").output
    path = newer(tmp_path)
    digest = sha256(path.read_bytes()).hexdigest()
    assert run(config, "nomenclature", "update", str(path), "--sha256", digest).exception is None
    assert len(list((tmp_path / "ailleurs").iterdir())) == 2


def test_an_act_of_other_days_says_when(config: Path) -> None:
    assert "AIS 3, Séance de soins infirmiers, une demi-heure, fini le 20/06/2026" in " ".join(
        run(config, "acts", "AIS", "3", "--date", "2026-11-16").output.split()
    )


def test_a_long_list_is_cut_and_says_so(config: Path) -> None:
    done = run(config, "acts", "pansement", "--date", "2026-11-16")
    assert "autres : précisez les mots, ou --all." in done.output
    assert "précisez" not in run(config, "acts", "pansement", "--all", "--date", "2026-11-16").output


def test_acts_are_found_before_there_is_a_configuration(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path))
    done = CliRunner().invoke(root, ["acts", "genou"], standalone_mode=False)
    assert done.exception is None and "Prothèse de genou" in done.output


def test_a_table_is_checked_then_taken_in_by_its_digest_then_in_force(config: Path, tmp_path: Path) -> None:
    path = newer(tmp_path)
    checked = run(config, "nomenclature", "check", str(path))
    assert "IF AMI (métropole) : 3,35 € devient 3,40 €" in " ".join(checked.output.split())
    assert not (tmp_path / "nomenclature").exists()
    digest = sha256(path.read_bytes()).hexdigest()
    done = told(config, "nomenclature", "update", str(path), "--sha256", digest)
    assert (done["table"]["version"], done["known"]) == ("2026-12-01", False)
    assert told(config, "nomenclature", "update", str(path), "--sha256", digest)["known"] is True
    listed = told(config, "nomenclature", "list")["tables"]
    assert [one["version"] for one in listed] == ["2026-12-01", "2026-11-29"]
    price = told(config, "acts", "prise de sang", "--date", "2026-12-02")["acts"][0]["prices"]["metro"]
    assert price["cents"] == 510
    shown = run(config, "nomenclature", "show", "2026-12-01")
    assert digest in shown.output and "Reçue par : sha256" in shown.output


def test_a_table_is_taken_in_by_the_signature_of_an_editor_of_the_configuration(
    config: Path, tmp_path: Path
) -> None:
    path, signature = newer(tmp_path), tmp_path / "table.sig"
    key = Ed25519PrivateKey.generate()
    signature.write_bytes(key.sign(path.read_bytes()))
    told_words = ("nomenclature", "update", str(path), "--signature", str(signature))
    assert "Aucune clé d’éditeur" in str(run(config, *told_words).exception)
    public = key.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
    (tmp_path / "editeur.pem").write_bytes(public)
    config.write_text(config.read_text() + '[nomenclature.editeurs]\nessai = "editeur.pem"\n')
    assert told(config, *told_words)["table"]["accepted"] == "signature essai"


@pytest.mark.parametrize(
    "words", [(), ("--sha256", "0" * 64), ("--sha256", "0" * 64, "--signature", "SIG")], ids=" ".join
)
def test_a_table_that_nothing_vouches_for_is_not_taken_in(
    words: tuple[str, ...], config: Path, tmp_path: Path
) -> None:
    path = newer(tmp_path)
    given = [str(path) if word == "SIG" else word for word in words]
    refused = run(config, "nomenclature", "update", str(path), *given)
    assert refused.exception is not None
    assert not (tmp_path / "nomenclature").exists()


def test_a_bad_table_names_its_row_and_changes_nothing(config: Path, tmp_path: Path) -> None:
    path = newer(tmp_path)
    path.write_text(path.read_text().replace('"coefficient": 812,', '"coefficient": 8.12,', 1))
    for words in (
        ("check", str(path)),
        ("update", str(path), "--sha256", sha256(path.read_bytes()).hexdigest()),
    ):
        error = run(config, "nomenclature", *words).exception
        assert isinstance(error, TourneeError)
        assert "clé « coefficient » : un nombre entier" in error.cause and "(RAM" in error.cause
    assert not (tmp_path / "nomenclature").exists()


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_the_shell_completes_commands_and_the_words_of_acts(shell: str, tmp_path: Path) -> None:
    def completed(words: list[str]) -> str:
        asked = {"COMP_WORDS": " ".join(words), "COMP_CWORD": str(len(words) - 1)}
        if shell == "fish":
            asked["COMP_CWORD"] = words[-1]
        done = subprocess.run(
            [
                sys.executable,
                "-c",
                "import sys; sys.argv = ['tournee']; from tournee.cli.main import main; main()",
            ],
            env={**os.environ, "_TOURNEE_COMPLETE": f"{shell}_complete", **asked},
            capture_output=True,
            text=True,
            cwd=tmp_path,
            timeout=60,
        )
        assert done.stderr == ""
        return done.stdout

    assert "nomenclature" in completed(["tournee", "nom"])
    assert "prothese" in completed(["tournee", "acts", "prot"])
    assert "RIC" in completed(["tournee", "acts", "RI"])


DAY_FILE = """
[journee]
date = 2026-12-02
ps = "756000121"
profession = "IF"
[[visite]]
nir = "2550699999001"
cle = "62"
naissance = 1955-06-15
prescription = { date = 2026-11-20, prescripteur = "751000126", rpps = "10100001071" }
actes = [
    { code = "AMI", coefficient = 1.5, date = 2026-11-30 },
    { code = "AMI", coefficient = 1.5, date = 2026-12-01 },
]
"""


def test_a_day_file_is_priced_by_the_table_of_each_of_its_days(config: Path, tmp_path: Path) -> None:
    file, path = tmp_path / "jour.toml", newer(tmp_path)
    file.write_text(DAY_FILE)
    digest = sha256(path.read_bytes()).hexdigest()
    assert run(config, "nomenclature", "update", str(path), "--sha256", digest).exception is None
    done = run(config, "visit", "price", str(file), "--json")
    (priced,) = json.loads(done.stdout)["files"]
    (visit,) = priced["visits"]
    cents = {line["date"]: line["cents"] for line in visit["lines"] if line["code"] == "AMI"}
    assert cents == {"2026-11-30": 503, "2026-12-01": 510}
    assert priced["table"] == {"name": "NGAP", "version": "2026-12-01"}


def test_the_table_of_tournee_is_kept_by_the_first_day_that_it_prices(config: Path, tmp_path: Path) -> None:
    file, kept = tmp_path / "jour.toml", tmp_path / "nomenclature"
    earlier = {"2026-11-20": "2026-10-20", "2026-11-30": "2026-11-02", "2026-12-0": "2026-11-0"}
    text = DAY_FILE
    for day, before in earlier.items():
        text = text.replace(day, before)
    file.write_text(text)
    assert run(config, "status").exception is None
    assert not kept.exists()
    taken = run(config, "day", "import", str(file))
    assert taken.exception is None, taken.exception
    assert [path.name for path in kept.glob("*.heading")] == ["NGAP-2026-11-29.heading"]
    (copy,) = kept.glob("*.json")
    assert copy.read_bytes() == TRUE_TABLE.read_bytes()


def test_rules_are_told_with_their_sources(config: Path) -> None:
    done = run(config, "nomenclature", "rules", "[mk-une]", "saisie")
    assert done.output.splitlines()[-2:] == [
        "mk-une         une cotation par séance ; deux régions ne s’additionnent jamais "
        "(kinésithérapeute ; texte officiel ; OFF XIV)",
        "saisie         le fichier du jour a une forme : une valeur manque, ou n’est pas celle attendue",
    ]
    assert len(told(config, "nomenclature", "rules")["rules"]) > 60
    (one,) = told(config, "nomenclature", "rules", "ehpad")["rules"]
    assert one["sources"] == ["OFF 13.1"]


def test_unknown_rule_is_named(config: Path) -> None:
    with pytest.raises(Exception, match="« mk-sept »"):
        raise run(config, "nomenclature", "rules", "mk-sept").exception or AssertionError
