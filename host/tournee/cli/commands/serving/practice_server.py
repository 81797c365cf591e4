"""`tournee serve-practice`: a practice's server, and who may ask it."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from tournee.cli.context import Desk, json_option
from tournee.cli.display import as_json as values
from tournee.cli.french import FrenchGroup
from tournee.errors import ConfigError

if TYPE_CHECKING:
    from tournee.config import Config
    from tournee.server.devices import EnrolledDevice
    from tournee.server.records import ServerRecords


@click.group("serve-practice", cls=FrenchGroup, invoke_without_command=True)
@click.option(
    "--site",
    "folder",
    metavar="DOSSIER",
    type=click.Path(path_type=Path, file_okay=False),
    help="Sert aussi la page des tablettes, de ce dossier.",
)
@json_option
@click.pass_context
def serve_practice(context: click.Context, folder: Path | None, as_json: bool) -> None:
    """Sert un cabinet : prend ce que les tablettes ont scellé et l’envoie par messagerie, rend les retours,
    garde les copies chiffrées des journaux, donne les numéros. Sans sous-commande : jusqu’à Ctrl-C.

    La configuration est celle d’un hôte, routes et messagerie, avec une table [serveur].
    """
    if context.invoked_subcommand is not None:
        return
    import starlette  # noqa: F401 (its absence is told in one line)

    from tournee.server.practice import ServedPractice
    from tournee.server.serving import certificate_of, serve
    from tournee.server.site import TabletSite

    desk: Desk = context.obj
    config = desk.config()
    site = TabletSite(folder) if folder is not None else None
    practice = ServedPractice(config, lambda: datetime.now(UTC))
    told = {"url": config.served.url, "fingerprint": _fingerprint(certificate_of(config)[0])}

    def started(port: int) -> None:
        if as_json:
            click.echo(json.dumps(told | {"port": port}))
            return
        desk.console.print(
            f"Serveur du cabinet « {config.served.name} » : {told['url']}, port {port} ouvert."
        )
        if site is not None:
            desk.console.print(f"La page des tablettes est à la même adresse : {told['url']}")
        desk.console.print(f"Empreinte de son certificat : {told['fingerprint']}")
        desk.console.print("Pour admettre une tablette : tournee serve-practice enrol")

    serve(config, practice, started, site)


@serve_practice.command("enrol", short_help="Donne le QR code qui admet une tablette, une fois.")
@click.option(
    "--replaces", metavar="APPAREIL", default="", help="L’appareil perdu dont elle reprend le journal."
)
@click.option(
    "--svg",
    metavar="FICHIER",
    type=click.Path(path_type=Path, dir_okay=False),
    help="Écrit le QR code dans ce fichier SVG.",
)
@json_option
@click.pass_obj
def enrol(desk: Desk, replaces: str, svg: Path | None, as_json: bool) -> None:
    """Donne un code valable un quart d’heure et pour un seul appareil : à scanner, ou à copier dans
    « tournee practice join ».
    """
    from tournee.exchange.practice_server.protocol import JoiningLink
    from tournee.server.devices import CODE_TIME
    from tournee.server.serving import certificate_of

    config = desk.config()
    served = config.served
    with _records(config) as records:
        code = _devices(records).new_code(replaces)
    link = JoiningLink(served.url, code, _fingerprint(certificate_of(config)[0]) if served.is_pinned else "")
    minutes = int(CODE_TIME.total_seconds() // 60)
    picture = _qr(str(link))
    if svg is not None:
        _write_svg(picture, svg)
    if as_json:
        values.write({"link": str(link), "minutes": minutes, "svg": str(svg) if svg else None})
        return
    desk.console.print("À scanner avec la tablette :")
    picture.terminal(compact=True)
    desk.console.print(str(link), soft_wrap=True)
    desk.console.print(f"Valable {minutes} minutes, pour un appareil.")


@serve_practice.command("devices", short_help="Les appareils admis.")
@json_option
@click.pass_obj
def devices(desk: Desk, as_json: bool) -> None:
    """Les appareils admis, quand chacun a été vu, et ceux qui ne le sont plus."""
    with _records(desk.config()) as records:
        found = _devices(records).all()
    if as_json:
        values.write({"devices": [_told(one) for one in found]})
        return
    for one in found:
        desk.console.print(f"{one.id}  {one.name}, admis le {one.enrolled[:10]}, {_state(one)}")
    if not found:
        desk.console.print("Aucun appareil : tournee serve-practice enrol.")


@serve_practice.command("revoke", short_help="N’admet plus un appareil.")
@click.argument("device", metavar="APPAREIL")
@json_option
@click.pass_obj
def revoke(desk: Desk, device: str, as_json: bool) -> None:
    """N’admet plus APPAREIL (identifiant ou nom) : sa clé ne vaut plus rien, dès maintenant."""
    with _records(desk.config()) as records:
        gone = _devices(records).revoke(device)
    if as_json:
        values.write(_told(gone))
    else:
        desk.console.print(f"{gone.name} n’est plus admis.")


@serve_practice.command("status", short_help="Comment va le serveur.")
@json_option
@click.pass_obj
def status(desk: Desk, as_json: bool) -> None:
    """Comment va le serveur : messages en attente, boîtes, appareils, copies. Aucun nom de patient."""
    from tournee.server.status import status_of

    config = desk.config()
    with _records(config) as records:
        told = status_of(config, records)
    if as_json:
        values.write(told)
        return
    counts: dict[str, int] = told["messages"]
    words = {"kept": "en attente", "leaving": "en cours", "sent": "envoyés"}
    words |= {"refused": "refusés", "uncertain": "incertains"}
    desk.console.print(
        "Messages : " + (", ".join(f"{n} {words[one]}" for one, n in counts.items()) or "aucun")
    )
    for one in told["waiting"]:
        desk.console.print(
            f"  message {one['id']} : essai {one['tries']}, prochain {one['next']} ; {one['why']}"
        )
    for one in told["devices"]:
        desk.console.print(
            f"{one['name']} : poste {one['station']}, vu {one['seen'] or 'jamais'},"
            f" {one['letters']} retour(s) à prendre" + ("" if one["admitted"] else ", n’est plus admis")
        )
    for one in told["journals"]:
        desk.console.print(f"Copie de {one['device']} : {one['at'] or 'aucune'}, époque {one['epoch']}")


@contextmanager
def _records(config: Config) -> Iterator[ServerRecords]:
    from tournee.server.records import ServerRecords

    records = ServerRecords(config.served.folder, lambda: datetime.now(UTC), serving=False)
    try:
        yield records
    finally:
        records.close()


def _devices(records: ServerRecords) -> Any:
    from tournee.server.devices import Devices

    return Devices(records)


def _fingerprint(certificate: Path) -> str:
    from tournee.server.own_certificate import fingerprint

    return fingerprint(certificate)


def _qr(text: str) -> Any:
    import segno

    return segno.make(text, error="m", micro=False)


def _write_svg(picture: Any, path: Path) -> None:
    try:
        picture.save(str(path), kind="svg", scale=6, border=4)
    except OSError as error:
        from tournee.french import reason

        raise ConfigError(f"{path} n’a pas pu être écrit.", cause=reason(error)) from error


def _told(one: EnrolledDevice) -> dict[str, Any]:
    return {
        "id": one.id,
        "name": one.name,
        "enrolled": one.enrolled,
        "seen": one.seen or None,
        "admitted": one.is_admitted,
        "superseded": bool(one.superseded),
    }


def _state(one: EnrolledDevice) -> str:
    if one.revoked:
        return "révoqué"
    if one.superseded:
        return "remplacé"
    return f"vu le {one.seen[:10]}" if one.seen else "jamais vu"
