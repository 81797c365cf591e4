"""What the documents show is run as it stands: the sample, the walk by hand, openssl, editors' programs."""

from __future__ import annotations

import os
import re
import shlex
import subprocess
import sys
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

import tournee.emulation
from documents import DOCS, ROOT, blocks
from tournee.emulation.cards import load_card
from tournee.emulation.practice import practice

BY_HAND, EMBEDDING, OPERATIONS = (
    Path("host/docs") / f"{name}.md" for name in ("by-hand", "embedding", "operations")
)
DAY = Path(tournee.emulation.__file__).with_name("days") / "infirmier.toml"
CODE = "1234\n"
TOURNEE = [sys.executable, "-c", "from tournee.cli.main import main; main()"]
PATIENCE_S = 100
NOW = datetime(2026, 11, 16, 19, 30, tzinfo=UTC)


def run(words: list[str], folder: Path, **settings: str) -> subprocess.CompletedProcess[str]:
    """One command, as in a terminal of that folder; what it asks for is the code porteur."""
    environment = {
        **os.environ,
        "NO_COLOR": "1",
        "PYTHON_KEYRING_BACKEND": "keyring.backends.null.Keyring",
        **settings,
    }
    return subprocess.run(
        words,
        cwd=folder,
        input=CODE,
        capture_output=True,
        text=True,
        check=False,
        env=environment,
        timeout=PATIENCE_S,
    )


def written(document: Path, heading: str) -> list[str]:
    """The lines of the first shell block below a heading."""
    after = (ROOT / document).read_text().split(f"\n## {heading}\n")[1]
    block = re.search(r"```sh\n(.*?)```", after, re.DOTALL)
    assert block is not None
    return block[1].splitlines()


@pytest.fixture
def emulated(tmp_path: Path) -> Iterator[Path]:
    """A folder where `DIR` is an emulated practice, kept by a program of its own."""
    (tmp_path / "host").symlink_to(ROOT / "host")
    words = [*TOURNEE, "reader", "emulate", "DIR"]
    with subprocess.Popen(
        words, cwd=tmp_path, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
    ) as keeper:
        assert keeper.stdout is not None
        assert any("prêts" in line for line in keeper.stdout)
        yield tmp_path
        keeper.terminate()


def walk(lines: list[str], folder: Path) -> dict[str, str]:
    """Each line's answer; a line that fails fails the test, but for one that says so by `!`."""
    said = {}
    for line in lines:
        fails = line.startswith("! ")
        name, *words = shlex.split(line.removeprefix("! "))
        if name == "export":
            continue
        assert name == "tournee"
        done = run([*TOURNEE, *words], folder, TOURNEE_CONFIG=str(folder / "DIR" / "tournee.toml"))
        assert bool(done.returncode) == fails, (line, done.stdout, done.stderr)
        said[line] = said.get(line, "") + done.stdout + done.stderr
    return said


def test_every_line_of_the_walk_does_what_the_document_says(emulated: Path) -> None:
    said = walk(written(BY_HAND, "The walk"), emulated)
    assert "Hugo" in said["tournee certify"]
    assert "Pereira" in said["tournee certify"]
    assert "Lot 005" in said["tournee lot close"]
    assert "envoyé" in said["tournee send"]
    assert "0199" in said["tournee return show 2"]
    assert "lot 005" in said["tournee alerts"]
    assert "telles quelles" in said["tournee lot remake 5"]


def test_routes_and_list_of_opposed_cards_do_what_the_document_says(emulated: Path) -> None:
    routes = walk(written(BY_HAND, "Another way to send"), emulated)
    assert "direct-emule" in routes["tournee route list"]
    route = (emulated / "DIR" / "tournee.toml").read_text()
    assert 'route = "direct-emule"' in route
    walk(["tournee reader insert DIR ps infirmiere"], emulated)
    opposition = walk(written(BY_HAND, "The list of opposed cards"), emulated)
    assert "en opposition" in opposition["! tournee opposition check 800000117"]


def test_a_shift_does_what_the_document_says(emulated: Path) -> None:
    said = walk(written(BY_HAND, "A shift"), emulated)
    assert "Vacation ouverte" in said["tournee shift open --idle 20 --max 120"]
    assert "déverrouillée" in said["tournee cards"]
    assert "la carte du professionnel a été retirée" in said["tournee shift status"]
    assert "Aucune vacation" in said["tournee shift close"]


def test_mistakes_are_put_right_as_the_manuals_say(emulated: Path) -> None:
    walk(
        [
            "tournee reader insert DIR ps infirmiere",
            "tournee reader insert DIR vitale casanova",
            f"tournee day import {DAY}",
            "tournee certify",
            'tournee day abandon 9 --reason "wrong act"',
            'tournee day reopen 9 --reason "card came"',
        ],
        emulated,
    )
    anew = walk(
        ["tournee certify", "tournee lot close", "tournee file make", "tournee send", "tournee fetch"],
        emulated,
    )
    assert "Facture 000000003 : FSE, Martinez Paul" in anew["tournee certify"]  # 000000002 is lost for good
    said = walk(
        [
            "tournee status",
            'tournee day reopen 3 --reason "prescription sent"',
            "tournee certify",
            "tournee trace 4",
        ],
        emulated,
    )
    assert "paiement refusé" in said["tournee status"]
    assert "Facture 000000004 : FSE, Casanova Ange" in said["tournee certify"]
    assert "000000001" in said["tournee trace 4"]  # linked to the old one


@pytest.fixture(scope="module")
def shown(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, str]:
    """What a demonstration leaves in `DIR`, and what it prints."""
    folder = tmp_path_factory.mktemp("shown")
    done = run([*TOURNEE, "demo", "--out", "DIR"], folder)
    assert done.returncode == 0, done.stderr
    return folder, done.stdout


def test_sample_in_the_readme_is_what_the_demonstration_prints(shown: tuple[Path, str]) -> None:
    (sample,) = blocks(Path("README.md"), "text")
    printed = {line.rstrip() for line in shown[1].splitlines()}
    assert [
        line for line in sample.splitlines() if line.strip() != "…" and line.rstrip() not in printed
    ] == []


def test_openssl_opens_the_first_message_as_the_document_says(shown: tuple[Path, str]) -> None:
    for line in written(BY_HAND, "The demonstration, checked with openssl"):
        done = run(["sh", "-c", line], shown[0])
        assert (done.returncode, done.stdout) == (0, ""), done.stderr


def test_all_that_the_demonstration_leaves_is_in_the_table(shown: tuple[Path, str]) -> None:
    for pattern in re.findall(
        r"^\| `([^|]+?)`", (ROOT / BY_HAND).read_text().split("openssl\n")[1], re.MULTILINE
    ):
        for one in re.split("`, `", pattern):
            if "/" in one or one.endswith(".db"):
                assert list((shown[0] / "DIR").glob(one)), one


MY_MAIL = """
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

from cryptography import x509

from tournee.emulation.cards import card_names, certificate_pem
from tournee.emulation.cards.lookup import professionals
from tournee.emulation.oct import EmulatedOct, load_mail_identity
from tournee.emulation.world import OCT_ADDRESS, PS_ADDRESS, SCENARIO

_known = [x509.load_pem_x509_certificate(certificate_pem(name)) for name in card_names()]
_scenario = replace(
    SCENARIO, professionals=professionals(), mail_certificates={PS_ADDRESS: load_mail_identity(Path("ps"))[1]}
)
_oct = EmulatedOct(
    None, *load_mail_identity(Path("oct")), _known, _scenario, lambda: datetime.now(ZoneInfo("Europe/Paris"))
)
_answers = []


def carry(recipient, content):
    assert recipient == OCT_ADDRESS
    _answers.extend(_oct.receive(content))
    return "carried"


def returns():
    return _answers
"""


def test_programs_for_editors_run_as_they_stand(tmp_path: Path) -> None:
    (tmp_path / "my_mail.py").write_text(MY_MAIL)
    (tmp_path / "my.key").write_bytes(bytes(range(32)))
    with practice(tmp_path) as desk:
        desk.board.insert("ps", load_card("infirmiere"))
        desk.board.insert("vitale", load_card("moreau"))
        answers = []
        for program in blocks(EMBEDDING, "python"):
            program = program.replace("/dev/ttyACM0", desk.board.link_url)
            done = run([sys.executable, "-c", program], tmp_path)
            assert done.returncode == 0, done.stderr
            answers.append(done.stdout)
    day, errors, reader = answers
    assert "mine-1 new 1" in day
    assert "1 000000001 ('FSE', 'DRE') None" in day
    assert "sent None" in day
    assert "ARL 2" in day
    assert day.endswith("000000001 paid 778\n")  # 5,03 + 2,75
    assert (errors, len(reader.split())) == ("", 3)


def test_an_editors_day_takes_forty_lines_at_most() -> None:
    assert len(blocks(EMBEDDING, "python")[0].splitlines()) <= 40


def test_guide_of_the_carer_has_a_day_that_can_be_taken_in(tmp_path: Path) -> None:
    (day,) = blocks(Path("host/docs/guide-soignant.md"), "toml")
    (tmp_path / "journee.toml").write_text(day)
    with practice(tmp_path):
        done = run([*TOURNEE, "day", "import", "journee.toml"], tmp_path)
    assert done.returncode == 0, done.stderr
    assert "1 visite" in done.stdout


def test_documents_travel_with_the_package() -> None:
    assert (ROOT / "host" / "tournee" / "manuals" / "docs").resolve() == DOCS
