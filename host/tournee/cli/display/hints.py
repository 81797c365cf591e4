"""How the next step of an error or of an alert is done at the command line: nothing below names a command."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tournee.errors import TourneeError

if TYPE_CHECKING:
    from tournee.app.alerts import Alert

OF_REMEDY = {
    "droits": "tournee droits choisir PATIENT --carte, ou --service",
    "accept-journal": "tournee journal accept",
    "add-route": "tournee route add",
    "alerts": "tournee alerts",
    "add-recipient": "tournee recipient add NUMÉRO",
    "desynchronise": "tournee certify --desynchronise ; puis tournee countersign",
    "situation": "--situation NUMÉRO",
    "degrade-amc": "tournee visit degrade VISITE --amc NUMÉRO",
    "degrade": "tournee visit degrade VISITE --nom … --prenom … --naissance … --caisse 01-751-0000",
    "cancel-payment": "tournee account cancel PAIEMENT --reason …",
    "as-is": "tournee invoice correct … --telle-quelle",
    "correct": "tournee invoice correct FACTURE … ; tournee lot dissolve LOT",
    "dissolve-lot": "tournee lot dissolve LOT --reason …",
    "leave-correction": "tournee invoice correct FACTURE --laisser",
    "reopen": "tournee day reopen VISITE --reason …",
    "say-passage": "--passage N, ou --toml FICHIER",
    "twin": "--heure 18:00, ou --jumelle",
    "configuration": "tournee --config FICHIER … ; modèle : tournee config",
    "fetch": "tournee fetch",
    "load-recent": "tournee opposition load --since NUMÉRO",
    "pay-credit": "tournee account pay … --credit",
    "close-shift": "tournee shift close",
    "migrate-tables": "tournee store migrate ADRESSE --role COMPTE",
    "open-shift": "tournee shift open",
    "pair-reader": "tournee reader pair",
    "remake-lot": "tournee lot remake LOT --invoice FACTURE, ou --all",
    "restore-replace": "tournee restore FICHIER --replace ; ou --config AUTRE/tournee.toml",
    "request-list": "tournee opposition request",
    "request-list-for": "tournee opposition request --ps NUMÉRO",
    "request-whole-list": "tournee opposition request --whole",
    "say-whose": "--ps NUMÉRO",
    "same-picture": "--aussi-ici",
    "send-again": "tournee send --again FICHIER",
    "send-accepted": "tournee send --again FICHIER --deja-accepte",
}
"""Commands by `TourneeError.remedy`."""

OF_ALERT = {
    "journal_altered": "tournee journal check ; tournee journal accept",
    "other_numbers": "tournee fetch ; tournee journal accept",
    "taken_elsewhere": "tournee file remake {file}",
    "no_arl": "tournee fetch ; tournee send --again {file}",
    "not_sent": "tournee send",
    "in_no_file": "tournee lot close ; tournee file make ; tournee send",
    "uncertain": "tournee fetch ; tournee send --again {file}",
    "to_countersign": "tournee countersign",
    "unfinished": "tournee fetch ; tournee send --again {file}",
    "undelivered": "tournee send --again {file}",
    "refused": "tournee lot remake {lot} ; une DRE : tournee invoice dre FACTURE",
    "billed_twice": "tournee invoice cancelled FACTURE --reason …",
    "to_rectify": "tournee invoice cancelled FACTURE --reason … ; tournee invoice correct FACTURE",
    "payment_refused": "tournee invoice correct FACTURE … ; ou tournee invoice write-off FACTURE",
    "payment_deferred": "",
    "partly_paid": "tournee invoice write-off FACTURE",
    "contradicted": "tournee return seen RETOUR",
    "unbalanced": "tournee return seen RETOUR",
    "unmatched": "tournee return seen RETOUR",
    "other_station": "tournee return seen --poste {station} --reason …",
    "unsound": "tournee return seen RETOUR",
    "odd": "tournee return seen RETOUR",
    "other_insured": "tournee return accept RETOUR",
    "quarantined": "tournee fetch --again",
    "backup_due": "tournee backup FICHIER",
    "certificate_ending": "tournee route list",
    "list_ageing": "tournee opposition request",
    "card_to_update": "tournee droits montrer PATIENT",
    "service_waiting": "tournee fetch",
    "insurer_directory": "tournee amc annuaire prendre FICHIER SIGNATURE",
    "engagement_ending": "tournee send",
    "copy_behind": "tournee practice copy",
    "copy_stopped": "tournee practice show",
    "piece_missing": "tournee piece add PHOTO --facture {invoice}{nature} ; tournee send",
    "piece_refused": "tournee piece add PHOTO --facture {invoice}{nature} ; tournee send",
    "prescription_ending": "tournee ordonnance renew ORDONNANCE",
}
"""Commands by the kind of an alert."""

_OF_NATURE = {"F": " --nature feuille", "D": " --nature accord"}


def command_for(error: TourneeError) -> str:
    """The command that does the next step of an error, "" where there is none of its own."""
    return OF_REMEDY.get(error.remedy, "")


def command_after(alert: Alert) -> str:
    """The command that does the next step of an alert."""
    return OF_ALERT[alert.kind.value].format(
        lot=alert.lot,
        file=alert.file,
        station=alert.station,
        invoice=next(iter(alert.invoices), "FACTURE"),
        nature=_OF_NATURE.get(alert.also, ""),
    )
