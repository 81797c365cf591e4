"""Cards that the reader does not serve: the reader tells their answer to reset, the host what they may be."""

import pytest
from reader_bench import Bench

from sesam import codes
from tournee.emulation.cards import load_card
from tournee.emulation.cards.content import card_content
from tournee.reader.failures import failure_of_status
from tournee.reader.strangers import strange, stranger_of

EGK = "3bdd96ff81b1fe451f03006404050803739621d0009000c9"

#: As public lists give them.
KNOWN = [
    (EGK, "allemande"),
    ("3bd096ff81b1fe451f072a", "allemande"),
    ("3bd818ff81b1fe451f038064041ab403810561", "allemande"),
    ("3bdd96ff81b1fe451f038031b052020364041bb422810518", "autrichienne"),
    ("3bbd18008131fe45805102670518b102020201810531", "autrichienne"),
    ("3bdf97008131fe588031b05202066405a311ac73d622c031", "autrichienne"),
    ("3bff1800008131fe45006b0505200001f101434e53103180a9", "italienne"),
    ("3bdf18008131fe7d006b150c0181011101434e53103180e8", "italienne"),
    ("3bd818ff8131fe458064041bb42a8105d5", "suisse"),
    ("3b9f1381b180371f038031f8694d54434f5370020102810786", "suisse"),
    ("3b2b000064053e020f31800e9000", "slovène"),
    ("3bf01300008131fe45e8", "roumaine"),
    ("3b6500002063cb6600", "bancaire"),
    ("3b6b00000031c06408440376 0f9000".replace(" ", ""), "bancaire"),
    ("3b6f0000805a2811421010122b260cd45a829000", "transport"),
    ("3b9894400aa503010101ad1310", "belge"),
    ("3bdc18ff00001225006480009901009000", "famille CPS"),
]


@pytest.mark.parametrize(("atr", "word"), KNOWN)
def test_card_of_another_kind_is_named_by_its_answer_to_reset(atr, word):
    found = stranger_of(bytes.fromhex(atr))
    assert found is not None and word in found.name


@pytest.mark.parametrize("atr", ["", "3b", "3b021450", "3f6525002c09699000", "3b7f960000803180"])
def test_what_tells_nothing_is_named_nothing(atr):
    assert stranger_of(bytes.fromhex(atr)) is None


def test_reader_tells_the_answer_to_reset_of_the_card_that_it_refused():
    bench = Bench("infirmiere", load_card("egk"))
    assert bench.refusal("READ_VITALE", part=0, offset=0).status == codes.UNKNOWN_CARD
    assert bench.read("READ_VITALE", 2) == bytes.fromhex(EGK)
    assert bench.read("READ_PS_CARD", 2) == b""  # not powered yet
    bench.read("READ_PS_CARD", 0)
    assert bench.read("READ_PS_CARD", 2) == card_content("infirmiere").atr


def test_card_is_read_as_before_once_its_answer_was_told(bench):
    bench.ask("READ_VITALE", part=0, offset=0)
    bench.ask("READ_VITALE", part=2, offset=0)
    assert bench.read("READ_VITALE", 0) == card_content("moreau").zone


def test_unknown_card_says_what_it_may_be_and_to_copy_its_ceam():
    told = str(strange(failure_of_status(codes.UNKNOWN_CARD), bytes.fromhex(EGK)))
    assert told.startswith("Carte inconnue du lecteur. C’est peut-être une carte de santé allemande (eGK).\n")
    assert "sa carte européenne (CEAM) est au dos" in told
    assert "3B" not in told


def test_card_that_nothing_names_gives_its_code_for_the_support():
    told = str(strange(failure_of_status(codes.UNKNOWN_CARD), bytes.fromhex("3b021450")))
    assert "Son code : 3B 02 14 50." in told and "CEAM" in told and "support" in told


def test_protocol_failure_names_the_card_only_when_its_answer_does():
    failed = failure_of_status(codes.CARD_PROTOCOL)
    assert "allemande" in str(strange(failed, bytes.fromhex(EGK)))
    assert strange(failed, card_content("moreau").atr) is failed


@pytest.mark.parametrize(("word", "named"), [(0x6A82, True), (0x6D00, True), (0x6982, False)])
def test_card_without_our_application_is_told_so(word, named):
    failed = failure_of_status(codes.CARD_STATUS, detail=word)
    told = strange(failed, card_content("moreau").atr)
    assert (told is not failed) == named
    assert ("n’a pas l’application" in str(told)) == named
    assert f"{word:04X}" in str(told)


def test_card_without_a_chip_may_be_a_european_one():
    assert "CEAM" in str(failure_of_status(codes.CARD_SILENT))


def test_ps_card_without_billing_number_says_whose_it_may_be():
    assert "CPE" in str(failure_of_status(codes.PS_CARD_INVALID))
