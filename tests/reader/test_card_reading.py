"""Each card is read once: what passes on its line, and that what is read is what the card holds, in whatever
order a host asks for it."""

import ast
import random
from pathlib import Path

import pytest
from reader_bench import Bench, heard_by

from sesam import codes, messages
from tournee.emulation.cards import VirtualCard, load_card
from tournee.emulation.cards.applications import cps, vitale
from tournee.emulation.cards.content import TEST_PIN, card_content
from tournee.emulation.cards.line.style import Style
from tournee.formats import zones

PIECE = messages.high(messages.ROWS[messages.READ_VITALE + messages.ANSWER] + 1)
READ_BINARY, SELECT = 0xB0, 0xA4
CPS4 = "infirmiere-cps4"


class Line:
    """What passes on a slot's line: bytes each way, answer to reset and PPS included; commands."""

    def __init__(self, bench, slot):
        self.sent, self.came = heard_by(bench.slots[slot]), 0
        read = bench.slots[slot].read

        def tapped(timeout_ms):
            byte = read(timeout_ms)
            self.came += byte >= 0
            return byte

        bench.slots[slot].read = tapped

    def begin(self):
        """Forget what passed so far."""
        del self.sent[:]
        self.came = 0

    def commands(self):
        """The instruction of each command: its header is five bytes of its own."""
        return [data[1] for data in self.sent if len(data) == 5]

    def bytes(self):
        return sum(map(len, self.sent)) + self.came


def whole(bench, name):
    return bench.read(name, 0), bench.read(name, 1)


def test_both_cards_are_read_in_32_commands_and_3848_bytes():
    bench = Bench("infirmiere", "moreau")
    lines = [Line(bench, slot) for slot in (0, 1)]
    whole(bench, "READ_PS_CARD")
    whole(bench, "READ_VITALE")
    assert [len(line.commands()) for line in lines] == [13, 19]
    assert sum(line.bytes() for line in lines) == 3_848


def test_code_and_certification_read_no_card_again():
    bench = Bench("infirmiere", "moreau")
    lines = [Line(bench, slot) for slot in (0, 1)]
    whole(bench, "READ_PS_CARD")
    whole(bench, "READ_VITALE")
    for line in lines:
        line.begin()
    bench.ask("UNLOCK", code=b"1234")
    bench.ask("CERTIFY", what=1, kind=1, mode=3)
    assert [line.commands() for line in lines] == [[0x20], []]


def test_card_of_t1_is_read_in_as_many_commands():
    bench = Bench(CPS4, None)
    channel = bench.channels[0]
    sent, exchange = [], channel._t1.exchange
    channel._t1.exchange = lambda header, lc, le: (sent.append(header[1]), exchange(header, lc, le))[1]
    content = card_content(CPS4)
    zone, certificate = whole(bench, "READ_PS_CARD")
    assert zone == content.zone
    steps = len(zone) // 224 + len(certificate) // 224
    assert sent.count(SELECT) == 3  # application, zone, certificate
    assert sent.count(READ_BINARY) == steps + 2 * 2  # of each file: the rest, and its end


def test_opposed_card_is_told_by_the_first_piece_read_of_it():
    bench = Bench("infirmiere", "moreau")
    line = Line(bench, 1)

    class Opposition:
        def hold(self, buf, at, n):
            self.serial = bytes(buf[at : at + n])

        def suspects(self):
            return self.serial == b"800000102"

    bench.vitale._opposition = Opposition()
    assert bench.refusal("READ_VITALE", part=0, offset=0).status == codes.OPPOSED_CARD
    assert line.commands().count(READ_BINARY) == 1


def made_card(sizes, chance, style=None):
    """A Vitale card whose zone has groups of these sizes, and the zone. The first group names the insured."""
    content = card_content("moreau")
    first, *_ = zones.decode(content.zone)
    groups = [first]
    for size in sizes:  # an id, a length, one field with its own length
        head = 2 + (1 if size - 3 <= 127 else 2 if size - 4 <= 255 else 3)
        body = size - head
        inner = body - (1 if body - 1 <= 127 else 2 if body - 2 <= 255 else 3)
        groups.append(zones.make(110, "".join(chance.choice("ABCDEFGH") for _ in range(inner))))
    zone = zones.encode(groups)
    files = {vitale.EF_ZONE: zone, vitale.EF_CERTIFICATE: bytes(range(256)) * 3}
    application = vitale.VitaleApplication(files, content.key)
    return VirtualCard("moreau", content.atr, application, style=style or Style()), zone


@pytest.mark.parametrize("seed", range(40))
def test_any_zone_is_read_whole_whatever_the_card_gives_at_once(seed):
    chance = random.Random(seed)
    sizes = [chance.choice((4, 20, 100, 225, 300, 400, PIECE)) for _ in range(chance.randrange(1, 9))]
    chunk = chance.choice((0, 1, 100, 223, 224, 255))
    card, zone = made_card(sizes, chance, Style(chunk=chunk) if chunk else None)
    bench = Bench(None, card)
    assert bench.read("READ_VITALE", 0) == zone
    assert bench.read("READ_VITALE", 1) == bytes(range(256)) * 3
    assert bench.read("READ_VITALE", 0) == zone, "asked for again"


def test_group_longer_than_a_piece_is_refused():
    card, _ = made_card([100, PIECE + 1], random.Random(1))
    bench = Bench(None, card)
    with pytest.raises(Exception, match=f"{codes.CARD_PROTOCOL:04X}"):
        bench.read("READ_VITALE", 0)


def test_zone_is_walked_for_a_host_that_wants_the_certificate_alone():
    bench = Bench("infirmiere", None)
    alone = bench.read("READ_PS_CARD", 1)
    assert alone == Bench("infirmiere", None).read("READ_PS_CARD", 1)
    assert bench.ps.current()


@pytest.mark.parametrize("seed", range(20))
def test_pieces_of_both_cards_asked_for_in_turn_are_each_ones_own(seed):
    chance = random.Random(seed)
    bench = Bench("infirmiere", "moreau")
    wanted = {
        (name, part): Bench("infirmiere", "moreau").read(name, part)
        for name in ("READ_PS_CARD", "READ_VITALE")
        for part in (0, 1)
    }
    found = dict.fromkeys(wanted, b"")
    left = set(wanted)
    while left:
        name, part = chance.choice(sorted(left))
        answer = bench.ask(name, part=part, offset=len(found[name, part]))
        found[name, part] += answer.data("data")
        if answer.uint("last"):
            left.remove((name, part))
    assert found == wanted


@pytest.mark.parametrize("offset", [1, 300, 449, 1_000, 1_526, 4_000])
def test_zone_from_any_place_is_what_stands_there(offset):
    zone = card_content("moreau").zone
    bench = Bench(None, "moreau")
    answer = bench.ask("READ_VITALE", part=0, offset=offset)
    assert zone[offset:].startswith(answer.data("data"))
    assert bool(answer.data("data")) == (offset < len(zone))


def test_another_card_in_the_middle_of_a_zone_is_read_from_its_own_start():
    bench = Bench(None, "moreau")
    bench.ask("READ_VITALE", part=0, offset=0)
    bench.slots[1].insert(load_card("lambert"))
    assert bench.read("READ_VITALE", 0) == card_content("lambert").zone


def test_card_pulled_in_the_middle_of_a_zone_is_missed_at_the_next_piece():
    bench = Bench(None, "moreau")
    first = bench.ask("READ_VITALE", part=0, offset=0)
    bench.slots[1].remove()
    refused = bench.refusal("READ_VITALE", part=0, offset=len(first.data("data")))
    assert refused.status == codes.VITALE_ABSENT


def test_mark_of_a_zone_is_the_same_however_it_was_read():
    asked, walked = Bench("infirmiere", "moreau"), Bench("infirmiere", "moreau")
    for name in ("READ_PS_CARD", "READ_VITALE"):
        asked.read(name, 0)
    walked.ask("UNLOCK", code=b"1234")
    walked.ask("CERTIFY", what=1, kind=1, mode=3)
    assert (asked.ps.mark, asked.vitale.mark) == (walked.ps.mark, walked.vitale.mark)


def test_no_buffer_of_the_arena_takes_the_place_of_another():
    tree = ast.parse((Path(__file__).parents[2] / "firmware" / "reader" / "arena.py").read_text())
    named = [
        node.attr
        for node in ast.walk(tree)
        if isinstance(node, ast.Attribute) and isinstance(node.ctx, ast.Store)
    ]
    assert len(named) == len(set(named)) > 20


def test_nothing_of_a_card_that_was_refused_is_taken_for_the_next_one_s():
    other = card_content("kine")
    cut = other.zone[:30]  # its first group says that it is longer
    bad = cps.CpsApplication({cps.EF_ZONE: cut}, other.key, TEST_PIN)
    bench = Bench(VirtualCard("bad", other.atr, bad), "moreau")
    assert bench.refusal("READ_PS_CARD", part=0, offset=0).status == codes.CARD_PROTOCOL
    bench.slots[0].insert(load_card("infirmiere"))
    assert bench.read("READ_PS_CARD", 0) == card_content("infirmiere").zone
