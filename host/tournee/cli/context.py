"""What the commands share: configuration found, office and reader opened, screens."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from pathlib import Path

import click
from rich.console import Console

from tournee.app.care import open_reader
from tournee.app.office import Office, open_office
from tournee.cli.show import SIMULATION, LiveWatcher, labelled
from tournee.config import Config, load_config
from tournee.errors import ConfigError
from tournee.reader import Reader

CONFIG_NAME = "tournee.toml"


@dataclass
class Desk:
    """One run of the command line: where its configuration is, where it prints.

    The first thing on its screen says that all this is a simulation; what a program reads says so itself.
    """

    config_path: Path | None
    screen: Console
    errors: Console

    @cached_property
    def console(self) -> Console:
        """The screen, once it has said what this is."""
        self.screen.print(SIMULATION, style="yellow")
        return self.screen

    def config(self) -> Config:
        """The configuration asked for, or the one found."""
        return load_config(self.path())

    def path(self) -> Path:
        """Its file: the one asked for, the one here, or the one in the account's folder."""
        if self.config_path is not None:
            return self.config_path
        account = Path(click.get_app_dir("tournee")) / CONFIG_NAME
        for path in (Path(CONFIG_NAME), account):
            if path.exists():
                return path
        raise ConfigError(
            "Aucun fichier de configuration.",
            next_step=f"créez {CONFIG_NAME} (modèle : tournee config) ou essayez tournee reader emulate",
        )

    @contextmanager
    def office(self) -> Iterator[Office]:
        """The journal and the active route, open; names every route that sends readable text (OCT-MSG-8)."""
        with open_office(self.config()) as office:
            for route in (office.route, *office.former):
                if route.is_clear:
                    warning = f"la route {route.name} envoie en clair."
                    self.errors.print(labelled("Attention :", warning, "bold red"))
            yield office

    @contextmanager
    def reader(self) -> Iterator[Reader]:
        """The configured reader, connected and set to the time."""
        port = self.config().reader
        if not port:
            raise ConfigError("Aucun lecteur n'est configuré.", next_step="indiquez [lecteur] port = …")
        zone = self.config().zone
        with open_reader(port, lambda: datetime.now(zone)) as reader:
            yield reader

    def watcher(self, as_json: bool) -> LiveWatcher:
        """Progress on the screen, or nothing when a program reads."""
        return LiveWatcher(Console(quiet=True) if as_json else self.console)


json_option = click.option("--json", "as_json", is_flag=True, help="Résultat en JSON, pour un programme.")
