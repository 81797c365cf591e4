"""Every command of the services and each of its options, once for good and once for bad: what it answers to a
program, and how it ends.
"""

from __future__ import annotations

import io
import json
import threading
from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path

import click
import pytest
from click.testing import CliRunner
from made_papers import A4, as_jpeg, good_paper

from tournee.cli.main import main
from tournee.cli.main import tournee as root
from tournee.emulation.control import ask
from tournee.emulation.practice import CONFIG_NAME, practice
from tournee.services.qr_codes import png_of

GROUPS = ("amc", "apcv", "attestation", "droits", "ordonnance numerique", "piece")
EVERYWHERE = {"--json", "--log-level", "--log-file", "--help"}
TODAY = date.today()
DAY = f"""[journee]
ps = "756000121"
profession = "IF"
date = {TODAY}

[[visite]]
nir = "1620506088054"
cle = "53"
tiers_payant = "amo"
actes = [{{ acte = "Injection sous-cutanée" }}]
prescription = {{ date = {TODAY}, prescripteur = "751000126", rpps = "10100001071" }}
"""
CORNERS = ("--coins", "0,0 100,0 100,100 0,100")
PAPER = (
    "--organisme",
    "010410000",
    "--debut",
    f"{TODAY - timedelta(30)}",
    "--fin",
    f"{TODAY + timedelta(90)}",
)
ADDED = ("--noir-et-blanc", "--pages", "1", "--aussi-ici", *CORNERS)
DIRECTORY = ("services/amc/annuaire.toml", "services/amc/annuaire.sig")
ORDER, OTHER = "0RD0NNANCE00001X", "0RD0NNANCE00002V"

# In this order: words, the key of its answer
GOOD = (
    ("droits demander martinez --ne 1962-05-02 --situation 1", "request"),
    ("droits montrer martinez --ne 02/05/1962", "differences"),
    ("droits choisir martinez --carte", "anew"),
    ("droits choisir martinez --service --ancienne --ne 1962-05-02", "anew"),
    ("droits attente --situation 1", "waiting"),
    ("amc annuaire --tout", "directory"),
    (("amc", "annuaire", "prendre", *DIRECTORY), "directory"),
    ("amc demander martinez --mutuelle 0099900009 --adherent ADH1", "rights"),
    ("amc montrer martinez", "rights"),
    ("amc montrer 1", "visit"),
    (("attestation", "noter", "martinez", *PAPER, "--jour", f"{TODAY}", "--ald", "--ame"), "said"),
    ("attestation montrer martinez", "said"),
    ("apcv lire telephone-moreau.png --situation 1", "phone"),
    ("apcv lire --sans-contact --renouvelle 1820475113042", "phone"),
    ("apcv list", "phones"),
    (f"ordonnance numerique lire martinez --numero {ORDER} --hors-ligne", "orders"),
    ("ordonnance numerique list", "orders"),
    ("ordonnance numerique reprendre --situation 1", "orders"),
    ("ordonnance numerique lire martinez --image code.png --situation 1", "orders"),
    ("ordonnance numerique realiser 3 --situation 1", "orders"),
    (
        ("piece", "check", "bonne.jpg", "--noir-et-blanc", "--pages", "1", *CORNERS, "--vers", "p.pdf"),
        "digest",
    ),
    (
        (*["piece", "add", "bonne.jpg", "--facture", "1", "--nature", "ordonnance"], *ADDED),
        "piece",
    ),
    ("piece show 1 --vers s.pdf --nature ordonnance", "pieces"),
    ("piece list", "pieces"),
    ("piece send --encore 1", "sent"),
    ("attestation copie martinez --photo bonne.jpg --aussi-ici", "piece"),
    ("attestation copie martinez --vers copie.pdf", "piece"),
)
BAD = (
    ("droits demander personne", 8),
    ("droits demander martinez --situation 9", 5),
    ("droits demander martinez --ne demain", 2),
    ("droits montrer personne", 8),
    ("droits choisir martinez", 2),
    ("droits choisir personne --service", 8),
    ("droits attente --situation un", 2),
    ("amc annuaire --trop", 2),
    (("amc", "annuaire", "prendre", DIRECTORY[0], "services/amc/editeur.pem"), 12),
    ("amc annuaire prendre rien.toml rien.sig", 12),
    ("amc demander martinez --mutuelle 12", 8),
    ("amc demander martinez --adherent X", 5),
    ("amc montrer personne", 8),
    ("amc montrer 99", 8),
    (("attestation", "noter", "martinez", *PAPER[2:], "--organisme", "0104"), 5),
    (("attestation", "noter", "martinez", *PAPER, "--jour", "hier"), 2),
    (("attestation", "noter", "martinez", "--organisme", "010410000"), 2),
    ("attestation montrer personne", 8),
    ("attestation copie martinez", 2),
    ("attestation copie martinez --photo texte.jpg", 5),
    ("attestation copie personne --photo bonne.jpg", 8),
    ("apcv lire", 2),
    ("apcv lire bonne.jpg --sans-contact", 2),
    ("apcv lire bonne.jpg", 12),
    ("apcv lire texte.jpg", 12),
    ("apcv lire telephone-moreau.png", 12),  # shown once already
    ("apcv list tout", 2),
    ("ordonnance numerique lire martinez", 2),
    (f"ordonnance numerique lire personne --numero {OTHER}", 8),
    ("ordonnance numerique lire martinez --numero 0RD0", 12),
    ("ordonnance numerique lire martinez --image bonne.jpg", 12),
    ("ordonnance numerique list tout", 2),
    ("ordonnance numerique reprendre --situation 9", 5),
    ("ordonnance numerique realiser 999", 8),
    ("piece check texte.jpg", 5),
    ("piece check bonne.jpg --pages 2", 5),
    ("piece check bonne.jpg --coins 1,2", 2),
    ("piece add bonne.jpg --facture 99", 8),
    ("piece add bonne.jpg --facture 1 --nature photo", 2),
    ("piece show 99", 8),
    ("piece show 1 --vers s.pdf --nature feuille", 8),
    ("piece list tout", 2),
    ("piece send --encore 99", 8),
)


def split(words: str | tuple[str, ...]) -> list[str]:
    return words.split() if isinstance(words, str) else list(words)


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A practice with its services, the nurse's card and Martinez's in the reader, one invoice made; a
    phone to show its code.
    """
    folder = tmp_path_factory.mktemp("cabinet")
    with practice(folder, with_services=True) as board, pytest.MonkeyPatch.context() as here:
        here.chdir(folder)
        here.setenv("TOURNEE_CONFIG", str(folder / CONFIG_NAME))
        serving = threading.Thread(target=board.serve)
        serving.start()
        try:
            ask(folder, "insert", slot="ps", card="infirmiere")
            ask(folder, "insert", slot="vitale", card="martinez")
            Path("bonne.jpg").write_bytes(as_jpeg(good_paper(1, A4), 70))
            Path("texte.jpg").write_bytes(b"pas une image")
            Path("code.png").write_bytes(png_of(f"ORD1.{OTHER}"))
            Path("jour.toml").write_text(DAY, "utf-8")
            for words in ("patient card", "droits demander martinez", "droits choisir martinez --service"):
                run(words.split())
            for words in ("day import jour.toml", "certify"):
                run(words.split())
            run(["reader", "insert", ".", "apcv", "moreau"])
            run(["reader", "insert", ".", "apcv", "moreau", "--nfc"])
            yield folder
        finally:
            ask(folder, "stop")
            serving.join()


def run(words: list[str]) -> str:
    done = CliRunner().invoke(root, words, input="1234\n")
    assert done.exit_code == 0, (words, done.output, done.exception)
    return done.stdout


@pytest.fixture(scope="module")
def walked(desk: Path) -> Path:
    """Every good command, in its order, each answering a program."""
    for words, key in GOOD:
        told = run([*split(words), "--json"])
        said = json.loads(told[told.index("{") :])
        assert key in said and said["simulation"] is True, (words, said)
    return desk


@pytest.mark.parametrize(("words", "code"), BAD, ids=lambda one: one if isinstance(one, str) else None)
def test_bad_input_is_one_paragraph_and_its_exit_status(
    walked: Path,
    words: str | tuple[str, ...],
    code: int,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(b"1234\n")))
    with pytest.raises(SystemExit) as left:
        main([*split(words), "--json"])
    told = capsys.readouterr()
    assert (left.value.code, told.out) == (code, ""), told.err
    assert told.err.strip() and "Traceback" not in told.err and "localhost" not in told.err


def test_what_can_be_shown_is_said_in_words_too(walked: Path) -> None:
    for words in (
        "droits montrer martinez",
        "amc annuaire",
        "amc montrer martinez",
        "apcv list",
        "piece list",
    ):
        assert len(run(words.split()).strip().splitlines()) > 1, words
    assert "AME jusqu’au" in run(["attestation", "montrer", "martinez"])


def test_every_command_and_option_is_walked() -> None:
    good = [split(words) for words, _ in GOOD]
    bad = [split(words) for words, _ in BAD]
    for path, command in commands():
        runs = [words[len(path) :] for words in good if words[: len(path)] == path]
        assert runs, path
        options = {option for one in command.params for option in one.opts if option.startswith("--")}
        assert options - EVERYWHERE <= {word for words in runs for word in words}, path
        assert any(words[: len(path)] == path for words in bad), path


def commands() -> Iterator[tuple[list[str], click.Command]]:
    """The commands of the groups, and the path to each."""
    for group in GROUPS:
        yield from _within(root, group.split(), [])


def _within(
    command: click.Command, path: list[str], walked: list[str]
) -> Iterator[tuple[list[str], click.Command]]:
    context = click.Context(command)
    if path:
        assert isinstance(command, click.Group)
        found = command.get_command(context, path[0])
        assert found is not None, path
        yield from _within(found, path[1:], [*walked, path[0]])
    elif isinstance(command, click.Group):
        if command.invoke_without_command:
            yield walked, command
        for name in command.list_commands(context):
            yield from _within(command, [name], walked)
    else:
        yield walked, command
