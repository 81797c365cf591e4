"""`tournee config`, `tournee password`: what Tournée needs before the first day."""

from __future__ import annotations

import click

from tournee.cli.context import Desk
from tournee.cli.french import FrenchCommand


@click.command("config", cls=FrenchCommand)
def show_config() -> None:
    """Affiche un modèle commenté du fichier de configuration."""
    from tournee.config import model

    click.echo(model())


@click.command("password", cls=FrenchCommand)
@click.argument("account", metavar="UTILISATEUR@SERVEUR")
@click.pass_obj
def password(desk: Desk, account: str) -> None:
    """Demande le mot de passe d’un compte de messagerie et le garde dans le trousseau du système."""
    from tournee.config import keep_password
    from tournee.core_dumps import forbid_dumps

    forbid_dumps()
    keep_password(account, click.prompt("Mot de passe", hide_input=True, err=True))
    desk.console.print(f"Mot de passe de {account} gardé dans le trousseau.")
