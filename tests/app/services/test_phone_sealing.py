"""A visit sealed by a patient's phone: the records of the Vitale card's way but for record 7, paid like them.

ACV-7 to ACV-9.
"""

from __future__ import annotations

import base64
import hashlib
import subprocess
import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parents[1]))

from days import CODE, short_day
from phone_bench import judge, phone_bench
from surroundings import new_surroundings

from tournee.app.cards import read_ps, read_vitale, unlock
from tournee.app.certify import certify_visit, pending_visits, visits_for
from tournee.app.context import Office
from tournee.app.inbound import fetch
from tournee.app.outbound import close_lots, make_files, send
from tournee.app.visits.importing import import_day
from tournee.emulation.cards.certificates import as_der
from tournee.emulation.cards.content import card_content
from tournee.emulation.services.counterpart import CounterpartSetting
from tournee.emulation.services.phone_service import PhoneService
from tournee.emulation.services.standing import Trouble
from tournee.errors import BillingError
from tournee.exchange.certificates import SignatureError, verify_invoice
from tournee.reader import Reader
from tournee.services.calling import ServiceCutError
from tournee.store import Cipher, Journal, RequestState, SheetState

RECORD, CARD_SEAL = 128, 4 * 128


@pytest.fixture
def surroundings(tmp_path):
    with new_surroundings(tmp_path) as made:
        yield made


@pytest.fixture
def bench(tmp_path, service_tls, surroundings):
    route = surroundings.world.route()
    with phone_bench(tmp_path, service_tls, tmp_path / "apcv", tmp_path / "journal.db", route) as made:
        surroundings.world.know(made.service.counterpart.certificate)
        import_day(made.office, short_day(), "jour.toml")
        yield made


def certify(office, reader, card, mode=""):
    ps = read_ps(reader)
    unlock(reader, lambda: CODE)
    found = visits_for(pending_visits(office, ps), card)
    return ps, [
        certify_visit(office, reader, ps, card, row, visit, mode=mode if visit.visit.by_card else "")
        for row, visit in found
    ]


def verifies(seal: bytes, body: bytes, certificate: Path, folder: Path) -> bool:
    """By openssl: over the digest alone, and over the bytes."""
    (folder / "seal").write_bytes(base64.b64decode(seal[32:].rstrip()))
    (folder / "digest").write_bytes(hashlib.sha256(body).digest())
    (folder / "body").write_bytes(body)
    command = ["openssl", "x509", "-in", str(certificate), "-pubkey", "-noout"]
    (folder / "key.pem").write_bytes(subprocess.run(command, capture_output=True, check=True).stdout)
    over_digest = ["openssl", "pkeyutl", "-verify", "-pubin", "-inkey", "key.pem", "-sigfile", "seal"]
    over_body = ["openssl", "dgst", "-sha256", "-verify", "key.pem", "-signature", "seal", "body"]
    judged = [[*over_digest, "-in", "digest"], over_body]
    return all(subprocess.run(one, cwd=folder, capture_output=True).returncode == 0 for one in judged)


@pytest.fixture
def secured(bench, surroundings):
    """Sheets by kind: of the day certified by the phone; of the same day by the card, in another journal."""
    with Reader.open(surroundings.board.link_url) as reader:
        with Office(
            Journal(bench.folder.parent / "card.db", Cipher(bytes(32)), bench.clock, station=0),
            bench.office.route,
            bench.clock,
        ) as other:
            import_day(other, short_day(), "jour.toml")
            card = read_vitale(other, reader)
            by_card = sheets_of(certify(other, reader, card)[1])
        surroundings.board.remove("vitale")
        ps, invoices = certify(bench.office, reader, bench.read().card)
        close_lots(bench.office, reader, ps)
    return sheets_of(invoices), by_card


def sheets_of(invoices):
    return {sheet.kind: sheet for one in invoices for sheet in one.sheets if sheet.mode == "03"}


def test_the_records_are_those_of_the_card_but_for_record_7(secured):
    """ACV-7."""
    by_phone, by_card = secured
    assert set(by_phone) == set(by_card) == {"FSE", "DRE"}
    for kind, sheet in by_phone.items():
        assert sheet.records == by_card[kind].records
        assert (sheet.sevens[19:20], len(sheet.sevens)) == (b"P", CARD_SEAL + RECORD)
        assert sheet.sevens[:CARD_SEAL] == by_card[kind].sevens[:CARD_SEAL], "the PS's card signs alike"
        assert sheet.sevens[CARD_SEAL + 19 : CARD_SEAL + 26] == b"A010102"


def test_openssl_verifies_the_seal_over_the_digest(secured, bench, tmp_path):
    """ACV-8."""
    for sheet in secured[0].values():
        certificate = bench.folder / "sceau.pem"
        assert verifies(sheet.sevens[CARD_SEAL:], sheet.records, certificate, tmp_path)
        assert not verifies(sheet.sevens[CARD_SEAL:], sheet.records[:-1] + b"1", certificate, tmp_path)


def test_the_oct_takes_and_pays_what_a_phone_sealed(secured, bench):
    """ACV-9."""
    make_files(bench.office)
    send(bench.office)
    fetch(bench.office)
    states = {sheet.state for one in bench.office.journal.invoices.get_all([1]) for sheet in one.sheets}
    assert states == {SheetState.PAID}
    (row,) = bench.office.journal.requests.find("apcv")
    assert row.state is RequestState.USED


def test_a_seal_of_other_bytes_or_by_another_key_is_refused(secured, bench, service_tls, tmp_path):
    sheet = secured[0]["FSE"]
    whole = sheet.records + sheet.sevens
    ps = as_der(card_content("infirmiere").certificate)
    service = as_der(bench.service.counterpart.certificate)
    verify_invoice(whole, mode="03", ps_certificate=ps, vitale_certificate=service)
    other = as_der(PhoneService(CounterpartSetting(tmp_path / "x", bench.clock, tmp_path), judge).certificate)
    card = as_der(card_content("moreau").certificate)
    for certificate, mode in ((other, "03"), (card, "03"), (None, "03"), (service, "02"), (service, "05")):
        with pytest.raises(SignatureError):
            verify_invoice(whole, mode=mode, ps_certificate=ps, vitale_certificate=certificate)
    altered = whole[:-60] + (b"A" if whole[-60:-59] != b"A" else b"B") + whole[-59:]
    with pytest.raises(SignatureError):
        verify_invoice(altered, mode="03", ps_certificate=ps, vitale_certificate=service)


def test_what_failed_at_the_service_is_done_again_under_the_same_number(bench, surroundings):
    """ACV-6: nothing is signed without the seal, and no number is lost."""
    surroundings.board.remove("vitale")
    with Reader.open(surroundings.board.link_url) as reader:
        read = bench.read()
        bench.service.trouble = Trouble(hangs_up=True)
        before = surroundings.signatures()
        with pytest.raises(ServiceCutError):
            certify(bench.office, reader, read.card)
        assert surroundings.signatures() == before
        bench.service.trouble = Trouble()
        _, invoices = certify(bench.office, reader, read.card)
    assert sorted(one.number for one in invoices) == ["000000001", "000000002"]


def test_another_persons_phone_secures_nothing_of_hers(bench, surroundings):
    with Reader.open(surroundings.board.link_url) as reader:
        other = bench.read(bench.show("garnier"))
        _, invoices = certify(bench.office, reader, other.card)
    assert {sheet.mode for one in invoices for sheet in one.sheets} == {"05"}


@pytest.mark.parametrize("mode", ["02", "04"])
def test_a_phone_seals_in_mode_03_alone(bench, surroundings, mode):
    with Reader.open(surroundings.board.link_url) as reader, pytest.raises(BillingError, match="mode"):
        certify(bench.office, reader, bench.read().card, mode)
