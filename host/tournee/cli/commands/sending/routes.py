"""`tournee route …`: the routes there are, the one in force, and whether one is ready."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import Any

import click
from rich.table import Table

from tournee.app.context import Office, ReturnKey, open_office
from tournee.app.outbound import kept_lots, waiting_files
from tournee.app.route_trial import Finding, Standing, certificate_ends, try_practice, try_route
from tournee.cli.context import Desk, json_option
from tournee.cli.display import as_json as values
from tournee.cli.display.show import labelled
from tournee.cli.french import LazyGroup
from tournee.config import Config
from tournee.config.editing import choose_route
from tournee.errors import ConfigError, ExchangeError
from tournee.exchange.route import Route
from tournee.exchange.sealing.recipient import CertificateError
from tournee.store import LotState, SheetState

_MARKS = {
    Standing.OK: ("✓", "green"),
    Standing.WARNING: ("!", "yellow"),
    Standing.WRONG: ("✗", "red"),
    Standing.UNTRIED: ("–", "dim"),
}


@click.group(
    "route",
    cls=LazyGroup,
    commands_at="tournee.cli.commands",
    table={"add": ("sending.route_add:add", "Ajoute une route.")},
)
def route() -> None:
    """Les routes par lesquelles partent les fichiers : un OCT, ou les caisses elles-mêmes (mode direct).

    Une seule est en vigueur ; on en change à tout moment, sans rien perdre. Ce qui est déjà formé garde la
    sienne.
    """


@route.command("list", short_help="Les routes configurées.")
@json_option
@click.pass_obj
def list_routes(desk: Desk, as_json: bool) -> None:
    """Montre chaque route : mode, adresse, échéance de son certificat ; → devant celle en vigueur."""
    config = desk.config()
    now = datetime.now(config.zone)
    if as_json:
        routes = [_route(one, now) for one in config.routes.values()]
        values.write({"active": config.active, "routes": routes})
        return
    table = Table(title="Routes", title_style="bold")
    for heading in ("", "Route", "Mode", "Adresse", "Scellement", "Certificat jusqu’au"):
        table.add_column(heading)
    for name, one in config.routes.items():
        table.add_row(
            "→" if name == config.active else "",
            name,
            str(one.mode),
            f"{len(one.insurers)} destinataires" if one.is_direct else one.address,
            "EN CLAIR" if one.is_clear else str(one.sealing),
            _ends(one, now)[1],
            style="bold red" if one.is_clear else None,
        )
    desk.console.print(table)


@route.command("use", short_help="Met une route en vigueur.")
@click.argument("name", metavar="NOM")
@json_option
@click.pass_obj
def use(desk: Desk, name: str, as_json: bool) -> None:
    """Met la route NOM en vigueur, dans le fichier de configuration, sans toucher au reste.

    Les lots pas encore en fichier partiront par elle ; les fichiers déjà formés partent par la leur.
    """
    config = choose_route(desk.path(), name)
    pending: dict[str, int] = {}
    if config.journal.exists():
        with open_office(config) as office:
            pending = _pending(office)
    if as_json:
        values.write({"active": name, "pending": pending})
        return
    one = config.route
    whom = f"{len(one.insurers)} destinataires" if one.is_direct else one.address
    desk.console.print(f"Route en vigueur : {name} ({one.mode}, {whom}).")
    if one.is_clear:
        desk.console.print(labelled("Attention :", "cette route envoie EN CLAIR.", "bold red"))
    for label, count in (
        ("{} pièce(s) certifiée(s), pas encore en lot (tournee lot close).", pending.get("sheets")),
        ("{} lot(s) certifié(s) : ils partiront par cette route (tournee file make).", pending.get("lots")),
        ("{} fichier(s) déjà formé(s) : chacun part par la sienne (tournee send).", pending.get("files")),
        ("{} lot(s) de contrat 99 : ils attendent une route vers un OCT.", pending.get("kept")),
    ):
        if count:
            desk.console.print(label.format(count))


@route.command("test", short_help="Essaie une route sans rien envoyer.")
@click.argument("name", metavar="[NOM]", required=False)
@json_option
@click.pass_obj
def test(desk: Desk, name: str | None, as_json: bool) -> None:
    """Essaie la route NOM, ou celle en vigueur : adresses, certificats, mots de passe, serveur d’envoi, boîte
    des retours. N’envoie rien, ne relève rien. État de sortie 0 si tout va, 6 sinon.
    """
    config = desk.config()
    tried = _named(config, name or config.active)
    found: list[Finding] = []
    with desk.watcher(as_json) as watch:
        if not as_json:
            desk.console.print(f"Essai de la route {tried.name} ({tried.mode}) ; rien n’est envoyé.")
        for finding in _tries(config, tried):
            found.append(finding)
            watch.progress(f"essai de {tried.name}", len(found), 0)
            if not as_json:
                _show(desk, finding)
    wrong = [one for one in found if one.standing is Standing.WRONG]
    if as_json:
        values.write({"route": tried.name, "ready": not wrong, "findings": [_finding(one) for one in found]})
    elif not wrong:
        desk.console.print(f"La route {tried.name} est prête.")
    if wrong:
        raise ExchangeError(
            f"La route {tried.name} n’est pas prête : {len(wrong)} point(s) à corriger.",
            next_step="corrigez chaque ligne marquée ✗, puis recommencez l’essai",
        )


def _tries(config: Config, tried: Route) -> Iterator[Finding]:
    """What there is to try: the route, and the practice's server where all goes by it."""
    if config.joined is not None:
        from tournee.app.copies.joined import server_of

        yield from try_practice(server_of(config.joined))
    yield from try_route(tried, datetime.now(config.zone), ReturnKey.of(config))


def _named(config: Config, name: str) -> Route:
    if name not in config.routes:
        raise ConfigError(
            f"Il n’y a pas de route « {name} » dans la configuration.",
            cause=f"routes configurées : {', '.join(config.routes)}",
            next_step="choisissez l’une d’elles",
        )
    return config.routes[name]


def _pending(office: Office) -> dict[str, int]:
    """What waits: certified sheets, certified lots that the route takes or may not take, files framed."""
    sheets, kept = office.journal.invoices.count_sheets(SheetState.CERTIFIED), len(kept_lots(office))
    lots = len(office.journal.lots.ids(LotState.CERTIFIED)) - kept
    return {"sheets": sheets, "lots": lots, "kept": kept, "files": len(waiting_files(office))}


def _ends(one: Route, now: datetime) -> tuple[str | None, str]:
    """When the certificate ends, for programs and for the carer; None and why when it may not be used."""
    if one.is_clear:
        return None, "—"
    try:
        ends = certificate_ends(one, now)
    except CertificateError as error:
        return None, error.cause
    return ends.isoformat(), f"{ends:%d/%m/%Y}"


def _route(one: Route, now: datetime) -> dict[str, Any]:
    ends, told = _ends(one, now)
    return {
        "name": one.name,
        "mode": str(one.mode),
        "address": one.address or None,
        "insurers": len(one.insurers),
        "sealing": str(one.sealing),
        "certificate_ends": ends,
        "certificate_problem": None if ends or one.is_clear else told,
    }


def _finding(one: Finding) -> dict[str, str]:
    return {
        "code": one.code,
        "state": one.standing.value,
        "what": one.what,
        "detail": one.detail,
        "next_step": one.next_step,
    }


def _show(desk: Desk, one: Finding) -> None:
    mark, style = _MARKS[one.standing]
    desk.console.print(labelled(mark, f"{one.what} : {one.detail}", style), soft_wrap=True)
    if one.next_step:
        how = "" if not one.code.endswith("-password") else " (tournee password UTILISATEUR@SERVEUR)"
        desk.console.print(f"    À faire : {one.next_step}{how}", soft_wrap=True)
