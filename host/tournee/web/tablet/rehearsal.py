"""What a practice's opening does for the first time in a page, done once before the memory is kept.

Patterns, templates and tables are then made already when the carer's own practice is opened. It is done with
a practice that is made up, in memory, and of which nothing stays but that.
"""

from __future__ import annotations

from datetime import datetime

from tournee.web.templating import templates

CONFIGURATION = """
[journal]
chemin="journal.db"
[lecteur]
port="page:"
secret="lecteur.secret"
[envoi]
route="essai"
[route.essai]
adresse="essai@tournee.invalid"
expediteur="essai@tournee.invalid"
identifiant="000000000"
certificat="essai.pem"
scellement="K"
mode="fichier-unique"
[route.essai.envoi]
serveur="tournee.invalid"
port=465
securite="tls"
utilisateur="essai"
fichier_mot_de_passe="lecteur.secret"
[route.essai.retours]
type="maildir"
dossier="retours"
"""
FILES = {
    "tournee.toml": CONFIGURATION.encode(),
    "lecteur.secret": b"essai\n",
}
SCREENS = ("/ecran/tournee", "/nouvelles?depuis=-")


def make_ready() -> None:
    """What is made when it is first asked for, and is the same for every practice."""
    environment = templates()
    for name in environment.list_templates(extensions=["html"]):
        environment.get_template(name)
    datetime.strptime("20260101000000Z", "%Y%m%d%H%M%SZ")
