"""`tournee serve`: what `tournee.api` does, over HTTP, for programs in any language."""

from __future__ import annotations

import json

import click

from tournee.cli.context import Desk, json_option
from tournee.cli.french import FrenchCommand
from tournee.cli.signals import end_as_interrupted


@click.command("serve", cls=FrenchCommand, short_help="Sert l’interface HTTP des éditeurs.")
@click.option("--port", type=click.IntRange(0, 65535), default=None, help="Au lieu du port configuré.")
@click.option(
    "--openapi",
    "describe",
    is_flag=True,
    help="Écrit la description OpenAPI 3.1, sans servir.",
)
@json_option
@click.pass_obj
def serve_http(desk: Desk, port: int | None, describe: bool, as_json: bool) -> None:
    """Sert l’interface des éditeurs par HTTP, jusqu’à Ctrl-C : sur cette machine avec le jeton d’un fichier,
    ou, d’après la table [http] de la configuration, par TLS avec les jetons d’un émetteur (OAuth 2.0).
    """
    import fastapi  # noqa: F401 (its absence is told in one line)

    if describe:
        from tournee.http.application import description

        click.echo(json.dumps(description(), ensure_ascii=False, indent=1))
        return
    from dataclasses import replace

    from tournee.api import open_practice
    from tournee.config import load_config
    from tournee.http.serving import serve, token_file

    path = desk.path()
    choice = load_config(path, own_mail=True).http
    if port is not None:
        choice = replace(choice, port=port)
    home = path.resolve().parent
    token = None if choice.issuer else str(token_file(home))

    def started(opened: int) -> None:
        line = "https" if choice.certificate else "http"
        host = f"[{choice.address}]" if ":" in choice.address else choice.address
        url = f"{line}://{host}:{opened}"
        if as_json:
            click.echo(json.dumps({"url": url, "port": opened, "token_file": token}))
            return
        desk.console.print(f"L’interface HTTP répond : {url}/v1 ; à essayer : {url}/docs", soft_wrap=True)
        desk.console.print("Simulation, profil open-1 : ne facture personne.")
        if token:
            desk.console.print(f"Son jeton est dans {token}", soft_wrap=True)
        else:
            desk.console.print(f"Jetons de {choice.issuer}", soft_wrap=True)

    end_as_interrupted()
    with open_practice(path) as practice:
        serve(practice, choice, home, started)
