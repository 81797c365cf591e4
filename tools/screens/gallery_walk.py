"""The walk of the gallery: one screen after the other, as a day brings them."""

from __future__ import annotations

import re
from collections.abc import Callable

from carer import Carer
from playwright.sync_api import expect
from practice_desk import CODE

Step = Callable[[Carer], None]
_SETTLED_MS = 800


def _at(address: str) -> Step:
    return lambda carer: carer.page.show(address)


def _by(address: str) -> Step:
    """An address that its host may send on from."""

    def go(carer: Carer) -> None:
        carer.page.page.evaluate("(address) => { location.hash = address; }", address)
        carer.page.page.wait_for_timeout(_SETTLED_MS)

    return go


def _touch(words: str) -> Step:
    return lambda carer: carer.page.touch(re.compile(words))


def _cps(carer: Carer) -> None:
    carer.desk.insert("infirmiere", "ps")
    carer.page.touch(re.compile("Saisissez votre code porteur"))


def _code(carer: Carer) -> None:
    carer.page.code(CODE)
    carer.at_round()


def _wrong_code(carer: Carer) -> None:
    carer.page.code("0000")
    carer.page.page.wait_for_timeout(_SETTLED_MS)


def _insert(card: str, name: str) -> Step:
    return lambda carer: carer.insert(card, name)


def _people(carer: Carer) -> None:
    carer.page.page.locator("#appel a").click()
    carer.page.page.get_by_text("Qui soignez-vous").wait_for()


def _announced(carer: Carer) -> None:
    """She is searching: the card that comes in does not take that from her."""
    carer.put_in("legall")
    carer.page.page.locator("#appel").wait_for()


def _signed(carer: Carer) -> None:
    carer.page.page.locator("[data-hold]").click()
    carer.page.touch("Oui, sécuriser")
    carer.signed()


def _back(carer: Carer) -> None:
    carer.page.page.go_back()


def _add_act(carer: Carer) -> None:
    carer.insert("lambert", "Yvonne Lambert")
    carer.page.touch("Ajouter un acte")


def _patients(carer: Carer) -> None:
    _round_again(carer)
    carer.page.show("/patients")


def _search(carer: Carer) -> None:
    carer.page.page.locator("input[type=search]").first.fill("pansement")
    carer.page.page.wait_for_timeout(_SETTLED_MS)


def _round_again(carer: Carer) -> None:
    carer.take_out()
    carer.page.show("/tournee")


def _of_the_visit(part: str) -> Step:
    """A part of the visit that the card in the reader has opened."""

    def go(carer: Carer) -> None:
        _round_again(carer)
        carer.insert("garnier", "Robert Garnier")
        _by(f"{carer.page.address}/{part}")(carer)

    return go


def _of_a_patient(part: str) -> Step:
    def go(carer: Carer) -> None:
        carer.page.show("/patients")
        carer.page.page.locator("#liste a.row").first.click()
        carer.page.page.locator("#detail h1:visible").wait_for()
        _by(f"{carer.page.address}/{part}")(carer)

    return go


def _to_send(carer: Carer) -> None:
    """Signed too, and refused by the OCT later."""
    carer.insert("casanova", "Ange Casanova")
    carer.verify()
    _signed(carer)
    _round_again(carer)
    carer.page.show("/envoi")


def _locked(carer: Carer) -> None:
    carer.page.show("/verrouillage")
    carer.page.page.get_by_role("button", name="Verrouiller maintenant").last.click()
    carer.page.page.locator("[data-rouvrir]").wait_for()


def _stopped(carer: Carer) -> None:
    carer.page.page.locator("[data-rouvrir]").click()
    expect(carer.page.title).to_have_text("Verrouillage")
    carer.desk.kill()
    expect(carer.page.title).to_have_text("Tournée s’est arrêtée")


def _sent(carer: Carer) -> None:
    carer.page.show("/envoi")
    carer.page.touch(re.compile("Envoyer"))
    carer.page.page.locator(".hero h1").wait_for(timeout=90_000)


def _first_to_settle(carer: Carer) -> None:
    carer.page.show("/regler")
    carer.page.page.locator('a.row[href^="#/regler/"]').filter(has_text="Casanova").first.click()


def _corrected(carer: Carer) -> None:
    _first_to_settle(carer)
    carer.page.touch(re.compile("^Corriger"))
    carer.page.page.wait_for_timeout(_SETTLED_MS)


WALK: tuple[tuple[str, Step], ...] = (
    ("01-tournee-matin", _at("/tournee")),
    ("02-code", _cps),
    ("03-code-faux", _wrong_code),
    ("04-tournee", _code),
    ("05-visite-sans-sa-carte", _at("/tournee")),
    ("06-sans-carte", _touch("^Sans carte")),
    ("07-visite", _insert("chevalier", "Lucien Chevalier")),
    ("08-carte", _touch("Carte lue")),
    ("09-visite-encore", _back),
    ("10-verifier", lambda carer: carer.verify()),
    ("11-fait", _signed),
    ("12-tournee-en-cours", _round_again),
    ("13-acte", _add_act),
    ("14-acte-cherche", _search),
    ("15-carte-annoncee", _announced),
    ("15-autre-carte", _people),
    ("16-patients", _patients),
    ("17-patient", lambda carer: carer.page.page.locator("#liste a.row, #detail a.row").first.click()),
    ("18-envoi", _to_send),
    ("19-envoi-fait", _sent),
    ("20-regler", _at("/regler")),
    ("21-regler-un", _first_to_settle),
    ("22-hors-ligne", _at("/hors-ligne")),
    ("23-reglages", _at("/reglages")),
    ("24-lecteur", _at("/lecteur")),
    ("25-jumeler", _at("/jumeler")),
    ("26-sauvegarde", _at("/sauvegarde")),
    ("27-deuxieme", _at("/deuxieme")),
    ("28-routes", _at("/routes")),
    ("29-verrouillage", _at("/verrouillage")),
    ("30-erreur", _at("/nulle-part")),
    ("31-tableau", _at("/tableau")),
    ("32-corriger", _corrected),
    ("33-patient-nouveau", _by("/patients/nouveau")),
    ("34-fiche", _of_a_patient("fiche")),
    ("35-ordonnance", _of_a_patient("ordonnance")),
    ("36-mutuelle", _of_the_visit("mutuelle")),
    ("38-loin", _by("/loin")),
    ("39-debut-1", _by("/debut/1")),
    ("40-debut-2", _by("/debut/2")),
    ("41-debut-3", _by("/debut/3")),
    ("42-reprise", _by("/debut/reprise")),
    ("43-cabinet", _by("/cabinet")),
    ("44-cabinet-relier", _by("/cabinet/relier")),
    ("45-cabinet-reprendre", _by("/cabinet/reprendre")),
    ("46-oct", _by("/routes/oct")),
    ("47-code-de-la-page", _by("/verrouillage/code")),
)
"""A name for the file, and what brings the screen."""

ENDS: tuple[tuple[str, Step], ...] = (("48-verrou", _locked), ("49-arret", _stopped))
"""The page locked, then its host dead: nothing can be shown after these."""
