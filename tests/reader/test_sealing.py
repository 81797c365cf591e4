"""Mode 04: Vitale seals at the bedside alone, the PS's card signs the same bytes later; mode 02, visits."""

import subprocess
from itertools import accumulate
from types import SimpleNamespace

import pytest
import reader_sheets as sheets
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from reader_bench import Bench, Refused, real_card
from reader_flash import Flash, PowerCut

from sesam import codes
from tournee.emulation.cards import load_card
from tournee.emulation.cards.content import card_content

INVOICE, LOT, FSE, DRE = 1, 2, 1, 2
DATA = sheets.invoice(1, 2)
TOTAL = 2 * sheets.FEE
P, V = sheets.certificate(1, "P"), sheets.certificate(1, "V")


@pytest.fixture
def bedside():
    """A reader with the Moreau family's card alone."""
    return Bench(None, "moreau")


def countersign(bench, data=DATA, mode=4):
    return bench.certify(data, what=INVOICE, mode=mode, invoices=1, total=TOTAL)


def signatures(bench):
    return [slot.card.signatures if slot.card else 0 for slot in bench.slots]


def by_openssl(folder, name, signature, data):
    """Whether the openssl program takes the signature for that card's over the data."""
    (folder / "data").write_bytes(data)
    (folder / "signature").write_bytes(signature)
    public = card_content(name).key.public_key()
    key = public.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
    (folder / "key").write_bytes(key)
    command = ["openssl", "dgst", "-sha256", "-verify", "key", "-signature", "signature", "data"]
    return subprocess.run(command, cwd=folder, capture_output=True).returncode == 0


def test_seal_at_the_bedside_and_signature_later_are_over_the_same_bytes(bedside, tmp_path):
    sealed = bedside.seal(DATA, total=TOTAL)
    assert sealed.data("seal") == b""
    assert by_openssl(tmp_path, "moreau", sealed.data("signature"), DATA)
    office = Bench("infirmiere", None)
    office.ask("UNLOCK", code=b"1234")
    signed = countersign(office)
    assert signed.data("seal") == b""
    assert signed.data("digest") == sealed.data("digest")
    assert by_openssl(tmp_path, "infirmiere", signed.data("signature"), DATA)
    assert not by_openssl(tmp_path, "infirmiere", signed.data("signature"), sheets.invoice(2, 2))


def test_seal_is_that_of_mode_03(bedside):
    whole = Bench("infirmiere", "moreau")
    whole.ask("UNLOCK", code=b"1234")
    assert bedside.seal(DATA, total=TOTAL).data("signature") == countersign(whole, mode=3).data("seal")


def test_sealing_needs_no_code_and_touches_no_ps_card():
    bench = Bench("infirmiere", "moreau")
    bench.seal(DATA, total=TOTAL)
    assert signatures(bench) == [0, 1]
    assert bench.ask("CARDS").uint("ps") == 1


def test_countersigning_touches_no_vitale():
    bench = Bench("infirmiere", "moreau")
    bench.ask("UNLOCK", code=b"1234")
    countersign(bench)
    assert signatures(bench) == [1, 0]


def test_sealing_without_a_card_is_refused():
    assert Bench("infirmiere", None).refusal("SEAL", kind=FSE).status == codes.VITALE_ABSENT


def test_countersigning_without_the_code_is_refused():
    bench = Bench("infirmiere", None)
    assert bench.refusal("CERTIFY", what=INVOICE, kind=FSE, mode=4).status == codes.LOCKED


def test_test_card_and_real_card_do_not_seal_together():
    bench = Bench(real_card("infirmiere"), "moreau")
    bench.read("READ_PS_CARD", 0)
    assert bench.refusal("SEAL", kind=FSE).status == codes.TEST_REAL_MIXED


@pytest.mark.parametrize(
    ("data", "wanted"),
    [
        (sheets.record_2(1, nir="2550699999001", cle="62"), (codes.PATIENT, 0, 12)),
        (sheets.record_1(), (codes.ORDER, 0, 1)),
        (sheets.record_2(1) + sheets.record_5(1), (codes.ORDER, 1, 1)),
        (DATA + V, (codes.ORDER, 4, 1)),
        (sheets.record_2(1) + sheets.record_4(1) + sheets.record_5(1, honoraires=1), (codes.TOTAL, 2, 58)),
    ],
    ids=["another patient", "a lot", "no act", "certificates", "a wrong total"],
)
def test_what_is_sealed_keeps_the_rules_of_an_invoice(bedside, data, wanted):
    with pytest.raises(Refused) as refused:
        bedside.seal(data, total=TOTAL)
    assert (refused.value.status, refused.value.record, refused.value.column) == wanted
    assert signatures(bedside) == [0, 0]


def test_what_was_not_confirmed_is_not_sealed(bedside):
    with pytest.raises(Refused) as refused:
        bedside.seal(DATA, total=TOTAL + 1)
    assert refused.value.status == codes.CONFIRMATION
    assert signatures(bedside) == [0, 0]


def test_act_of_a_day_to_come_is_not_sealed(bedside):
    bedside.ask("SET_DATE", date="202603011200")
    with pytest.raises(Refused) as refused:
        bedside.seal(DATA, total=TOTAL)
    assert refused.value.status == codes.DATE


def test_card_taken_out_while_sealing_is_told(bedside):
    bedside.ask("SEAL", kind=FSE)
    bedside.ask("RECORDS", first=0, data=DATA[:256])
    bedside.slots[1].remove()
    bedside.channels[1].watch()
    assert bedside.refusal("RECORDS", first=2, data=DATA[256:]).status == codes.CARD_REMOVED


def test_same_bytes_are_sealed_once_until_the_card_is_touched(bedside):
    first = bedside.seal(DATA, total=TOTAL)
    assert bedside.seal(DATA, total=TOTAL).values == first.values
    assert signatures(bedside) == [0, 1]
    bedside.slots[1].insert(load_card("moreau"))
    assert bedside.seal(DATA, total=TOTAL).values == first.values
    assert signatures(bedside) == [0, 1]  # of another copy of the card


def test_seal_kept_is_not_given_for_a_signature_nor_the_other_way():
    bench = Bench("infirmiere", "moreau")
    bench.ask("UNLOCK", code=b"1234")
    sealed = bench.seal(DATA, total=TOTAL)
    signed = countersign(bench)
    assert [len(signed.data(name)) for name in ("signature", "seal")] == [256, 0]
    assert bench.seal(DATA, total=TOTAL).values == sealed.values
    assert signatures(bench) == [1, 2]


def cut(cards, flash):
    """A reader that power comes back to: the cards lost theirs as well."""
    for card in cards:
        card.deactivate()
    return Bench(None, cards[0], SimpleNamespace(journal=flash))


def test_seal_survives_a_loss_of_power_and_is_not_made_twice():
    cards, flash = [load_card("moreau")], Flash()
    made = cut(cards, flash).seal(DATA, total=TOTAL)
    assert cut(cards, flash).seal(DATA, total=TOTAL).values == made.values
    assert cards[0].signatures == 1


def test_seal_kept_through_a_loss_of_power_is_no_signature():
    cards, flash = [load_card("moreau")], Flash()
    cut(cards, flash).seal(DATA, total=TOTAL)
    cards[0].deactivate()
    office = Bench("infirmiere", cards[0], SimpleNamespace(journal=flash))
    office.ask("UNLOCK", code=b"1234")
    assert len(countersign(office).data("signature")) == 256
    assert len(countersign(office, mode=3).data("seal")) == 256


def test_power_cut_around_every_write_of_a_seal_tells_or_keeps_it():
    """Whenever power fails, the seal is that of the same bytes: kept, told as interrupted once, or made."""
    whole = Flash()
    expected = cut([load_card("moreau")], whole).seal(DATA, total=TOTAL)
    ends = list(accumulate(whole.power.steps))
    for budget in sorted({1, *ends[:-1], *(end - 1 for end in ends)}):
        cards, flash = [load_card("moreau")], Flash()
        bench = cut(cards, flash)
        flash.power.budget = budget
        with pytest.raises(PowerCut):
            bench.seal(DATA, total=TOTAL)
        flash.power.budget = None
        made = cards[0].signatures
        bench = cut(cards, flash)
        try:
            again = bench.seal(DATA, total=TOTAL)
        except Refused as refused:
            assert refused.status == codes.INTERRUPTED
            again = bench.seal(DATA, total=TOTAL)
        assert again.values == expected.values
        assert cards[0].signatures <= made + 1


# --- lots -------------------------------------------------------------------------------------------------


def refused_lot(records, mode):
    """Status, record and column by which a lot in this mode is refused, None when it is taken."""
    bench = Bench("infirmiere", None)
    bench.ask("UNLOCK", code=b"1234")
    try:
        bench.stream(records, LOT, FSE, mode)
    except Refused as refused:
        return refused.status, refused.record, refused.column
    return None


def head(mode):
    return sheets.record_1(securisation=f"{mode:02}")


def visit(**other):
    act = sheets.record_4(1, **other)
    return sheets.record_2(1) + act + sheets.record_5(1)


@pytest.mark.parametrize("sevens", [P + V, V + P], ids=["P V", "V P"])
def test_lot_of_mode_04_takes_what_is_sealed_and_signed(sevens):
    bench = Bench("infirmiere", None)
    bench.ask("UNLOCK", code=b"1234")
    lot = head(4) + sheets.invoice(1) + sevens + sheets.record_6(1)
    assert len(bench.certify(lot, mode=4, invoices=1, total=sheets.FEE).data("signature")) == 256


@pytest.mark.parametrize(
    ("sevens", "wanted"),
    [
        (P, (codes.CERTIFICATE, 8, 1)),
        (V, (codes.CERTIFICATE, 8, 1)),
        (V + P[:384], (codes.CERTIFICATE, 11, 1)),
    ],
    ids=["not sealed", "not countersigned", "a signature cut short"],
)
def test_lot_of_mode_04_takes_no_invoice_without_both(sevens, wanted):
    assert refused_lot(head(4) + sheets.invoice(1) + sevens + sheets.record_6(1), 4) == wanted


def test_sealed_invoice_does_not_fit_in_a_lot_without_seals():
    lot = head(5) + sheets.invoice(1) + P + V
    assert refused_lot(lot, 5) == (codes.CERTIFICATE, 8, 20)


@pytest.mark.parametrize(("said", "announced"), [(3, 4), (4, 3), (2, 3), (4, 2), (5, 4)])
def test_lot_of_another_mode_than_announced_is_refused(said, announced):
    assert refused_lot(head(said), announced) == (codes.MODE, 0, 26)


@pytest.mark.parametrize("place", ["01", "02"])
def test_lot_of_visits_tells_where_they_were(place):
    assert refused_lot(head(2) + visit(mode_traitement=place) + P + V + sheets.record_6(1), 2) is None


@pytest.mark.parametrize("place", ["00", "03", "99"])
def test_visit_without_a_place_is_refused(place):
    assert refused_lot(head(2) + visit(mode_traitement=place), 2) == (codes.MODE, 2, 39)


def test_visit_without_a_seal_is_refused():
    lot = head(2) + visit(mode_traitement="01") + P + sheets.record_6(1)
    assert refused_lot(lot, 2) == (codes.CERTIFICATE, 8, 1)


def test_visit_is_signed_and_sealed_at_once(unlocked):
    made = unlocked.certify(visit(mode_traitement="01"), what=INVOICE, mode=2, invoices=1, total=sheets.FEE)
    assert [len(made.data(name)) for name in ("signature", "seal")] == [256, 256]
