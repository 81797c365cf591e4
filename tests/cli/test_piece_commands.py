"""The commands `tournee piece …`: what is said, as text and as JSON, and what is refused."""

from __future__ import annotations

import json
from collections.abc import Callable
from hashlib import sha256
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from made_papers import A4, as_jpeg, bad_paper, good_paper

from tournee.cli.main import main
from tournee.cli.main import tournee as root

Run = Callable[..., Result]


@pytest.fixture(scope="module")
def photos(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A good paper's photograph, a faint one's, and what is no picture."""
    folder = tmp_path_factory.mktemp("photos")
    (folder / "bonne.jpg").write_bytes(as_jpeg(good_paper(1, A4), 70))
    (folder / "pale.jpg").write_bytes(as_jpeg(bad_paper("contrast", 1, A4), 70))
    (folder / "texte.jpg").write_bytes(b"pas une image")
    return folder


@pytest.fixture
def run(config: Path, photos: Path, monkeypatch: pytest.MonkeyPatch) -> Run:
    monkeypatch.setenv("TOURNEE_CONFIG", str(config))
    monkeypatch.chdir(photos)
    return lambda *words: CliRunner().invoke(root, ["piece", *words])


def test_a_good_photograph_is_told_and_written_where_asked(run: Run, tmp_path: Path) -> None:
    told = run("check", "bonne.jpg", "--json", "--vers", str(tmp_path / "piece.pdf"))
    said, pdf = json.loads(told.stdout), (tmp_path / "piece.pdf").read_bytes()
    assert (told.exit_code, said["pages"], said["simulation"]) == (0, 1, True)
    assert (said["size"], said["digest"]) == (len(pdf), sha256(pdf).hexdigest())
    assert pdf.startswith(b"%PDF-1.4")


@pytest.mark.parametrize(
    ("words", "code", "said"),
    [
        (("check", "bonne.jpg", "--pages", "2"), 5, "Le nombre de pages n’est pas celui qui est dit."),
        (("check", "pale.jpg", "--json"), 5, "Page 1 : ce qui est écrit se distingue à peine du papier."),
        (("check", "texte.jpg"), 5, "Ce fichier ne se lit pas."),
        (("check", "rien.jpg"), 2, "« rien.jpg » n’existe pas."),
        (("check", "bonne.jpg", "--coins", "1,2"), 2, "quatre coins en pour cent de la photo"),
        (("show", "12", "--json"), 8, "Aucune facture 000000012 au journal."),
        (("add", "bonne.jpg", "--facture", "12"), 8, "Aucune facture 000000012 au journal."),
        (("add", "bonne.jpg", "--facture", "12", "--nature", "photo"), 2, "ordonnance, feuille, accord"),
        (("send", "--encore", "12"), 8, "Aucune facture 000000012 au journal."),
    ],
)
@pytest.mark.usefixtures("run")
def test_what_cannot_be_is_told_in_one_sentence(
    words: tuple[str, ...], code: int, said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as left:
        main(["piece", *words])
    told = capsys.readouterr()
    assert (left.value.code, told.out) == (code, "")
    assert said in " ".join(told.err.split())


@pytest.mark.parametrize(
    ("word", "key", "said"),
    [("list", "pieces", "Aucune pièce n’attend."), ("send", "sent", "Aucune pièce à envoyer.")],
)
def test_where_nothing_waits_it_is_said(run: Run, word: str, key: str, said: str) -> None:
    assert said in run(word).output
    told = json.loads(run(word, "--json").stdout)
    assert (told[key], told["simulation"]) == ([], True)
