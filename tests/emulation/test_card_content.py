"""What the card files say, against python-stdnum, openssl and the specification."""

import hashlib
import subprocess

import pytest
from cryptography import x509
from stdnum import luhn
from stdnum.fr import nir

from tournee.emulation.cards import card_names, certificate_pem, load_card
from tournee.emulation.cards.content import authority_pem, card_content
from tournee.errors import EmulationError

FIELDS = {1: 7, 2: 21, 101: 14, 102: 3, 103: 9, 104: 18, 105: 2, 106: 4, 107: 6, 108: 2, 109: 12, 111: 1}


def groups_of(name):
    """An independent reading of a zone (domain 1.2), for lengths up to 255."""
    zone, groups = card_content(name).zone, []
    while zone:
        number, long = zone[0] << 8 | zone[1], zone[2] == 0x81
        start, length = (4, zone[3]) if long else (3, zone[2])
        body, zone = zone[start : start + length], zone[start + length :]
        fields = []
        while body:
            fields.append(body[1 : 1 + body[0]])
            body = body[1 + body[0] :]
        groups.append((number, fields))
    return groups


def group(name, number):
    return [
        [field.decode("latin-1") for field in fields] for found, fields in groups_of(name) if found == number
    ]


def test_there_are_five_professionals_and_at_least_fourteen_insured():
    assert card_names("cps") == ["deux-cabinets", "infirmiere", "infirmiere-cps4", "kine", "remplacante"]
    assert len(card_names("vitale")) >= 14


@pytest.mark.parametrize("name", card_names())
def test_every_group_has_all_its_fields(name):
    for number, fields in groups_of(name):
        assert len(fields) == FIELDS[number]


@pytest.mark.parametrize("name", card_names())
def test_text_is_upper_case_ascii(name):
    for _, fields in groups_of(name):
        assert all(byte < 0x80 and not 0x61 <= byte <= 0x7A for byte in b"".join(fields))


@pytest.mark.parametrize("name", card_names("vitale"))
def test_every_nir_has_its_key_and_agrees_with_the_birth(name):
    (insured,) = group(name, 101)
    assert nir.is_valid(insured[7] + insured[8])
    for person in group(name, 104):
        if person[8]:
            assert nir.is_valid(person[8] + person[9])
            assert person[11][2:6] == person[8][1:5]


@pytest.mark.parametrize("name", card_names("vitale"))
def test_vitale_says_that_it_is_a_test_card(name):
    assert group(name, 101)[0][0] == "T"


@pytest.mark.parametrize(
    ("name", "speciality"),
    [("infirmiere", "24"), ("infirmiere-cps4", "24"), ("kine", "26"), ("remplacante", "24")],
)
def test_professional_has_valid_numbers_and_the_test_category(name, speciality):
    (holder,), (situation,) = group(name, 1), group(name, 2)
    assert holder[:2] == ["80", "8"]
    assert luhn.is_valid(holder[2]) and len(holder[2]) == 11
    assert situation[0] == "\x01"
    assert luhn.is_valid(situation[8] + situation[9]) and len(situation[8]) == 8
    assert situation[13] == speciality


def test_a_card_of_two_situations_has_two_numbers():
    first, second = group("deux-cabinets", 2)
    assert (first[0], second[0]) == ("\x01", "\x02")
    assert len({first[8] + first[9], second[8] + second[9]}) == 2
    assert all(luhn.is_valid(one[8] + one[9]) for one in (first, second))


def test_a_replacement_s_card_says_so_and_names_her_own_number():
    (situation,) = group("remplacante", 2)
    assert situation[1] == "4"
    assert situation[8:10] == situation[10:12] == ["75600003", "0"]


def test_no_two_cards_share_a_number_or_a_key():
    serials = [group(name, 101)[0][1] for name in card_names("vitale")]
    nirs = [group(name, 101)[0][7] for name in card_names("vitale")]
    keys = [card_content(name).key.public_key().public_numbers().n for name in card_names()]
    for values in (serials, nirs, keys):
        assert len(set(values)) == len(values)


def test_cards_cover_what_a_day_meets():
    insured = {name: group(name, 101)[0] for name in card_names("vitale")}
    assert {card[9] for card in insured.values()} == {"01", "02"}
    assert {(card[9], card[10]) for card in insured.values()} >= {("01", "011"), ("01", "021"), ("01", "041")}
    assert {card[7][5:7] for card in insured.values()} >= {"2A", "2B", "97", "99"}
    for number in (102, 103, 107, 108, 109, 111):
        assert any(group(name, number) for name in insured)
    assert [person[13] for person in group("moreau", 104)] == ["0", "2", "6", "6"]
    assert [person[12] for person in group("fontaine", 104)] == ["1", "1", "2"]
    assert group("garnier", 106)[0][2] != "0"
    assert group("rousseau", 104)[0][14] == "01"


def test_zone_of_a_family_is_longer_than_one_message_part():
    assert len(card_content("moreau").zone) > 512


@pytest.mark.parametrize("name", card_names())
def test_certificate_is_accepted_by_openssl(name, tmp_path):
    (tmp_path / "authority.pem").write_bytes(authority_pem())
    (tmp_path / "card.pem").write_bytes(certificate_pem(name))
    command = ["openssl", "verify", "-x509_strict", "-CAfile", "authority.pem", "card.pem"]
    answer = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True)
    assert answer.returncode == 0, answer.stderr


def test_certificate_is_the_same_on_every_run_and_machine():
    digest = hashlib.sha256(certificate_pem("infirmiere")).hexdigest()
    assert digest == "1af565abfe684c00e168c8d63544c9d076965e3164ed950276044598fdd6f686"


def test_certificates_hold_from_2020_to_2049():
    for name in card_names():
        certificate = x509.load_pem_x509_certificate(certificate_pem(name))
        assert certificate.not_valid_before_utc.year == 2020
        assert certificate.not_valid_after_utc.isoformat() == "2049-12-31T23:59:59+00:00"


def test_every_load_gives_a_fresh_card():
    first, second = load_card("kine"), load_card("kine")
    first.application.tries_left = 0
    assert second.application.tries_left == 3


def test_unknown_name_is_refused_with_the_names_there_are():
    with pytest.raises(EmulationError, match="infirmiere"):
        load_card("nobody")
