"""An emulated practice in this process, and the moments of a carer's days that a command is typed in.

A situation is what is in the practice's folder at such a moment: a command is typed, then all is put back.
"""

from __future__ import annotations

import base64
import os
import shlex
import shutil
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from unittest.mock import patch

from click.testing import CliRunner
from columns import Keys

import tournee.emulation
from documents import ROOT, blocks
from tournee.app import outbound
from tournee.cli import status
from tournee.cli.main import tournee as root
from tournee.emulation.cards import load_card
from tournee.emulation.control import ControlledBoard, ask
from tournee.emulation.practice import CONFIG_NAME, practice
from tournee.emulation.world import OCT_ADDRESS, PS_ADDRESS
from tournee.errors import OppositionError

DAYS = Path(tournee.emulation.__file__).with_name("days")
ANSWERS = ("1234\n" * 4, "une phrase de passe assez longue\n" * 4, "o\n" * 8)
"""What a command may ask for: the code porteur, a passphrase, a yes."""

_ENVIRONMENT = {"NO_COLOR": "1", "COLUMNS": "200", "PYTHON_KEYRING_BACKEND": "keyring.backends.null.Keyring"}
_PLACES = {"/media/cle-usb": "cle-usb", "/home/claire": "elsewhere"}
"""Folders of the documents' carer, and what stands for them beside the practice."""

OPPOSED = status.OF_ERROR[OppositionError]
_APART = ("desk.sock", "reader", "sent", "mail", "cards", "oct", "am", "ps")
_CARDS = ("moreau", "lambert", "garnier", "casanova", "pereira")
_CEAM = """
[[visite]]
prescription = { date = 2026-11-13, prescripteur = "751000126", rpps = "10100001071" }
actes = [{ acte = "Injection sous-cutanée" }]
[visite.ceam]
pays = "DE"
nom = "MUSTER"
prenom = "ERIKA"
naissance = 1964-08-12
numero_personnel = "X000000019"
institution = "000000019"
sigle = "KASSE"
numero_carte = "80276000010000000019"
expiration = 2028-03-31
"""

_NIR, _OTHER_NIR = b"148036912301730", b"148036912301829"
_RSP_HEAD = """From: {oct}
To: {ps}
Subject: RSP/00000756000121/202611161930
MIME-Version: 1.0
Content-Type: Application/EDI-consent; name="000999"
Content-Transfer-Encoding: base64
Content-Disposition: attachment; filename="000999"
Content-Description: RSP/SV

"""


@dataclass
class Practice:
    """The folder `DIR` in `place`, its reader and OCT at work, and its situations by name."""

    place: Path
    desk: ControlledBoard
    situations: dict[str, Path] = field(default_factory=dict)

    @property
    def folder(self) -> Path:
        """Where journal, configuration and mailbox are."""
        return self.place / "DIR"

    @property
    def account(self) -> Path:
        """What the account notes of its journals, beside them."""
        return self.place / "account"

    def type(self, line: str, answers: str = ANSWERS[0]) -> tuple[int, str]:
        """One command after `tournee`, typed where `DIR` is; its status and what it said."""
        for shown, place in _PLACES.items():
            line = line.replace(shown, str(self.place / place))
        here = Path.cwd()
        os.chdir(self.place)
        try:
            run = CliRunner().invoke(root, shlex.split(line), input=answers)
        finally:
            os.chdir(here)
        if isinstance(run.exception, Exception):
            return status.of(run.exception), f"{run.output}{run.exception}"
        return run.exit_code, run.output

    def do(self, *lines: str) -> None:
        """Commands that lead to a situation."""
        for line in lines:
            code, said = self.type(line)
            assert code == 0, (line, said)

    def insert(self, slot: str, card: str) -> None:
        """A card goes into the reader."""
        self.desk.board.insert(slot, load_card(card))

    def keep(self, name: str) -> None:
        """This is a situation."""
        kept = self.place / "situations" / name
        shutil.copytree(self.folder, kept, ignore=shutil.ignore_patterns(*_APART))
        shutil.copytree(self.account, self.place / "accounts" / name)
        self.situations[name] = kept

    def back_to(self, name: str) -> None:
        """All as it was in that situation, both cards in the reader."""
        for path in self.folder.iterdir():
            if path.name not in _APART:
                shutil.rmtree(path) if path.is_dir() else path.unlink()
        shutil.copytree(self.situations[name], self.folder, dirs_exist_ok=True)
        shutil.rmtree(self.account)
        shutil.copytree(self.place / "accounts" / name, self.account)
        shutil.rmtree(self.place / "elsewhere", ignore_errors=True)
        for slot, name in (("ps", "infirmiere"), ("vitale", "moreau")):
            card = self.desk.board.cards[slot]
            if card is None or card.name != name:  # a slot's line holds so many moves until the reader looks
                self.insert(slot, name)


@contextmanager
def open_practice(place: Path) -> Iterator[Practice]:
    """A practice with what the documents name beside it, in all its situations."""
    (place / "host").symlink_to(ROOT / "host")
    (day,) = blocks(Path("host/docs/guide-soignant.md"), "toml")
    (place / "journee.toml").write_text(day)
    tables = sorted((ROOT / "host" / "tournee" / "billing" / "nomenclature").glob("ngap*.json"))
    shutil.copyfile(tables[-1], place / "ngap-2027.json")
    (place / "account").mkdir()
    own = {"TOURNEE_CONFIG": str(place / "DIR" / CONFIG_NAME), "XDG_STATE_HOME": str(place / "account")}
    with patch.dict(os.environ, _ENVIRONMENT | own), practice(place / "DIR") as desk:
        serving = threading.Thread(target=desk.serve)
        serving.start()
        made = Practice(place, desk)
        try:
            _live(made)
            yield made
        finally:
            ask(made.folder, "stop")
            serving.join()


def _live(made: Practice) -> None:
    """A day, each of its moments kept."""
    made.insert("ps", "infirmiere")
    made.keep("new")
    text = (DAYS / "infirmier.toml").read_text("utf-8")
    (made.place / "infirmier.toml").write_text(f"{text}{_CEAM}", "utf-8")
    made.do("day import infirmier.toml")
    made.keep("told")
    for card in _CARDS:
        made.insert("vitale", card)
        made.do("certify")
    made.keep("certified")
    with patch.object(outbound, "certify_lot", side_effect=KeyboardInterrupt):
        made.type("lot close")
    made.keep("a lot without its certificate")
    made.do("lot close", "file make")
    made.keep("framed")
    made.do("send", "opposition request")
    payment = _payment_of_another(made)
    made.do("fetch")
    made.keep("answered")
    (made.place / "cle-usb").mkdir()
    made.type("backup /media/cle-usb/tournee-20261130-183000.sauvegarde", ANSWERS[1])
    (made.place / "releve.csv").write_text("Date;Libellé;Montant\n18/11/2026;VIR CPAM;12,28\n", "utf-8")
    made.do("account pay lambert --by cheque --amount 10 --credit")
    made.keep("paid by a patient")
    (made.folder / "retours" / "new" / "9999999999.other").write_text(payment)
    next_day = text.replace("2026-11-15", "2026-11-16").replace(', complement = "F"', "")
    (made.place / "lendemain.toml").write_text(next_day, "utf-8")
    made.do("fetch", "day import lendemain.toml")
    made.keep("the next day")


def _payment_of_another(made: Practice) -> str:
    """A payment that waits, told once more: in clear, and for a NIR that is not the patient's."""
    keys = Keys(made.folder / "ps")
    for path in sorted((made.folder / "retours" / "new").iterdir()):
        _, described, content = keys.opened(path.read_bytes())
        if described.startswith("RSP") and _NIR in content:
            told = base64.encodebytes(content.replace(_NIR, _OTHER_NIR)).decode()
            return _RSP_HEAD.format(oct=OCT_ADDRESS, ps=PS_ADDRESS) + told
    raise AssertionError("no payment of this patient")


def numbers(line: str) -> Iterator[str]:
    """A line as it is written, then with another visit's, lot's, invoice's number in its place."""
    yield line
    words = shlex.split(line)
    for at, word in enumerate(words):
        if word.isdigit() and len(word) <= 2 and not words[at - 1].startswith("--"):
            for number in range(1, 13):
                yield shlex.join([*words[:at], str(number), *words[at + 1 :]])
            return


def runs(made: Practice, line: str) -> str:
    """ "" when the command does its work in some situation; else what it said in the last one.

    A card that is listed is told by a status of its own: that, too, is its work.
    """
    said = ""
    for situation in reversed(made.situations):
        for typed in numbers(line):
            for answers in ANSWERS:
                made.back_to(situation)
                code, said = made.type(typed, answers)
                if line.startswith("shift "):
                    made.type("shift close")  # its agent would keep the reader from the next command
                if code in (0, OPPOSED):
                    return ""
                if "Code porteur" not in said and "phrase" not in said and "[o/n]" not in said.casefold():
                    break
    return " ".join(said.split())[-300:]
