"""Who pays, in cents and bytes: day files against records written down column by column (vectors/payers), and
the emulated OCT's judgement of what billing writes.
"""

from datetime import date
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tournee.billing.dayfile.day import load_day
from tournee.billing.entitlement import Entitlement
from tournee.billing.identity import Amc, CardAccident, Coverage, Patient, Period, PsIdentity
from tournee.billing.invoice import Invoice, make_invoice
from tournee.billing.judging import judge
from tournee.billing.kept.judged import read_judged, write_judged
from tournee.billing.kept.known import Nothing
from tournee.billing.nomenclature.table import packaged
from tournee.billing.rules.case import carer_of
from tournee.billing.rules.visit import RuleError
from tournee.billing.sheets import invoice_sheets
from tournee.billing.visit import Act, Agreement, Passage, Prescription, Travel, Visit
from tournee.billing.zones.decoded import Told
from tournee.billing.zones.decoding import KNOWN, Asked, invoice_from_groups
from tournee.billing.zones.groups import invoice_groups
from tournee.emulation.oct.judging.lot import OctLot, read_lot
from tournee.emulation.oct.judging.sheet_checks import check_sheet
from tournee.formats import records
from tournee.formats.records import RECORD_LENGTH

VECTORS = Path(__file__).parents[1] / "vectors" / "payers"
NAMES = sorted(path.stem for path in VECTORS.glob("*.records"))
NUMBERS = {
    "ame": 201,
    "alsace_moselle": 202,
    "exoneration_3": 203,
    "exoneration_5": 204,
    "exoneration_9": 205,
    "maternite": 206,
    "prevention": 207,
    "prevention_et_soin": 208,
    "accord_silence": 209,
    "accord_donne": 210,
    "c2s": 211,
    "accident": 212,
}
NURSE = PsIdentity(
    "756000121", "IF", "24", "LEFEBVRE", "CLAIRE", rpps="10100000016", tariff_zone="10", test=True
)
DAYS = tuple(date(2026, 10, day) for day in (12, 13, 14, 15))


def written_down(name: str) -> list[bytes]:
    lines = (VECTORS / f"{name}.records").read_text(encoding="utf-8").splitlines()
    return [line.removesuffix("|").encode("ascii") for line in lines if not line.startswith("#")]


def invoice_of(name: str) -> Invoice:
    path = VECTORS / f"{name}.toml"
    (judged,) = load_day(path.read_bytes(), path.name, packaged()).visits
    return make_invoice(NURSE, judged.visit.typed, judged, NUMBERS[name])


def lot_of(invoice: Invoice, kind: str) -> OctLot:
    """The lot that the invoice's sheet of a kind would be in, unsigned."""
    (sheet,) = (one for one in invoice_sheets(invoice) if one.kind == kind)
    who = {"emetteur": NURSE.billing_number, "lot": "001"}
    head = {
        "organisme": sheet.organisme,
        "categorie": kind,
        "securisation": sheet.mode,
        "nom": "LEFEBVRE CLAIRE",
        "date": f"{invoice.visit.day:%y%m%d}",
        "crf": sheet.crf,
    }
    amounts = {"total": sheet.fee, "part_amo": sheet.amo, "part_amc": sheet.amc}
    end = records.encode("6", {**who, "factures": 1, "actes": sheet.acts, **amounts})
    return read_lot(records.encode("1", {**who, **head}) + sheet.records + end, 1)


def judged_by_the_oct(invoice: Invoice) -> None:
    for kind in invoice.claim.documents:
        lot = lot_of(invoice, kind)
        check_sheet(lot.sheets[0], lot)


def test_every_vector_is_used():
    assert set(NAMES) == set(NUMBERS)


@pytest.mark.parametrize("name", NAMES)
def test_invoice_has_the_records_written_down(name):
    body = invoice_sheets(invoice_of(name))[0].records
    found = [body[at : at + RECORD_LENGTH] for at in range(0, len(body), RECORD_LENGTH)]
    assert found == written_down(name)


@pytest.mark.parametrize("name", NAMES)
def test_oct_finds_nothing_wrong_with_the_codes(name):
    judged_by_the_oct(invoice_of(name))


def test_ame_is_billed_without_a_card_and_without_saying_more():
    (judged,) = load_day((VECTORS / "ame.toml").read_bytes(), "ame.toml", packaged()).visits
    visit = judged.visit
    assert (visit.mode, visit.reason, visit.third_party) == ("01", "attestation d’AME", 1)


@pytest.mark.parametrize("name", NAMES)
def test_what_is_said_of_who_pays_is_kept_by_the_journal(name):
    path = VECTORS / f"{name}.toml"
    (judged,) = load_day(path.read_bytes(), path.name, packaged()).visits
    assert read_judged(write_judged(judged)) == judged


EXEMPTIONS = st.sampled_from(["", "", "3", "5", "7", "9"])
PERIODS = st.sampled_from(
    [Period(), Period("20261014", ""), Period("", "20261013"), Period("20260901", "20261231")]
)
COVERAGES = st.lists(
    st.builds(
        Coverage,
        st.sampled_from("00124"),
        st.sampled_from(["0100", "0104", "0400", "0403", "0700", "0900", "1000", "9020"]),
        PERIODS,
    ),
    max_size=3,
).map(tuple)
ACTS = st.lists(
    st.builds(Act, st.just("AMI"), st.sampled_from([150, 200, 240, 400]), exemption=EXEMPTIONS),
    min_size=1,
    max_size=2,
).map(tuple)
PASSAGES = st.lists(
    st.builds(
        Passage,
        st.sampled_from(DAYS),
        acts=ACTS,
        travel=st.sampled_from([None, Travel("IFA"), Travel("IFA", kilometres=12)]),
    ),
    min_size=1,
    max_size=3,
    unique_by=lambda passage: passage.day,
).map(tuple)
AMCS = st.sampled_from(
    [
        None,
        Amc("0035500042", "separate", "87654321", "33"),
        Amc("0020500018", "single", indicator="01"),
        Amc("0069500033", "separate", indicator="63", c2s=True),
    ]
)
ENTITLEMENTS = st.builds(
    Entitlement,
    EXEMPTIONS,
    st.booleans(),
    st.sampled_from([None, None, Period("20261014", "20270112")]),
)
AGREEMENTS = st.sampled_from(
    [
        None,
        Agreement(date(2026, 9, 29)),
        Agreement(date(2026, 10, 1), "given", date(2026, 10, 9), "DAP 1"),
    ]
)


@st.composite
def cases(draw):
    """A patient of a card and a visit, paid for by whatever there is."""
    nature = draw(st.sampled_from(["10", "10", "10", "30", "41"]))
    patient = Patient(
        "155062A999001",
        "41",
        "01",
        "041",
        "0000",
        "19550611",
        "CASANOVA",
        "ANGE",
        coverage=draw(COVERAGES),
        amc=draw(AMCS),
        accidents=(CardAccident("26091401", "010210210"),) if nature == "41" else (),
        test=True,
    )
    visit = Visit(
        DAYS[-1],
        patient.nir,
        patient.key,
        draw(PASSAGES),
        Prescription(date(2026, 10, 2), "751000126", "10100001071", origin=draw(st.sampled_from("VEID"))),
        agreement=draw(AGREEMENTS),
        third_party=draw(st.integers(0, 3)),
        nature=nature,
        exempt=draw(st.booleans()),
        entitlement=draw(ENTITLEMENTS),
    )
    return patient, visit


def made(patient: Patient, visit: Visit) -> Invoice | None:
    """The invoice, None when the rules refuse the visit."""
    verdict = judge(visit, carer_of(NURSE.billing_number, "IF"), Nothing(), packaged())
    if verdict.breaches:
        return None
    try:
        return make_invoice(NURSE, patient, verdict.visit, 1)
    except RuleError:
        return None


@given(cases())
def test_shares_add_up_to_the_fee_and_none_is_negative_whoever_pays(case):
    invoice = made(*case)
    if invoice is None:
        return
    for line in invoice.lines:
        shares = (line.amo, invoice.amc_of(line), line.fee - line.amo - invoice.amc_of(line))
        assert min(shares) >= 0
        assert sum(shares) == line.fee
    assert invoice.amo + invoice.amc + (invoice.fee - invoice.amo - invoice.amc) == invoice.fee
    assert 0 <= invoice.due <= invoice.fee


@given(cases())
def test_oct_finds_nothing_wrong_whoever_pays(case):
    invoice = made(*case)
    if invoice is not None:
        judged_by_the_oct(invoice)


@given(cases())
def test_who_pays_is_told_in_groups_and_made_again_to_the_byte(case):
    invoice = made(*case)
    if invoice is None:
        return
    told = Told(invoice_groups(invoice), known=KNOWN)
    asked = Asked(frozenset(invoice.claim.documents), invoice.visit.mode)
    again = invoice_from_groups(told, NURSE, [case[0]], asked)
    assert invoice_sheets(again)[0].records == invoice_sheets(invoice)[0].records
