"""The `tournee` command: what a carer, or who tries it, types. Help in French, `--json` for programs.

A command's module is loaded when the command is run: this one, and what it imports, is paid by all of them.
"""

from __future__ import annotations

import gc
import sys
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

import click

from tournee import __version__
from tournee.cli import status, streams
from tournee.cli.french import LazyGroup
from tournee.core_dumps import forbid_core_files
from tournee.errors import TourneeError

if TYPE_CHECKING:
    from tournee.reader.transports.bluetooth import Radio

_GARBAGE_AT = 200_000
"""Objects made before cycles among them are looked for: a command ends soon, and ten thousand rows are none.
Python's own 700 costs a long list a fifth of its time.
"""

_STATUSES = "\n".join(f"  {code:<5}{meaning}" for code, meaning in status.MEANINGS.items())

COMMANDS = {
    "demo": ("demo:demo", "Toute la chaîne, sur un lecteur émulé."),
    "reader": ("reader.readers:reader", "Le lecteur : jumelage, identité, date, émulation."),
    "shift": ("reader.shift:shift", "La vacation : le code porteur donné une fois."),
    "cards": ("reader.readers:cards", "Lit les cartes insérées."),
    "day": ("days:day", "Les journées à facturer."),
    "ceam": ("services.european:ceam", "Les visites sur carte européenne (CEAM) et leur feuille de soins."),
    "patient": ("practice.files:patient", "Les dossiers des patients."),
    "ordonnance": ("practice.prescriptions:prescription", "Les ordonnances, et où en est chacune."),
    "prescripteur": ("practice.prescribers:prescriber", "Qui prescrit, et comment les joindre."),
    "mutuelle": ("practice.insurers:insurer", "Les mutuelles, et comment le tiers payant s’y facture."),
    "droits": ("services.droits:rights", "Les droits en ligne : demandés, montrés, choisis (simulation)."),
    "plan": ("practice.plans:plan", "Les soins planifiés."),
    "round": ("practice.rounds:rounds", "Les tournées : les visites prévues d’un jour."),
    "apcv": ("services.apcv:apcv", "Le téléphone d’un patient, en place de sa carte Vitale."),
    "attestation": ("services.attestations:attestation", "Les droits recopiés d’un papier, l’AME."),
    "amc": ("services.insurers:insurers", "Les mutuelles en ligne : droits, engagements, annuaire."),
    "remplacement": ("services.replacements:replacement", "Les remplacements et la rétrocession."),
    "piece": ("services.pieces:piece", "Les pièces qui prouvent les factures (SCOR)."),
    "acts": ("nomenclature.acts:acts", "Les actes et leurs tarifs, par des mots ou un code."),
    "nomenclature": ("nomenclature.tables:nomenclature", "Les tables des actes et des tarifs."),
    "visit": ("visits:visit", "Ce que valent les visites ; une visite sans sa carte."),
    "certify": ("care:certify", "Facture et certifie les visites possibles."),
    "countersign": ("care:countersign", "Signe ce qu’une carte Vitale a scellé sans votre CPS."),
    "lot": ("care:lot", "Les lots."),
    "file": ("sending.exchange:file", "Les fichiers à envoyer."),
    "send": ("sending.exchange:send_files", "Scelle et envoie les fichiers."),
    "fetch": ("sending.exchange:fetch", "Relève et traite les retours."),
    "status": ("journal:show_status", "Où en est chaque facture."),
    "alerts": ("journal:show_alerts", "Ce qui demande votre attention."),
    "trace": ("journal:show_trace", "Le chemin d’une facture ou d’un message."),
    "journal": ("journal:journal", "Le fichier du journal."),
    "store": ("store:store", "La base PostgreSQL d’un hébergeur de cabinets."),
    "web": ("web:web", "La page de la tournée, dans le navigateur de cette machine."),
    "backup": ("backup:backup", "Sauvegarde tout le cabinet dans un fichier scellé."),
    "restore": ("backup:restore", "Remet une sauvegarde en place, ici ou sur un autre appareil."),
    "practice": ("serving.practice_joined:practice", "Le serveur du cabinet : relier, copier, reprendre."),
    "cabi": ("serving.c_library:c_library", "La bibliothèque C des fonctions SSV, pour d’autres langages."),
    "serve": ("serving.serve:serve_http", "Sert l’interface HTTP des éditeurs."),
    "serve-practice": ("serving.practice_server:serve_practice", "Sert un cabinet à ses tablettes."),
    "return": ("returns:returned", "Les retours reçus."),
    "invoice": ("invoices:invoice", "Les factures parties, à corriger ou qui ne seront pas payées."),
    "account": ("accounts.account:account", "Les comptes : paiements, reçus, impayés, comptable, banque."),
    "opposition": ("opposition:opposition", "La liste des cartes Vitale en opposition."),
    "recipient": ("sending.recipients:recipient", "Les caisses et organismes que l’on peut facturer."),
    "route": ("sending.routes:route", "Les routes : OCT, ou caisses en direct."),
    "config": ("settings:show_config", "Affiche un modèle de configuration."),
    "diagnose": ("diagnose:diagnose", "Comment va cette installation, pour qui vous aide."),
    "password": ("settings:password", "Garde un mot de passe de messagerie."),
}
"""Each command: where it is under `tournee.cli.commands`, and what the help says of it."""


class _Tournee(LazyGroup):
    """The command itself: it remembers what failed, for `tournee diagnose`."""

    def failed(self, ctx: click.Context, error: Exception) -> None:
        """Log the error, and keep it beside the configuration."""
        super().failed(ctx, error)
        from tournee.cli.last_errors import remember

        with suppress(TourneeError):  # no configuration: nowhere to keep it
            remember(ctx.obj.path(), str(ctx.invoked_subcommand), error)


@click.group(
    cls=_Tournee,
    commands_at="tournee.cli.commands",
    table=COMMANDS,
    context_settings={"help_option_names": ["--help", "-h"], "max_content_width": 100},
    help=f"""Facturation SESAM-Vitale d’un soignant en tournée.

    \b
    États de sortie :
    {_STATUSES.replace(chr(10), chr(10) + "    ")}

    \b
    Pour que le shell complète vos commandes (bash ; ou zsh_source, fish_source) :
      eval "$(_TOURNEE_COMPLETE=bash_source tournee)"
    """,
)
@click.option(
    "--config",
    type=click.Path(path_type=Path, dir_okay=False),
    envvar="TOURNEE_CONFIG",
    help="Fichier de configuration (par défaut : tournee.toml ici, sinon celui du compte).",
)
@click.version_option(
    __version__,
    prog_name="tournee",
    message="%(prog)s %(version)s, profil open-1, version 2",
    help="Affiche la version.",
)
@click.pass_context
def tournee(context: click.Context, config: Path | None) -> None:
    """Gather what every command needs."""
    from tournee.cli.context import Desk

    context.obj = Desk(config, context.obj)


def main(arguments: list[str] | None = None, radio: Radio | None = None) -> None:
    """Run the command line; every error ends in a message in French and an exit status of its own.

    `radio` is what Bluetooth runs on, the platform's own unless handed in.
    """
    gc.set_threshold(_GARBAGE_AT)
    forbid_core_files()
    streams.fit()
    try:
        left = tournee.main(args=arguments, standalone_mode=False, obj=radio)
        if sys.stdout is not None:
            sys.stdout.flush()
    except BrokenPipeError:
        streams.drop(sys.stdout)
        sys.exit(status.FAILED)
    except (Exception, KeyboardInterrupt) as error:
        from tournee.cli.failures import tell

        sys.exit(tell(error, "tournee"))
    if left:  # Click gives the code of an Exit back
        sys.exit(left)
