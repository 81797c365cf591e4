"""Exit statuses of the command line: each class of error has one, fixed here and nowhere else."""

from __future__ import annotations

from tournee.errors import (
    AccountsError,
    BillingError,
    ConfigError,
    EmulationError,
    ExchangeError,
    OppositionError,
    ReaderError,
    ReturnsError,
    ServiceError,
    StoreError,
    TourneeError,
)

OK = 0
FAILED = 1
USAGE = 2
INTERRUPTED = 130
OF_ERROR: dict[type[TourneeError], int] = {
    ConfigError: 3,
    ReaderError: 4,
    BillingError: 5,
    ExchangeError: 6,
    ReturnsError: 7,
    StoreError: 8,
    EmulationError: 9,
    OppositionError: 10,
    AccountsError: 11,
    ServiceError: 12,
}
MEANINGS = {
    OK: "tout est fait",
    FAILED: "erreur imprévue",
    USAGE: "commande mal écrite",
    3: "configuration manquante ou fausse",
    4: "lecteur, liaison ou carte",
    5: "fichier du jour, acte ou facture refusés",
    6: "lot, fichier, message, scellement ou envoi",
    7: "retour illisible",
    8: "journal",
    9: "partie émulée",
    10: "carte ou liste d’opposition",
    11: "relevé de banque, ou comptes à exporter",
    12: "service à distance : non joint, refus, réponse inutilisable",
    INTERRUPTED: "interrompu au clavier",
}


def of(error: TourneeError) -> int:
    """The exit status for an error of ours."""
    for kind, status in OF_ERROR.items():
        if isinstance(error, kind):
            return status
    return FAILED
