"""`tournee-maker conform`: checks a reader, says what it saw, and keeps a signed record of it."""

from __future__ import annotations

import hashlib
from datetime import UTC, datetime
from itertools import chain
from pathlib import Path

import click

from tournee.boards import image as images
from tournee.cli.french import FrenchCommand
from tournee.errors import ConfigError
from tournee.files import write_whole
from tournee.french import reason
from tournee.maker import conformance
from tournee.maker.card_checks import CardChecks, CheckResult
from tournee.maker.images import image_in, password_asked
from tournee.maker.proof import record as records
from tournee.maker.proof.paper_record import record_pdf
from tournee.maker.shipping.options import check_written, port_option, screen, secret_given
from tournee.reader.maker import MakerReader

_FILE = click.Path(path_type=Path, exists=True, dir_okay=False)


@click.command("conform", cls=FrenchCommand, short_help="Contrôle un lecteur et en fait le rapport.")
@port_option
@click.option(
    "--json", "report", type=click.Path(path_type=Path), help="Écrit là le rapport en JSON, non signé."
)
@click.option(
    "--record", "folder", type=click.Path(path_type=Path), help="Dossier du rapport signé, JSON et PDF."
)
@click.option(
    "--sign-key", metavar="CLÉ", help="Clé RSA-2048 qui signe le rapport : PEM, ou adresse pkcs11:…"
)
@click.option("--password-file", type=_FILE, help="Son mot de passe, ou le code du module ; sinon demandé.")
@click.option("--image", type=_FILE, help="Image que le lecteur doit avoir : comparée à la sienne.")
@click.option("--runtime", type=_FILE, help="MicroPython qui y a été mis : son empreinte entre au rapport.")
@click.option("--test-cards", "code", metavar="CODE", help="Certifie avec les cartes infirmiere et moreau.")
@click.pass_context
def conform(
    context: click.Context,
    port: str,
    report: Path | None,
    folder: Path | None,
    sign_key: str | None,
    password_file: Path | None,
    image: Path | None,
    runtime: Path | None,
    code: str | None,
) -> None:
    """Éprouve un lecteur, émulé ou réel : liaison, messages, canal protégé, cartes, mémoire.

    État 0 s’il est conforme, sinon celui du premier genre en défaut : 21 liaison, 22 messages, 23 canal
    protégé, 24 cartes, 25 état du lecteur. Un lecteur mis en service ne parle qu’avec le code de son
    étiquette : tournee-maker --secret-file FICHIER conform … éprouve alors aussi le canal protégé. Rien n’est
    changé dans le lecteur.
    """
    if (folder is None) != (sign_key is None):
        raise click.UsageError("--record et --sign-key vont ensemble : un rapport gardé est signé.")
    check_written(folder=folder, file=report)
    signer = images.signer(sign_key, password_asked(password_file)) if sign_key else None
    files = {name: records.given(path) for name, path in (("image", image), ("runtime", runtime)) if path}
    wanted = image_in(image) if image else None
    secret = secret_given()
    findings: list[CheckResult] = []
    for finding in chain(conformance.check(port, secret), CardChecks(port, code, secret) if code else ()):
        _tell(finding)
        findings.append(finding)
    with MakerReader.open(port, secret) as reader:
        told = records.asked(reader)
    if wanted:
        findings.append(records.of_the_image(told, wanted))
        _tell(findings[-1])
    screen().print(f"{sum(one.good for one in findings)} points sur {len(findings)}")
    made = records.record(told, findings, files, datetime.now(UTC), signer)
    data = records.to_json(made)
    if report is not None:
        try:
            write_whole(report, data, 0o644)
        except OSError as error:
            raise ConfigError(f"{report} ne s’écrit pas.", cause=reason(error)) from error
    if folder is not None and signer is not None:
        folder.mkdir(parents=True, exist_ok=True)
        paper = record_pdf(made, hashlib.sha256(data).hexdigest())
        for kind, content in (("json", data), ("pdf", paper)):
            for path in records.write_signed(folder / f"{_name(made)}.{kind}", content, signer):
                screen().print(f"Rapport : {path}")
    context.exit(made["status"])


def _tell(one: CheckResult) -> None:
    screen().print(f"{'ok   ' if one.good else 'FAUX '} {one.name} : {one.seen} ({one.took_ms} ms)")


def _name(made: dict[str, object]) -> str:
    """Serial number, or the board's name, and the moment: no record takes another's place."""
    reader = made["reader"]
    assert isinstance(reader, dict)
    moment = str(made["date"]).replace("-", "").replace(":", "").replace("+0000", "Z")
    who = str(reader["serial"] or reader["board"])
    return "".join(one if one.isalnum() or one == "-" else "_" for one in f"{who}-{moment}")
