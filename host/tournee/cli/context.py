"""What the commands share: configuration found, office and reader opened, screens."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date, datetime
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

import click

from tournee.cli.french import SIMULATION
from tournee.errors import ConfigError

if TYPE_CHECKING:
    from rich.console import Console

    from tournee.app.context import Office
    from tournee.billing.nomenclature.tables import Tables
    from tournee.cli.display.progress import Watcher
    from tournee.config import Config
    from tournee.config.readers import ReaderChoice
    from tournee.reader import Reader, Transport
    from tournee.reader.transports.bluetooth import Radio
    from tournee.shift.joining import JoinedLink

CONFIG_NAME = "tournee.toml"
_TABLES = (
    "nomenclature"  # the folder's name when the configuration gives none, as `tournee.config.file` has it
)


@dataclass
class Desk:
    """One run of the command line: where its configuration is, where it prints, what Bluetooth runs on
    (None: the platform's own).

    The first thing on its screen says that all this is a simulation; what a program reads says so itself.
    """

    config_path: Path | None
    radio: Radio | None = None
    shift: JoinedLink | None = field(default=None, init=False)

    @cached_property
    def console(self) -> Console:
        """The screen, once it has said what this is."""
        from tournee.cli.display.show import screen

        console = screen()
        console.print(SIMULATION, style="yellow")
        return console

    @cached_property
    def errors(self) -> Console:
        """Where warnings go: stderr."""
        from tournee.cli.display.show import screen

        return screen(stderr=True)

    def config(self) -> Config:
        """The configuration asked for, or the one found."""
        from tournee.config import load_config

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

    def tables(self) -> Tables:
        """The nomenclature's tables: where the configuration says, or in the account's folder without one.

        Of the configuration nothing else is judged: an act is looked up in a moment, whatever the routes.
        """
        from tournee.billing.nomenclature.tables import Tables
        from tournee.tables.document import load

        try:
            path = self.path()
        except ConfigError:  # none yet
            return Tables(Path(click.get_app_dir("tournee")) / _TABLES)
        told = load(path, "Le fichier de configuration", ConfigError).values.get("nomenclature")
        folder = told.get("dossier") if isinstance(told, dict) else None
        return Tables(path.resolve().parent / (folder if folder and isinstance(folder, str) else _TABLES))

    def today(self) -> date:
        """The day it is: where the configuration says, or here where it says nothing or is not sound."""
        try:
            return datetime.now(self.config().zone).date()
        except ConfigError:
            return datetime.now().date()

    @contextmanager
    def office(self) -> Iterator[Office]:
        """The journal and the active route, open; names every route that sends readable text (OCT-MSG-8)."""
        from tournee.app.context import open_office
        from tournee.core_dumps import forbid_dumps

        forbid_dumps()
        config = self.config()
        with open_office(config) as office:
            for route in (office.route, *office.former):
                if route.is_clear:
                    self.warn(f"la route {route.name} envoie en clair.", "bold red")
            for one in office.journal.health.alterations:
                self.warn(f"journal {one.text}. À faire : {one.next_step}.", "bold red")
            numbers = office.journal.numbers.standing()
            if numbers.anew or numbers.unseen:
                self._tell_copy(office)
            yield office
            self._follow(office, config)

    def _follow(self, office: Office, config: Config) -> None:
        """Bring the practice's copy of the journal forward, where there is a network; a command that went
        well stays so.
        """
        if config.joined is None:
            return
        from tournee.app.copies.joined import follow_quietly

        follow_quietly(office, config)

    def _tell_copy(self, office: Office) -> None:
        from tournee.app.alerts.numbers import others

        for one in others(office):
            self.warn(f"journal : {one.text}. À faire : {one.next_step}.", "bold red")

    @contextmanager
    def reader(self) -> Iterator[Reader]:
        """The configured reader, over the shift that is open on it or connected, and set to the time; says
        when it is out of reach and back."""
        from tournee.app.cards import set_to_time

        zone = self.config().zone
        with set_to_time(self.connect(), lambda: datetime.now(zone)) as reader:
            yield reader

    def connect(self) -> Reader:
        """The configured reader as it is. ConfigError, ReaderError."""
        from tournee.core_dumps import forbid_dumps
        from tournee.reader import Reader
        from tournee.shift.joining import join

        forbid_dumps()
        choice = self.reader_choice()
        context = click.get_current_context(silent=True)  # none in a thread
        command = "tournee" if context is None else context.command_path
        self.shift = join(choice.port, str(self.path().resolve()), command, self.tell_reach)
        if self.shift is not None:
            return Reader.over(self.shift)
        return Reader.open(self.stream(choice.port), choice.secret_of_port(), self.tell_reach)

    def reader_choice(self) -> ReaderChoice:
        """Which reader is configured. ConfigError when none is."""
        choice = self.config().reader
        if not choice.port:
            raise ConfigError(
                "Aucun lecteur n’est configuré.",
                next_step="indiquez [lecteur] port = …, ou jumelez un lecteur : tournee reader pair",
            )
        return choice

    def once_a_shift(self, name: str, ask: Callable[[], str]) -> str:
        """What was answered before in the shift that is open, else what `ask` gives, which it then keeps.

        For a short answer that holds for the card, as which of its situations; `reader` comes first.
        """
        kept = None if self.shift is None else self.shift.kept(name)
        if kept is not None:
            return kept
        answer = ask()
        if self.shift is not None:
            self.shift.keep(name, answer)
        return answer

    def stream(self, port: str) -> str | Callable[[], Transport]:
        """What opens the stream of a port: the port itself, but for Bluetooth over another radio."""
        from tournee.config.readers import BLUETOOTH

        if self.radio is None or not port.startswith(BLUETOOTH):
            return port
        from tournee.reader.transports.bluetooth import BluetoothTransport

        return lambda: BluetoothTransport(port.removeprefix(BLUETOOTH), self.radio)

    def warn(self, text: str, style: str = "yellow") -> None:
        """Say on stderr what needs attention."""
        from tournee.cli.display.show import labelled

        self.errors.print(labelled("Attention :", text, style))

    def tell_reach(self, there: bool) -> None:
        """Say that the reader is out of reach, or back."""
        self.errors.print(
            "Lecteur retrouvé."
            if there
            else "Lecteur hors de portée, ou pris par un autre programme ; reprise…",
            style="yellow",
        )

    def watcher(self, as_json: bool) -> Watcher:
        """Progress on the screen, or nothing when a program reads."""
        from tournee.cli.display.progress import Watcher

        return Watcher(None if as_json else self.console)


json_option = click.option("--json", "as_json", is_flag=True, help="Résultat en JSON, pour un programme.")
