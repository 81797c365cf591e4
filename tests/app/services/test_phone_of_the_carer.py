"""The carer asks by an assertion that her card signs: the reader signs it, the service believes it once."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parents[1]))

from days import CODE
from phone_bench import MOREAU, phone_bench
from surroundings import new_surroundings

from tournee.app.cards import read_ps, unlock
from tournee.app.services.phone_card.asking import asserted_by
from tournee.app.services.phone_card.reading import read_phone
from tournee.emulation.cards import certificate_pem
from tournee.emulation.services.believed_assertions import believing_cards
from tournee.reader import Reader
from tournee.services.calling import ServiceRefusedError
from tournee.services.phone_card.code import code_of_text


@pytest.fixture
def bench(tmp_path, service_tls):
    cards = tmp_path / "cartes"
    cards.mkdir()
    (cards / "infirmiere.pem").write_bytes(certificate_pem("infirmiere"))
    with phone_bench(tmp_path, service_tls, tmp_path / "apcv", tmp_path / "journal.db") as made:
        made.service.counterpart._judge = believing_cards(cards)
        yield made


def test_an_assertion_by_the_readers_card_opens_and_serves_once(bench, tmp_path):
    """ACV-1."""
    (tmp_path / "world").mkdir()
    with new_surroundings(tmp_path / "world") as world, Reader.open(world.board.link_url) as reader:
        ps = read_ps(reader)
        unlock(reader, lambda: CODE)
        asserts = asserted_by(bench.office, reader, ps)
        kept: list[bytes] = []

        def once() -> bytes:
            kept.append(asserts())
            return kept[-1]

        read = read_phone(bench.office, code_of_text(bench.show()), once, ps=ps.identity.billing_number)
        assert read.insured.nir == MOREAU
        for made in (kept[0], kept[0][:-2] + b">>", b"", kept[0].replace(b"10100000016", b"10100000017")):
            with pytest.raises(ServiceRefusedError) as told:
                read_phone(bench.office, code_of_text(bench.show()), lambda made=made: made)
            assert told.value.code == "A06"
        late = asserts()
        bench.clock.pass_by(minutes=21)
        with pytest.raises(ServiceRefusedError):
            read_phone(bench.office, code_of_text(bench.show()), lambda: late)
        assert read_phone(bench.office, code_of_text(bench.show()), asserts).insured.nir == MOREAU
