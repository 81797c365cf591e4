"""`tournee attestation copie` and `tournee ceam copie`: kept as pieces are, written again, asked about."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from made_papers import A4, as_jpeg, bad_paper, good_paper

from tournee.app.context import open_office
from tournee.app.practice.patients import add_patient
from tournee.cli.main import main
from tournee.cli.main import tournee as root
from tournee.config import load_config
from tournee.practice.patient_file import PatientFile

CEAM_DAY = """
[journee]
date = 2026-10-05
ps = "756000121"
profession = "IF"
[[visite]]
prescription = { date = 2026-10-01, rpps = "10100001071" }
actes = [{ code = "AMI", coefficient = 1 }]
[visite.ceam]
pays = "DE"
nom = "MÜLLER"
prenom = "JÜRGEN"
naissance = 1964-08-12
numero_personnel = "X000000027"
institution = "000000027"
sigle = "KK"
numero_carte = "80276000010000000027"
expiration = 2028-03-31
"""


@pytest.fixture(scope="module")
def photos(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("photos")
    (folder / "bonne.jpg").write_bytes(as_jpeg(good_paper(41, A4), 70))
    (folder / "pale.jpg").write_bytes(as_jpeg(bad_paper("contrast", 1, A4), 70))
    return folder


@pytest.fixture(autouse=True)
def journal(config: Path, photos: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A patient with a file, and a visit on a European card."""
    monkeypatch.setenv("TOURNEE_CONFIG", str(config))
    monkeypatch.chdir(photos)
    with open_office(load_config(config)) as office:
        add_patient(office, PatientFile("PEREIRA", "ANTONIO", "19590218", nir="1590299351044", key="43"))
    day = config.parent / "jour.toml"
    day.write_text(CEAM_DAY, "utf-8")
    assert run("day", "import", str(day)).exit_code == 0


def run(*words: str) -> Result:
    return CliRunner().invoke(root, list(words))


def test_copies_are_kept_and_written_again(tmp_path: Path) -> None:
    """CEAM-5."""
    told = json.loads(run("attestation", "copie", "pereira", "--photo", "bonne.jpg", "--json").stdout)
    assert (told["nature"], told["pages"], told["simulation"]) == ("A", 1, True)
    asked = run("ceam", "copie", "müller", "--photo", "bonne.jpg")
    assert "déjà gardée pour Antonio Pereira" in str(asked.exception)
    assert run("ceam", "copie", "müller", "--photo", "bonne.jpg", "--aussi-ici").exit_code == 0
    for words in (("attestation", "copie", "pereira"), ("ceam", "copie", "müller")):
        target = tmp_path / f"{words[0]}.pdf"
        assert run(*words, "--vers", str(target)).exit_code == 0
        assert target.read_bytes().startswith(b"%PDF-1.4")


@pytest.mark.parametrize(
    ("words", "code", "said"),
    [
        (("ceam", "copie", "müller", "--vers", "x.pdf"), 8, "Aucune copie n’est gardée."),
        (("attestation", "copie", "pereira", "--vers", "x.pdf"), 8, "Aucune copie n’est gardée."),
        (("attestation", "copie", "pereira"), 2, "Dites --photo PHOTO"),
        (("attestation", "copie", "pereira", "--photo", "pale.jpg"), 5, "se distingue à peine du papier"),
        (("attestation", "copie", "personne", "--photo", "bonne.jpg"), 8, "Rien ne répond à"),
    ],
)
def test_what_cannot_be_is_told_in_one_sentence(
    words: tuple[str, ...], code: int, said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """CEAM-5."""
    with pytest.raises(SystemExit) as left:
        main(list(words))
    told = capsys.readouterr()
    assert (left.value.code, told.out) == (code, "")
    assert said in " ".join(told.err.split())
