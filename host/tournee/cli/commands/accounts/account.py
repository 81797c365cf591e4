"""`tournee account …`: the group; each of its commands is loaded when it is run."""

from __future__ import annotations

import click

from tournee.cli.french import LazyGroup

COMMANDS = {
    "show": ("payments:show", "Le compte d’un patient, d’une visite ou d’une facture."),
    "pay": ("payments:pay", "Note ce que le patient a payé."),
    "refund": ("payments:refund", "Note ce que vous avez rendu au patient."),
    "cancel": ("payments:cancel", "Reprend un paiement noté par erreur, par une contre-écriture."),
    "give-up": ("payments:give_up", "Renonce à ce qu’un patient doit."),
    "receipt": ("papers:receipt", "Le reçu d’un paiement, et son duplicata (PDF)."),
    "statement": ("papers:statement", "Le relevé d’un patient (PDF)."),
    "unpaid": ("papers:unpaid", "Ce qui est encore dû, par débiteur et par âge."),
    "remind": ("papers:remind", "Les relances, en texte."),
    "export": ("exports:export", "Les comptes pour le comptable : CSV, FEC."),
    "bank": ("bank:bank", "Le rapprochement avec la banque."),
    "sheet": ("papers:sheet", "La feuille de soins d’une facture sans carte Vitale (PDF)."),
}
"""Each command: where it is beside this module, and what the help says of it."""


@click.group("account", cls=LazyGroup, commands_at="tournee.cli.commands.accounts", table=COMMANDS)
def account() -> None:
    """Les comptes : la part du patient et ses paiements, reçus et relevés, impayés et relances, exports pour
    le comptable, rapprochement avec la banque.
    """
