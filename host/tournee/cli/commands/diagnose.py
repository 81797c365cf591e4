"""`tournee diagnose`: how this installation stands, fit to be sent to support."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import TYPE_CHECKING

import click

from tournee.cli.context import Desk, json_option
from tournee.cli.display import as_json as values
from tournee.cli.french import FrenchCommand
from tournee.cli.last_errors import recall
from tournee.cli.options.log_options import log_file
from tournee.errors import ConfigError, TourneeError

if TYPE_CHECKING:
    from pathlib import Path

    from tournee.app.diagnosis import Section
    from tournee.config import Config

_LOGGED = 20  # lines of a log file that are shown
_TAIL = 1 << 18  # bytes at its end that are looked through
_SERIOUS = (" WARNING ", " ERROR ", " CRITICAL ")


@click.command("diagnose", cls=FrenchCommand)
@json_option
@click.pass_context
def diagnose(context: click.Context, as_json: bool) -> None:
    """Montre comment va cette installation : versions, configuration, lecteur, routes, journal, dernières
    erreurs (et, avec --log-file FICHIER, celles qu’il a notées).

    Rien n’y nomme un patient, un professionnel ni un secret : vous pouvez l’envoyer à qui vous aide.
    """
    desk: Desk = context.obj
    found = list(_sections(desk, log_file(context)))
    if as_json:
        values.write({one.code: {fact.code: fact.value for fact in one.facts} for one in found})
        return
    for section in found:
        desk.console.print(section.title, style="bold")
        for fact in section.facts:
            desk.console.print(f"  {fact.what} : {_told(fact.value)}", soft_wrap=True)


def _sections(desk: Desk, log: Path | None) -> Iterator[Section]:
    from tournee.app import diagnosis

    yield diagnosis.installation()
    try:
        path = desk.path()
        config = desk.config()
    except ConfigError as error:
        yield diagnosis.failed("configuration", "Configuration", error)
    else:
        yield diagnosis.configuration(config)
        yield from diagnosis.routes(config, datetime.now(config.zone))
        yield _reader(desk, config)
        yield _journal(desk, config)
        yield diagnosis.failures([*recall(path), *_logged(log)])


def _reader(desk: Desk, config: Config) -> Section:
    from tournee.app import diagnosis

    if not config.reader.port:
        return diagnosis.Section("reader", "Lecteur", ())
    return diagnosis.reader(desk.connect)


def _journal(desk: Desk, config: Config) -> Section:
    from tournee.app import diagnosis

    if not config.journal.exists():  # none is made by asking
        return diagnosis.Section("journal", "Journal", ())
    try:
        with desk.office() as office:
            return diagnosis.journal(office)
    except TourneeError as error:
        return diagnosis.failed("journal", "Journal", error)


def _logged(log: Path | None) -> list[str]:
    """The last serious lines of a log file."""
    if log is None or not log.is_file():
        return []
    with log.open("rb") as file:
        file.seek(max(0, log.stat().st_size - _TAIL))
        lines = file.read().decode("utf-8", "replace").splitlines()
    return [line for line in lines if any(word in line for word in _SERIOUS)][-_LOGGED:]


def _told(value: str | int | bool | None) -> str:
    if value is None:
        return "—"
    return ("oui" if value else "non") if isinstance(value, bool) else str(value)
