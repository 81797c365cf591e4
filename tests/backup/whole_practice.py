"""A practice to back up: its files inside and outside its folder, in lists, in lists of lists."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from functools import partial
from pathlib import Path
from zoneinfo import ZoneInfo

from by_hand import FAST
from journal_maker import Maker

from tournee.app.backup import Made, Restored, make_backup, restore_backup
from tournee.app.backup.sealed_stream import SealedHead
from tournee.app.context import Office, open_office
from tournee.config import load_config
from tournee.secrets import NoKeyring

PHRASE = "cinq mots sans aucun lien"
NOW = datetime(2026, 3, 2, 18, 30, 5, tzinfo=ZoneInfo("Europe/Paris"))
FAST_HEAD = partial(SealedHead, **FAST)

CONFIGURATION = """# Cabinet d’essai
[journal]
chemin = "{outside}/data/mon journal.db" # loin d’ici

[lecteur]
port = "/dev/ttyACM0"
secret = "lecteur.secret"
[lecteur.connus."AA:BB"]
nom = "TRN-01"
secret = "trousseau"

[envoi]
route = "oct"
[retours]
certificat = "./ps/cert.pem"
cle = "{outside}/ps.key"
[nomenclature.editeurs]
un = "{outside}/data/../ps.key"

[route.oct]
adresse = "factures@oct.example"
expediteur = "cabinet@soins.example"
identifiant = "732829320"
certificat = "oct.pem"
[route.oct.envoi]
serveur = "localhost"
port = 1
securite = "tls"
utilisateur = "cabinet"
autorites = "{outside}/oct.pem"
fichier_mot_de_passe = "mdp"
[route.oct.retours]
type = "maildir"
dossier = "retours"

[route.direct]
mode = "direct"
expediteur = "cabinet@soins.example"
destinataires = "listes/caisses.toml"
[route.direct.envoi]
serveur = "localhost"
port = 1
securite = "tls"
utilisateur = "cabinet"
[route.direct.retours]
type = "maildir"
dossier = "retours"
"""

CAISSES = """[[destinataire]]
nom = "Une"
type = "CP"
numero = "1"
adresse = "une@caisse.example"
certificat = "une.pem"
[[destinataire]]
nom = "Deux"
type = "CP"
numero = "2"
adresse = "deux@caisse.example"
certificat = "{outside}/deux.pem"
"""

PAYERS = """[[amc]]
nom = "Mutuelle"
numero = "0099900009"
adresse = "m@amc.example"
certificat = "../outside/amc.pem"
ajoute = 2026-03-01
"""


@dataclass
class Practice:
    """A practice in a folder, files outside of it, and a folder for what is restored."""

    home: Path
    outside: Path
    elsewhere: Path

    @property
    def config(self) -> Path:
        return self.home / "tournee.toml"

    @property
    def file(self) -> Path:
        return self.home.parent / "cabinet.sauvegarde"

    def office(self, config: Path | None = None) -> Office:
        return open_office(load_config(config or self.config), lambda: NOW)

    def back_up(self, office: Office | None = None, **options) -> Made:
        options.setdefault("make_head", FAST_HEAD)
        config = load_config(self.config)
        if office is not None:
            return make_backup(office, config, self.file, PHRASE, **options)
        with self.office() as opened:
            return make_backup(opened, config, self.file, PHRASE, **options)

    def restore(self, config: Path | None = None, file: Path | None = None, **options) -> Restored:
        options.setdefault("ring", NoKeyring())
        target = config or self.elsewhere / "tournee.toml"
        return restore_backup(file or self.file, options.pop("phrase", PHRASE), target, now=NOW, **options)

    def bill(self, times: int = 1) -> None:
        with self.office() as office:
            for _ in range(times):
                Maker().invoice(office.journal, "FSE")


def new_practice(tmp_path: Path) -> Practice:
    """One with an invoice in its journal."""
    home, outside = tmp_path / "cabinet", tmp_path / "outside"
    files = {
        home / "tournee.toml": CONFIGURATION.format(outside=outside),
        home / "organismes.toml": PAYERS,
        home / "lecteur.secret": "AAAA-BBBB",
        home / "mdp": "secret",
        home / "oct.pem": "oct inside",
        home / "ps" / "cert.pem": "ps",
        home / "listes" / "caisses.toml": CAISSES.format(outside=outside),
        home / "listes" / "une.pem": "une",
        home / "nomenclature" / "table.json": "{}",
        outside / "ps.key": "key",
        outside / "oct.pem": "oct outside",
        outside / "deux.pem": "deux",
        outside / "amc.pem": "amc",
        outside / "data" / "mon journal.opposition": "list",
    }
    for path, text in files.items():
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
        path.chmod(0o600)
    made = Practice(home, outside, tmp_path / "elsewhere")
    made.bill()
    return made


def tree(folder: Path) -> dict[str, bytes]:
    """All files below a folder, but for locks."""
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_file() and path.suffix != ".lock"
    }
