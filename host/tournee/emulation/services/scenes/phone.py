"""The phone's card in a day: a code read, a visit sealed; the same code shown again is refused."""

from __future__ import annotations

from tournee.app.cards import read_ps, unlock
from tournee.app.certify import certify_visit, pending_visits, visits_for
from tournee.app.services.phone_card.asking import asserted_by
from tournee.app.services.phone_card.reading import code_in_picture, read_phone
from tournee.app.visits.importing import import_day
from tournee.emulation.cards.content import TEST_PIN
from tournee.emulation.services.phone import phone_in
from tournee.emulation.services.scenes.day import Stage
from tournee.services.calling import ServiceRefusedError
from tournee.services.qr_codes import png_of

TITLE = "L’appli carte Vitale, sur le téléphone d’un patient"
_VISIT = """[journee]
ps = "756000121"
profession = "IF"
date = {day}

[[visite]]
nir = "1820475113042"
mode = "sécurisé"
actes = [{{ acte = "Injection sous-cutanée" }}, {{ code = "MAU" }}]

[visite.prescription]
date = {day}
prescripteur = "751000126"
rpps = "10100001071"
"""


def play(stage: Stage) -> tuple[list[str], list[str]]:
    """What was done, and what went wrong."""
    done, wrong = [], []
    stage.insert("ps", "infirmiere")
    with stage.office() as office, stage.reader(office) as reader:
        day = office.clock().date()
        import_day(office, _VISIT.format(day=day.isoformat()).encode(), "appli.toml")
        ps = read_ps(reader)
        unlock(reader, TEST_PIN.decode)
        asserts = asserted_by(office, reader, ps)
        picture = png_of(phone_in(stage.config.parent, "moreau").text(office.clock()))
        read = read_phone(office, code_in_picture(picture), asserts, ps=ps.identity.billing_number)
        who = f"{read.insured.first_name} {read.insured.name}".title()
        done.append(f"le téléphone de {who} est lu : {round(read.context.left(office.clock()) / 60)} minutes")
        for row, visit in visits_for(pending_visits(office, ps), read.card):
            if visit.nir == read.insured.nir:
                invoice = certify_visit(office, reader, ps, read.card, row, visit)
                done.append(f"facture {invoice.number} scellée par l’appli, sans carte Vitale")
        try:
            read_phone(office, code_in_picture(picture), asserts)
        except ServiceRefusedError as error:
            wrong.append(f"le même code montré une seconde fois : {error.message}")
    return done, wrong
