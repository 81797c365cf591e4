"""A standing reader and OCT, emulated, with their configuration: for who tries the command line by hand."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import tomlkit

from tournee.app.context import open_office
from tournee.app.practice.patients import find_patients
from tournee.config import load_config
from tournee.emulation.control import LINK_NAME, ControlledBoard
from tournee.emulation.population import populate
from tournee.emulation.services.registered import StandingServices
from tournee.emulation.services.scenes.day import Scene, SceneWatcher, Stage, play
from tournee.emulation.world import (
    DIRECT_NAME,
    INSURERS_NAME,
    OCT_ADDRESS,
    PASSWORD,
    PS_ADDRESS,
    ROUTE_NAME,
    SIREN,
    USER,
    World,
)
from tournee.errors import EmulationError
from tournee.exchange.route import Mode
from tournee.files import write_whole
from tournee.secrets import NoKeyring
from tournee.store import journal_key

CONFIG_NAME = "tournee.toml"
ZONE = ZoneInfo("Europe/Paris")
_PASSWORD_NAME = "mot-de-passe"  # noqa: S105 (a file's name)


@contextmanager
def practice(
    directory: Path, *, populated: bool = False, with_services: bool = False
) -> Iterator[ControlledBoard]:
    """Start both in `directory`, made when missing, with a `tournee.toml` there; stop them on leaving.

    `populated`: its journal is given sixty patients with their plans, when it has none; `with_services`: the
    services around the invoice stand there too.

    The OCT forgets what it received when it stops; the journal and the configuration stay, but for the port
    of the emulated server, which is another each time.
    """
    directory.mkdir(parents=True, exist_ok=True)
    with (
        ExitStack() as stack,
        World(directory, lambda: datetime.now(ZONE), seal_returns=True, with_insurers=True) as world,
        ControlledBoard(directory) as desk,
    ):
        write_whole(directory / _PASSWORD_NAME, f"{PASSWORD}\n".encode())
        config = directory / CONFIG_NAME
        if config.exists():
            _follow_server(config, world)
        else:
            config.write_text(_config(directory, world), "utf-8")
            journal_key(load_config(config).journal, NoKeyring())  # an emulated one's is none of the system's
        if with_services:
            standing = StandingServices(directory, lambda: datetime.now(ZONE))
            stack.enter_context(standing).write_settings(config)
        if populated:
            _populate(config)
        yield desk


def service_day(directory: Path, watch: SceneWatcher) -> list[Scene]:
    """The practice with its services, and every scene played in it. `directory` is new or empty; raises
    EmulationError otherwise.
    """
    if directory.exists() and any(directory.iterdir()):
        raise EmulationError(
            f"Le dossier {directory} n'est pas vide.", next_step="indiquez un dossier nouveau ou vide"
        )
    with practice(directory, populated=True) as desk:
        services = StandingServices(directory, lambda: datetime.now(ZONE))
        with services:
            services.write_settings(directory / CONFIG_NAME)
            return play(Stage(directory / CONFIG_NAME, desk.board, services), watch)


def _populate(config: Path) -> None:
    with open_office(load_config(config)) as office:
        if not find_patients(office, limit=1):
            populate(office, office.clock().date())


def _follow_server(config: Path, world: World) -> None:
    """Give the server's new port to the routes that go through it; what was changed by hand stays."""
    document = tomlkit.parse(config.read_text("utf-8"))
    for route in document.get("route", {}).values():
        server = route.get("envoi", {})
        if (server.get("serveur"), server.get("utilisateur")) == (world.server.host, USER):
            server["port"] = world.server.port
    config.write_text(tomlkit.dumps(document), "utf-8")


def _config(directory: Path, world: World) -> str:
    server = f"""serveur = "{world.server.host}"
port = {world.server.port}
securite = "starttls"
utilisateur = "{USER}"
autorites = "{world.server.tls.authority.relative_to(directory)}"
fichier_mot_de_passe = "{_PASSWORD_NAME}"
"""
    return f"""# Lecteur, OCT et caisses émulés : simulation, ne facture personne.
[journal]
chemin = "journal.db"

[lecteur]
port = "{directory.resolve() / LINK_NAME}"

[retours]
certificat = "ps/cert.pem"
cle = "ps/key.pem"

[envoi]
route = "{ROUTE_NAME}" # ou {DIRECT_NAME} : tournee route use
poste = 0

[route.{ROUTE_NAME}]
adresse = "{OCT_ADDRESS}"
expediteur = "{PS_ADDRESS}"
identifiant = "{SIREN}"
certificat = "oct/cert.pem"
scellement = "K"
mode = "{Mode.SINGLE_FILE}" # ou {Mode.SPLIT_AT_SOURCE}, {Mode.PER_RECIPIENT}

[route.{ROUTE_NAME}.envoi]
{server}
[route.{ROUTE_NAME}.retours]
type = "maildir"
dossier = "retours"

[route.{DIRECT_NAME}]
mode = "{Mode.DIRECT}"
expediteur = "{PS_ADDRESS}"
destinataires = "am/{INSURERS_NAME}"
scellement = "K"

[route.{DIRECT_NAME}.envoi]
{server}
[route.{DIRECT_NAME}.retours]
type = "maildir"
dossier = "retours"
"""
