"""The demonstration's days with the demonstration's cards: every visit makes its invoice."""

from importlib.resources import files

import pytest

from tournee.billing.dayfile.day import load_day
from tournee.billing.invoice import choose_patient, make_invoice
from tournee.billing.nomenclature.table import packaged
from tournee.billing.rules.patient import require_same_ps
from tournee.billing.sheets import invoice_sheets
from tournee.billing.zones.card import patients_from_groups, ps_from_groups
from tournee.emulation.cards.content import card_content, card_names
from tournee.formats import zones

DAYS = {"infirmier": "infirmiere", "kine": "kine"}


@pytest.fixture(scope="module")
def invoices():
    """Every invoice of both days, numbered from 1."""
    vitale = {}
    for name in card_names("vitale"):
        patients = patients_from_groups(zones.decode(card_content(name).zone))
        vitale[patients[0].nir] = patients
    made = []
    for day_name, card in DAYS.items():
        data = (files("tournee.emulation") / "days" / f"{day_name}.toml").read_bytes()
        day = load_day(data, f"{day_name}.toml", packaged())
        ps = ps_from_groups(zones.decode(card_content(card).zone))
        require_same_ps(day, ps)
        for visit in day.visits:
            patient = visit.typed or choose_patient(vitale[visit.nir], visit.visit)
            made.append(make_invoice(ps, patient, visit, len(made) + 1))
    return made


def of(invoices, name, first_name):
    named = {(each.patient.name, each.patient.first_name): each for each in invoices}
    return named[name, first_name]


def test_days_hold_at_least_thirteen_patients_of_both_professions(invoices):
    patients = {(each.patient.nir, each.patient.born, each.patient.birth_rank) for each in invoices}
    assert len(patients) >= 13
    assert {each.ps.ps_type for each in invoices} == {"IF", "MK"}


def test_days_show_every_way_to_ask_for_the_complementary_share(invoices):
    assert {each.claim.way for each in invoices} == {"none", "separate", "single", "split"}


def test_dre_of_pereira_goes_to_the_amc_that_the_oct_does_not_know(invoices):
    fse, dre = invoice_sheets(of(invoices, "PEREIRA", "ANTONIO"))
    assert (fse.kind, dre.kind, dre.crf) == ("FSE", "DRE", "D0099999997")
    assert [sheet.crf for each in invoices for sheet in invoice_sheets(each)].count(dre.crf) == 1


def test_one_visit_is_in_degraded_mode_typed_by_hand(invoices):
    assert [each.patient.name for each in invoices if each.visit.mode == "05"] == ["MARTINEZ"]


def test_amounts_of_the_days_are_those_worked_out_by_hand(invoices):
    # GARNIER: BSB 18.20 + 8.50, AMX 4 = 13.40, AMX 1 at half = 1.675, 1.68, MCI 5.00, IFI 2.75,
    #   IK 14 x 0.35 = 4.90; ALD: 54.43 in full
    # CHEVALIER: BSA 13.00 + 8.50, IFI 2.75, IK 3 x 0.35 = 1.05; 60 %: 12.90 + 1.65 + 0.63 = 15.18
    # HOARAU: RAM 8.09 x 2.21 = 17.8789, 17.88, IFD 2.50, IK 11 x 0.38 = 4.18;
    #   60 %: 10.73 + 1.50 + 2.51 = 14.74
    # FONTAINE: ARL 8.49 x 2.21 = 18.7629, 18.76; 60 %: 11.256, 11.26
    expected = {
        ("GARNIER", "ROBERT"): (5443, 5443, 0),
        ("CHEVALIER", "LUCIEN"): (2530, 1518, 1012),
        ("HOARAU", "JEAN"): (2456, 1474, 982),
        ("FONTAINE", "EVE"): (1876, 1126, 750),
    }
    for who, amounts in expected.items():
        invoice = of(invoices, *who)
        assert (invoice.fee, invoice.amo, invoice.amc) == amounts


def test_no_identifier_of_the_cards_is_that_of_an_insurer_in_the_world(invoices):
    """0075500017 stands for the AME in carers' software."""
    assert "0075500017" not in {each.claim.amc.number for each in invoices if each.claim.amc is not None}
