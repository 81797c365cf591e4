"""Updates: what a reader takes, what it refuses and by which code, and that it answers whatever happens."""

import copy
import hashlib
import struct

import pytest
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from reader_flash import PowerCut
from reader_update import CHUNK, DEVELOPMENT, NEW, OLD, OTHER, Updated, chunks, image, load

from sesam import codes


@pytest.fixture
def reader():
    return Updated()


def refused(bench, data):
    """The status with which an image is refused, wherever that is."""
    from reader_bench import Refused

    with pytest.raises(Refused) as caught:
        load(bench, data)
    return caught.value.status


def test_new_image_runs_after_the_restart_and_stays_once_confirmed(reader):
    load(reader.start(), image())
    bench = reader.start()
    assert reader.runs == NEW
    assert bench.ask("STATE").uint("confirmed") == 0
    bench.ask("CONFIRM")
    assert bench.ask("STATE").uint("confirmed") == 1
    for _ in range(3):
        reader.start()
        assert reader.runs == NEW


def test_new_image_that_nobody_confirms_gives_way_to_the_old_one(reader):
    load(reader.start(), image())
    reader.start()
    bench = reader.start()
    assert reader.runs == OLD
    assert bench.ask("STATE").uint("confirmed") == 1
    load(bench, image())
    reader.start()
    assert reader.runs == NEW


def test_image_on_trial_takes_no_update(reader):
    load(reader.start(), image())
    bench = reader.start()
    assert refused(bench, image(version="0.3.0")) == codes.UNCONFIRMED
    bench.ask("CONFIRM")
    load(bench, image(OLD, version="0.3.0"))
    reader.start()
    assert reader.runs == OLD


def test_link_that_is_cut_at_any_chunk_goes_on_where_it_was(reader):
    bench = reader.start()
    data = image()
    bench.ask("UPDATE", header=data[:64])
    for offset, piece in chunks(data):
        bench.service.begin_session()
        assert bench.ask("UPDATE", header=data[:64]).uint("next") == offset
        bench.ask("CHUNK", offset=offset, data=piece)
    bench.service.begin_session()
    bench.ask("SWITCH", signature=data[-256:])
    reader.start()
    assert reader.runs == NEW


def test_another_image_begins_anew(reader):
    bench = reader.start()
    first, other = image(), image(OLD, version="0.3.0")
    bench.ask("UPDATE", header=first[:64])
    bench.ask("CHUNK", offset=64, data=first[64 : 64 + CHUNK])
    assert bench.ask("UPDATE", header=other[:64]).uint("next") == 64
    load(bench, other)
    reader.start()
    assert reader.runs == OLD


@pytest.mark.parametrize("offset", [0, 8, 56, 72, 64 + CHUNK, 576, 1_000_000])
def test_chunk_out_of_its_place_is_refused(reader, offset):
    bench = reader.start()
    bench.ask("UPDATE", header=image()[:64])
    assert bench.refusal("CHUNK", offset=offset, data=bytes(8)).status == codes.UPDATE_ORDER


def test_chunk_beyond_the_end_is_refused(reader):
    bench = reader.start()
    data = image()
    bench.ask("UPDATE", header=data[:64])
    bench.ask("CHUNK", offset=64, data=data[64:568])
    assert bench.refusal("CHUNK", offset=568, data=bytes(16)).status == codes.UPDATE_ORDER


def test_chunk_that_is_not_of_whole_words_is_refused(reader):
    bench = reader.start()
    bench.ask("UPDATE", header=image()[:64])
    assert bench.refusal("CHUNK", offset=64, data=bytes(12)).status == codes.RANGE


def test_nothing_is_taken_without_an_update_under_way(reader):
    bench = reader.start()
    assert bench.refusal("CHUNK", offset=64, data=bytes(8)).status == codes.UPDATE_ORDER
    assert bench.refusal("SWITCH", signature=bytes(256)).status == codes.UPDATE_ORDER
    bench.ask("UPDATE", header=image()[:64])
    assert bench.refusal("SWITCH", signature=image()[-256:]).status == codes.UPDATE_ORDER


HEADER_FAULTS = {
    "magic": (0, b"X", codes.IMAGE_DAMAGED),
    "header version": (4, b"\x02", codes.IMAGE_DAMAGED),
    "flags": (5, b"\x02", codes.IMAGE_DAMAGED),
    "payload of 16 MB": (11, b"\x01", codes.IMAGE_SIZE),
    "payload of 1 MB": (10, b"\x10", codes.IMAGE_SIZE),
    "payload longer than the bank": (8, struct.pack("<I", 2048 - 64 - 256 + 8), codes.IMAGE_SIZE),
    "payload not of whole words": (8, struct.pack("<I", 508), codes.IMAGE_SIZE),
    "board": (16, b"B", codes.IMAGE_BOARD),
    "board of a longer name": (21, b"2", codes.IMAGE_BOARD),
    "older by its major number": (12, struct.pack("<I", 0x00000FF), codes.IMAGE_OLDER),
}


@pytest.mark.parametrize(("at", "new", "status"), HEADER_FAULTS.values(), ids=HEADER_FAULTS)
def test_header_that_is_not_for_this_reader_is_refused_before_anything_is_erased(reader, at, new, status):
    bench = reader.start()
    header = bytearray(image()[:64])
    header[at : at + len(new)] = new
    assert bench.refusal("UPDATE", header=bytes(header)).status == status
    assert reader.banks[1].erased == 0


@pytest.mark.parametrize(
    ("version", "taken"),
    [
        ("0.0.255", False),
        ("0.1.0", True),
        ("0.1.1", True),
        ("0.255.0", True),
        ("1.0.0", True),
        ("300.0.0", True),
    ],
)
def test_older_image_is_refused(reader, version, taken):
    bench = reader.start()
    if taken:
        load(bench, image(version=version))
    else:
        assert refused(bench, image(version=version)) == codes.IMAGE_OLDER


@pytest.mark.parametrize("place", range(64, 576, 73))
def test_damaged_payload_is_refused(reader, place):
    data = bytearray(image())
    data[place] ^= 1
    assert refused(reader.start(), bytes(data)) == codes.IMAGE_DAMAGED
    reader.start()
    assert reader.runs == OLD


def test_payload_and_digest_changed_together_are_refused_by_the_signature(reader):
    data = bytearray(image())
    data[100] ^= 1
    data[32:64] = hashlib.sha256(data[64:-256]).digest()
    assert refused(reader.start(), bytes(data)) == codes.IMAGE_UNSIGNED


@pytest.mark.parametrize("place", [12, 13])
def test_version_changed_after_signing_is_refused(reader, place):
    data = bytearray(image())
    data[place] += 1
    assert refused(reader.start(), bytes(data)) == codes.IMAGE_UNSIGNED


FORGED = {
    "zeros": bytes(256),
    "one": bytes(255) + b"\x01",
    "ones": b"\xff" * 256,
    "another image's": image(OLD)[-256:],
    "the modulus": DEVELOPMENT.public_key().public_numbers().n.to_bytes(256, "big"),
    "another key's": image(key=OTHER)[-256:],
}


@pytest.mark.parametrize("signature", FORGED.values(), ids=FORGED)
def test_image_without_the_makers_signature_is_refused(reader, signature):
    assert refused(reader.start(), image()[:-256] + signature) == codes.IMAGE_UNSIGNED
    reader.start()
    assert reader.runs == OLD


def test_production_reader_takes_its_makers_images_and_no_development_ones():
    reader = Updated(OTHER, production=True)
    assert refused(reader.start(), image()) == codes.IMAGE_DEVELOPMENT
    assert refused(reader.bench, image(development=False)) == codes.IMAGE_UNSIGNED
    load(reader.bench, image(key=OTHER, development=False))
    bench = reader.start()
    assert reader.runs == NEW
    assert bench.ask("STATE").uint("production") == 1


@pytest.mark.parametrize(("counter", "taken"), [(0, False), (299, False), (300, True), (65535, True)])
def test_image_of_a_lower_counter_is_withdrawn_whatever_its_version(counter, taken):
    reader = Updated(counter=300)
    bench = reader.start()
    data = image(version="9.0.0", counter=counter)
    if taken:
        load(bench, data)
    else:
        assert refused(bench, data) == codes.IMAGE_WITHDRAWN
        assert reader.banks[1].erased == 0


def test_image_that_runs_is_told_as_it_lies_in_its_bank(reader, tmp_path):
    bench = reader.start()
    old = image(OLD, version="0.1.0")
    told = bench.ask("IMAGE")
    assert told.data("digest") == hashlib.sha256(old[:-256]).digest()
    der = DEVELOPMENT.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    assert told.data("key") == hashlib.sha256(der).digest()
    reader.banks[0].data[100] ^= 1
    assert bench.ask("IMAGE").data("digest") != told.data("digest")


def test_board_without_banks_takes_no_update(bench):
    for name, values in {
        "UPDATE": {"header": bytes(64)},
        "CHUNK": {"offset": 64, "data": bytes(8)},
        "SWITCH": {"signature": bytes(256)},
        "CONFIRM": {},
        "IMAGE": {},
        "PROVISION": {"serial": "A", "secret": bytes(32)},
    }.items():
        assert bench.refusal(name, **values).status == codes.NO_STORAGE
    state = bench.ask("STATE")
    assert (state.text("serial"), state.uint("banks"), state.uint("journal")) == ("", 0, 0)


def test_serial_number_and_secret_are_given_once_and_kept(reader):
    secret = bytes(range(100, 132))
    bench = reader.start()
    assert bench.ask("STATE").text("serial") == ""
    bench.ask("PROVISION", serial="TOURNEE-00000042", secret=secret)
    assert bytes(secret) not in bytes(bench.request) + bytes(bench.arena.wire)
    assert reader.start().ask("STATE").text("serial") == "TOURNEE-00000042"
    again = reader.bench.refusal("PROVISION", serial="B", secret=bytes(32))
    assert again.status == codes.PROVISIONED
    assert secret in reader.journal.data


def test_numbers_of_the_messages_are_those_of_the_table():
    import reader.maker as maker
    from tournee.reader import codec

    names = ("STATE", "PROVISION", "UPDATE", "CHUNK", "SWITCH", "RESTART", "CONFIRM", "IMAGE")
    assert [getattr(maker, f"_{name}") for name in names] == [codec.number_of(name) for name in names]


def test_cut_at_every_write_leaves_a_reader_that_answers_and_takes_the_update():
    reader = Updated()
    bench = reader.start()
    del reader.power.steps[:]
    load(bench, image())
    steps = list(reader.power.steps)
    ends = [sum(steps[: at + 1]) for at in range(len(steps))]
    budgets = sorted({end - half for end, step in zip(ends, steps, strict=True) for half in (0, step // 2)})
    assert len(budgets) > len(steps) >= 10
    for budget in budgets:
        reader = Updated()
        bench = reader.start()
        reader.power.budget = budget
        with pytest.raises(PowerCut):
            load(bench, image())
        twin = copy.deepcopy((reader.banks, reader.boot))
        bench = reader.start()
        assert reader.runs == (NEW if budget == ends[-1] else OLD), budget
        if reader.runs == NEW:
            reader.banks, reader.boot = twin
            reader.power = reader.boot.power
            reader.start(), reader.start()
            assert reader.runs == OLD, "not confirmed, it goes back"
            bench = reader.bench
        load(bench, image())
        reader.start().ask("CONFIRM")
        reader.start()
        assert reader.runs == NEW
