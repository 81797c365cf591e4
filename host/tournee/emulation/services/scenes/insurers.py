"""Insurers on line in a day: rights asked, an invoice engaged; then off line, and an answer that lies."""

from __future__ import annotations

import json

from tournee.app.cards import read_ps, unlock
from tournee.app.certify import certify_visit, pending_visits, visits_for
from tournee.app.services.insurers.engaging import said_of_visit
from tournee.app.services.insurers.listed import held_directory
from tournee.app.services.insurers.rights import ask_rights
from tournee.app.visits.importing import import_day
from tournee.emulation.cards.content import TEST_PIN
from tournee.emulation.services.scenes.day import Stage
from tournee.emulation.services.standing import Trouble
from tournee.services.insurers.messages import InsuredAsked

TITLE = "Les mutuelles en ligne : droits, part promise, annuaire"
_INSURER = "0099900009"
_VISIT = """[journee]
ps = "756000121"
profession = "IF"
date = {day}

[[visite]]
nir = "2560699999024"
cle = "87"
naissance = 1956-06-12
reference = "{member}"
heure = "{hour:02}:00"
tiers_payant = "total"
amc = {{ numero = "0099900009", adherent = "{member}" }}
prescription = {{ date = {day}, prescripteur = "751000126", rpps = "10100001071" }}
actes = [{{ code = "AMI", coefficient = 1.0 }}]
[visite.patient]
mode = "dégradé"
motif = "carte oubliée"
nom = "LAMBERT"
prenom = "YVONNE"
regime = "01"
caisse = "041"
centre = "0000"
"""
_LIE = {
    "lignes": [{"rang": 1, "part_amc": 99_999, "motif": "TM"}],
    "total_amc": 99_999,
    "engagement": "E1",
}


def play(stage: Stage) -> tuple[list[str], list[str]]:
    """What was done, and what went wrong."""
    done, wrong = [], []
    service = stage.services["amc"]
    stage.insert("ps", "infirmiere")
    with stage.office() as office, stage.reader(office) as reader:
        today = office.clock().date()
        directory = held_directory(office)
        if directory is not None:
            done.append(f"{directory.said(today)}, signature vérifiée")
        who = InsuredAsked(_INSURER, "ADH1", "2560699999024", "19560612", "1", today)
        done.append(ask_rights(office, who).said())
        ps = read_ps(reader)
        unlock(reader, TEST_PIN.decode)

        def billed(member: str, hour: int) -> str:
            data = _VISIT.format(day=today.isoformat(), member=member, hour=hour).encode()
            import_day(office, data, f"{member}.toml")
            for row, visit in visits_for(pending_visits(office, ps), None):
                if visit.visit.amc is not None and visit.visit.amc.member == member:
                    invoice = certify_visit(office, reader, ps, None, row, visit)
                    return f"facture {invoice.number} : {said_of_visit(office, row.id)}"
            return ""

        done.append(billed("ADH1", 1))
        service.trouble = Trouble(hangs_up=True)
        wrong.append(billed("ADH2", 2))
        lie = _LIE | {"expire": today.isoformat()}
        service.trouble = Trouble(body=json.dumps(lie).encode())
        wrong.append(billed("ADH3", 3))
        service.trouble = Trouble()
    return done, wrong
