"""The configuration of a tablet of an emulated practice: several share one OCT, one address, one mailbox."""

from __future__ import annotations

from pathlib import Path

from tournee.emulation.world import OCT_ADDRESS, PASSWORD, PS_ADDRESS, SIREN, USER, World

_SEALED_RETURNS = """
[retours]
certificat = "{world}/ps/cert.pem"
cle = "{world}/ps/key.pem"
"""
_CONFIGURATION = """
[journal]
chemin = "journal.db"
[lecteur]
port = "{port}"
{sealed}
[envoi]
route = "oct"
{station}
[route.oct]
adresse = "{oct}"
expediteur = "{ps}"
identifiant = "{siren}"
certificat = "{world}/oct/cert.pem"
scellement = "K"
mode = "fichier-unique"
[route.oct.envoi]
serveur = "{host}"
port = {smtp}
securite = "starttls"
utilisateur = "{user}"
autorites = "{authority}"
fichier_mot_de_passe = "mot-de-passe"
[route.oct.retours]
type = "maildir"
dossier = "{world}/retours"
conserver = true
"""


def configure(folder: Path, world: World, port: str, station: int | None = None) -> Path:
    """Write what a tablet in this folder needs; its journal is made by the first command. Gives the file."""
    server = world.server
    (folder / "mot-de-passe").write_text(f"{PASSWORD}\n")
    (folder / "mot-de-passe").chmod(0o600)
    config = folder / "tournee.toml"
    sealed = (world.directory / "ps").exists()
    config.write_text(
        _CONFIGURATION.format(
            port=port,
            sealed=_SEALED_RETURNS.format(world=world.directory) if sealed else "",
            world=world.directory,
            station="" if station is None else f"poste = {station}",
            oct=OCT_ADDRESS,
            ps=PS_ADDRESS,
            siren=SIREN,
            host=server.host,
            smtp=server.port,
            user=USER,
            authority=server.tls.authority,
        )
    )
    return config
