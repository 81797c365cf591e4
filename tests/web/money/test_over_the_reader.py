"""À régler over a real reader and the OCT's mail: countersigned, sent, sent again, rescued, by touches."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from chain import PS, Chain, Practice, opened_practice, visit
from days import CODE
from handlers import Asked, Found, Inline

from tournee.app.alerts import AlertKind
from tournee.app.cards import read_ps, read_vitale, unlock
from tournee.app.certifying.desynchronised import seal_visit, visits_to_seal
from tournee.app.context import Office
from tournee.app.visits.importing import import_day
from tournee.config import load_config
from tournee.emulation.cards import load_card
from tournee.emulation.oct import ScenarioRejection
from tournee.reader import LinkLost, Reader
from tournee.store import Cipher, Journal, MessageState, SheetState
from tournee.store.integrity.host_note import Host
from tournee.web.live.news import News
from tournee.web.live.reader_seen import CardLeads, LinkState, ReaderSeen
from tournee.web.live.watch import ReaderWatch

HUGO = {"nir": "1820475113042", "cle": "45", "naissance": "2022-02-05"}


@pytest.fixture(scope="module")
def practice(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Practice]:
    with opened_practice(tmp_path_factory.mktemp("practice")) as made:
        yield made


@pytest.fixture
def chain(practice: Practice) -> Iterator[Chain]:
    with practice.chain() as made:
        yield made


def later(chain: Chain, **time: float) -> None:
    now = chain.office.clock()
    chain.office.clock = lambda: now + timedelta(**time)


def messages(chain: Chain) -> int:
    return len(chain.office.journal.messages.find(MessageState.SENT))


def test_what_was_sealed_at_the_bedside_is_countersigned_then_sent(chain: Chain, practice: Practice):
    day = f'[journee]\ndate = 2026-11-15\nps = "{PS}"\nprofession = "IF"\n'
    told = "".join(f'{key} = "{value}"\n' for key, value in HUGO.items() if key != "naissance")
    care = 'prescription = { date = 2026-11-02, rpps = "10100001071" }\n'
    care += 'actes = [{ code = "AMI", coefficient = 1 }]\n'
    import_day(chain.office, f"{day}[[visite]]\n{told}naissance = 2022-02-05\n{care}".encode(), "jour.toml")
    with Reader.open(chain.link) as reader:
        ps, vitale = read_ps(reader), read_vitale(chain.office, reader)
        ((row, judged),) = visits_to_seal(chain.office, vitale)
        seal_visit(chain.office, reader, ps, vitale, row, judged)
    with Asked(chain.office, link=chain.link) as asked:
        address = asked.thing(AlertKind.TO_COUNTERSIGN)
        assert "signe ce que la carte Vitale a déjà scellé" in asked.show(address)
        practice.board.remove("vitale")
        unlock(asked.reader, lambda: CODE)
        try:
            asked.post(f"{address}/contresigner")
            assert AlertKind.TO_COUNTERSIGN not in asked.kinds()
            assert chain.office.journal.invoices.count_sheets(SheetState.CERTIFIED)
            later(chain, days=3)
            asked.post(f"{asked.thing(AlertKind.IN_NO_FILE)}/envoyer")
        finally:
            practice.board.insert("vitale", load_card("moreau"))
        assert AlertKind.IN_NO_FILE not in asked.kinds()
        assert not chain.office.journal.invoices.count_sheets(SheetState.CERTIFIED)
        assert messages(chain) == 1


def test_what_nobody_answered_is_sent_again_in_a_new_message_and_paid_once(chain: Chain):
    chain.bill(visit(HUGO))
    later(chain, days=4)
    with Asked(chain.office) as asked:
        address = asked.thing(AlertKind.NO_ARL)
        before = messages(chain)
        asked.post(f"{address}/renvoyer")
        assert messages(chain) == before + 1
        asked.post("/envoi/lancer", relever="oui")
        assert AlertKind.NO_ARL not in asked.kinds()
    (sheet,) = chain.office.journal.invoices.sheets()
    assert sheet.state is SheetState.PAID
    assert sum(one.paid for one in chain.office.journal.payments.of_sheet(sheet.id)) == sheet.amo


def test_a_file_that_another_device_took_is_made_with_new_numbers(
    chain: Chain, practice: Practice, tmp_path: Path
):
    chain.bill(visit(HUGO))
    chain.fetch()
    host = Host(tmp_path / "second", "second")
    second = tmp_path / "second.db"
    with Journal(second, Cipher(bytes(32)), chain.office.clock, station=practice.made, host=host) as journal:
        other = Chain(Office(journal, chain.office.route, chain.office.clock), chain.world, chain.link)
        later(other, hours=1)
        other.bill(visit(HUGO, 2))
        with Asked(other.office) as asked:
            asked.post("/envoi/lancer", relever="oui")
            address = asked.thing(AlertKind.TAKEN_ELSEWHERE)
            asked.post(f"{address}/refaire-fichier")
            assert AlertKind.TAKEN_ELSEWHERE not in asked.kinds()


def test_a_mutuelle_that_does_not_pay_is_put_right_in_four_touches_and_asked_alone(
    chain: Chain, practice: Practice
):
    wrong = {"numero": "0075510027", "adherent": "PER1"}
    chain.scenario(rejected_amc={wrong["numero"]: ScenarioRejection("0301", "ADHERENT INCONNU")})
    chain.bill(visit(HUGO, 1, tiers_payant="total", amc=wrong, documents=["FSE", "DRE"]))
    chain.fetch()
    config = chain.office.journal.path.parent / "tournee.toml"
    config.write_text(CONFIGURATION.format(journal=chain.office.journal.path), "utf-8")
    practice.board.remove("vitale")
    try:
        with Asked(chain.office, link=chain.link, config=config) as asked:
            unlock(asked.reader, lambda: CODE)
            thing = asked.thing(AlertKind.PAYMENT_REFUSED)  # touched in the list: 1
            shown = asked.show(thing)
            assert "La demande repart seule : la caisse garde la sienne" in shown
            assert f'href="#{thing}/corriger">Corriger' in shown  # 2
            form = asked.show(f"{thing}/corriger")
            assert "La demande à la mutuelle" in form and "Inchangé" in form and "Carte Vitale" not in form
            assert 'name="numero"' in form and f'value="{wrong["numero"]}"' in form  # 3, then typed
            assert f'data-post="{thing}/corriger">Préparer</button>' in form  # 4
            fields = {"quoi": "mutuelle", "numero": "0075510019", "adherent": ""}
            assert asked.post(f"{thing}/corriger", **fields) == "/regler"
            assert AlertKind.PAYMENT_REFUSED not in asked.kinds()
            assert 'href="#/visite/v1/fait"' in asked.show("/envoi")
            assert 'data-post="/visite/v1/annuler-demande"' in asked.show("/visite/v1/fait")
            assert asked.post("/visite/v1/annuler-demande") == "/regler"  # undone until it is signed
            assert asked.thing(AlertKind.PAYMENT_REFUSED) == thing
            assert "annuler-demande" not in asked.show("/visite/v1/fait")
            assert asked.post(f"{thing}/corriger", **fields) == "/regler"
            before = messages(chain)
            assert "1,34" in asked.show("/envoi")  # its own share, not the invoice's
            asked.post("/envoi/lancer")
            assert messages(chain) == before + 1
            assert asked.kinds() & {AlertKind.PAYMENT_REFUSED, AlertKind.REFUSED} == set()
    finally:
        practice.board.insert("vitale", load_card("moreau"))
    (row,) = chain.office.journal.invoices.get_all([1])
    assert [sheet.state for sheet in row.sheets] == [SheetState.PAID, SheetState.PAID]
    assert [one.number for one in load_config(config).payers] == ["0075510019"]


CONFIGURATION = """
[journal]
chemin = "{journal}"
[envoi]
route = "essai"
[route.essai]
adresse = "factures@oct.example"
expediteur = "cabinet@soins.example"
identifiant = "732829320"
certificat = "oct.pem"
[route.essai.envoi]
serveur = "localhost"
port = 1
securite = "tls"
[route.essai.retours]
type = "maildir"
dossier = "retours"
"""


class LosesIt(Inline):
    """The reader is out of reach the second time that it is asked."""

    asked = 0

    async def run_reader(self, work: Callable[[Office, Reader], Found]) -> Found:
        self.asked += 1
        if self.asked == 2:
            raise LinkLost
        return await super().run_reader(work)


def test_a_card_that_stayed_in_a_lost_reader_is_not_opened_anew(chain: Chain):
    opened: list[ReaderSeen] = []

    async def opens(seen: ReaderSeen) -> CardLeads:
        opened.append(seen)
        return CardLeads("/carte")

    async def looks() -> None:
        with Reader.open(chain.link) as reader:
            watch = ReaderWatch(LosesIt(chain.office, reader), News(), chain.office.clock, opens)
            await watch.look()
            first, watch.brings_back = watch.state, True
            await watch.look()
            assert watch.state.link is LinkState.FAR
            await watch.look()
            assert watch.state.vitale == first.vitale
            assert watch.brings_back

    asyncio.run(looks())
    assert len(opened) == 1
