"""Whole invoices against records written down column by column (vectors/billing/*.records)."""

from dataclasses import replace
from pathlib import Path

import pytest

from tournee.billing.dayfile.day import load_day
from tournee.billing.identity import Substitute
from tournee.billing.invoice import Invoice, make_invoice
from tournee.billing.nomenclature.table import packaged
from tournee.billing.sheets import invoice_sheets

RECORD = 128
NUMBERS = {
    "accident_du_travail": 101,
    "article_11b": 7,
    "contrat_99": 999_999_999,
    "enfant_fse_dre": 42,
    "injection_dimanche": 1,
    "kine_ald_1er_janvier_2026": 100,
    "kine_ald_31_decembre_2025": 100,
    "remplacement": 1,
    "visite": 1,
}
INES = Substitute("756000030", "10100000040", "FAURE", "INES")


def written_down(path: Path) -> list[bytes]:
    lines = path.read_text(encoding="utf-8").splitlines()
    return [line.removesuffix("|").encode("ascii") for line in lines if not line.startswith("#")]


@pytest.fixture
def invoice_of(vectors, nurse, kine, patient):
    def build(name: str) -> Invoice:
        path = vectors / f"{name}.toml"
        day = load_day(path.read_bytes(), path.name, packaged())
        visit = day.visits[0]
        ps = nurse if day.profession == "IF" else kine
        if visit.visit.replacement is not None:
            ps = replace(ps, rpps=INES.rpps, substitute=INES)
        return make_invoice(ps, visit.typed or patient(), visit, NUMBERS[name])

    return build


@pytest.mark.parametrize("name", sorted(NUMBERS))
def test_invoice_has_the_records_written_down(name, invoice_of, vectors):
    body = invoice_sheets(invoice_of(name))[0].records
    found = [body[at : at + RECORD] for at in range(0, len(body), RECORD)]
    assert found == written_down(vectors / f"{name}.records")


def test_every_vector_is_used(vectors):
    assert {path.stem for path in vectors.glob("*.records")} == set(NUMBERS)


def test_fse_and_dre_of_an_invoice_hold_the_same_records_under_two_crf(invoice_of):
    fse, dre = invoice_sheets(invoice_of("enfant_fse_dre"))
    assert (fse.kind, fse.crf, fse.organisme) == ("FSE", "F01021011", "021")
    assert (dre.kind, dre.crf, dre.organisme) == ("DRE", "D0099900009", "000")
    assert fse.records == dre.records


def test_sheet_tells_its_mode_acts_and_totals(invoice_of):
    (sheet,) = invoice_sheets(invoice_of("contrat_99"))
    assert (sheet.kind, sheet.mode, sheet.acts) == ("FSE", "05", 3)
    assert (sheet.fee, sheet.amo, sheet.amc) == (2960, 1776, 1184)


def test_contract_99_patient_owes_nothing_though_record_5_counts_group_1410_alone(invoice_of):
    invoice = invoice_of("contrat_99")
    assert (invoice.paid, invoice.due) == (1184, 0)


def test_third_act_of_a_session_is_kept_out_of_the_records_and_told(invoice_of):
    invoice = invoice_of("article_11b")
    assert [(act.code, act.coefficient) for act in invoice.unbilled] == [("AMI", 100)]
