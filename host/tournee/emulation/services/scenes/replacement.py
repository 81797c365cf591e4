"""A replacement in a day: a contract, a visit billed with her card, its statement; a day too early."""

from __future__ import annotations

from datetime import timedelta

from tournee.app.cards import read_ps, unlock
from tournee.app.certify import certify_visit, pending_visits
from tournee.app.certifying.replacing import OtherCarerError
from tournee.app.replacements.contracts import add_contract
from tournee.app.replacements.papers import owed_said
from tournee.app.replacements.statements import sign_statement, statements
from tournee.app.visits.importing import import_day
from tournee.billing.replacement import ReplacementSession
from tournee.emulation.cards.content import TEST_PIN
from tournee.emulation.services.scenes.day import Stage
from tournee.french import euros
from tournee.practice.replacement_contract import FixedCost, ReplacementContract

TITLE = "Un remplacement et sa rétrocession"
_NIR = "1520375999005"  # nobody's, and no other scene's
_VISIT = """[journee]
ps = "756000121"
profession = "IF"
date = {day}

[[visite]]
nir = "1520375999005"
cle = "79"
naissance = 1952-03-14
reference = "remplacement {day}"
heure = "04:00"
tiers_payant = "amo"
prescription = {{ date = {day}, prescripteur = "751000126", rpps = "10100001071" }}
actes = [{{ code = "AMI", coefficient = 1.0 }}]
[visite.patient]
mode = "dégradé"
motif = "carte oubliée"
nom = "DURAND"
prenom = "PAUL"
regime = "01"
caisse = "041"
centre = "0000"
"""


def play(stage: Stage) -> tuple[list[str], list[str]]:
    """What was done, and what went wrong."""
    done, wrong = [], []
    stage.insert("ps", "remplacante")
    with stage.office() as office, stage.reader(office) as reader:
        today = office.clock().date()
        for day in (today, today - timedelta(days=1)):
            import_day(office, _VISIT.format(day=day.isoformat()).encode(), f"remplacement-{day}.toml")
        contract = add_contract(
            office,
            ReplacementContract(
                *("756000121", "Claire LEFEBVRE", "10100000040", "Inès FAURE"),
                sessions=(ReplacementSession(today, today + timedelta(days=6)),),
                care=8_000,
                travel=10_000,
                basis="facturé",
                costs=(FixedCost("voiture", 100, "jour"),),
            ),
        )
        ps = read_ps(reader)
        unlock(reader, TEST_PIN.decode)
        for row, visit in pending_visits(office, ps):
            if visit.nir != _NIR:
                continue
            try:
                invoice = certify_visit(office, reader, ps, None, row, visit)
                done.append(f"facture {invoice.number} : {contract.told.who}, avec sa carte")
            except OtherCarerError as error:
                wrong.append(f"hors de la session : {error.message}")
        told = sign_statement(office, contract, statements(office, contract)[0].number)
        done.append(
            f"relevé {told.number} signé : facturé {euros(told.billed.cents)} €, encaissé "
            f"{euros(told.came.cents)} €, {owed_said(told)} {euros(abs(told.due))} €"
        )
    return done, wrong
