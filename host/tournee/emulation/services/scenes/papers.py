"""Papers in a day: a European card and its care sheet, an AME; then both when they are over, refused."""

from __future__ import annotations

from datetime import timedelta

from tournee.app.visits.european import care_sheet, european_records
from tournee.app.visits.importing import import_day
from tournee.emulation.services.scenes.day import Stage
from tournee.french import euros

TITLE = "Des papiers : carte européenne, AME"
_HEAD = """[journee]
ps = "756000121"
profession = "IF"
date = {day}

[[visite]]
reference = "{reference}"
heure = "{hour:02}:30"
prescription = {{ date = {day}, prescripteur = "751000126", rpps = "10100001071" }}
actes = [{{ code = "AMI", coefficient = 1.0 }}]
"""
_CEAM = """[visite.ceam]
pays = "DE"
nom = "MÜLLER"
prenom = "JÜRGEN"
naissance = 1964-08-12
numero_personnel = "X000000027"
institution = "000000027"
sigle = "KK"
numero_carte = "80276 00001 00000 00027"
expiration = {end}
"""
_AME = """nir = "1590299351044"
cle = "43"
naissance = 1959-02-18
[visite.patient]
nom = "PEREIRA"
prenom = "ANTONIO"
regime = "01"
caisse = "041"
centre = "0000"
ame = {{ debut = {start}, fin = {end} }}
"""


def play(stage: Stage) -> tuple[list[str], list[str]]:
    """What was done, and what went wrong."""
    done, wrong = [], []
    with stage.office() as office:
        today = office.clock().date()
        past, later = today - timedelta(days=1), today + timedelta(days=200)

        def take(reference: str, hour: int, paper: str) -> str:
            head = _HEAD.format(day=today.isoformat(), reference=reference, hour=hour)
            taken = import_day(office, (head + paper).encode(), f"{reference}.toml")
            return " ".join(mistake.text for visit in taken.visits for mistake in visit.mistakes)

        take("ceam", 5, _CEAM.format(end=later.isoformat()))
        for record in european_records(office):
            sheet = care_sheet(record)
            done.append(
                f"carte européenne ({record.ceam.country}) : feuille de soins de {len(sheet)} octets, "
                f"{euros(record.total)} € payés par le patient, hors télétransmission"
            )
        aid = {"start": (today - timedelta(days=100)).isoformat()}
        if not take("ame", 6, _AME.format(end=later.isoformat(), **aid)):
            done.append("AME en cours : prise sans carte, payée en entier")
        wrong.append(f"carte européenne finie : {take('ceam-finie', 8, _CEAM.format(end=past.isoformat()))}")
        wrong.append(f"AME finie : {take('ame-finie', 7, _AME.format(end=past.isoformat(), **aid))}")
    return done, wrong
