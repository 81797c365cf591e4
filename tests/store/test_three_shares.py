"""Three shares of an invoice, as its records say them: what each gives the carer adds up to the fee."""

import sqlite3

import pytest
from journal_maker import KEY, NOW, PS

from tournee.formats.records import encode
from tournee.model import Sheet, ThreeShares
from tournee.store import Cipher, Journal
from tournee.store.accounts.three_shares import three_shares
from tournee.store.opening import SCHEMA, THREE_SHARES

FACES = {"emetteur": "756000121", "nir": "1820475113042", "cle": "45", "rang": "001", "facture": "000000001"}
RIGHTS = {"regime": "01", "caisse": "021", "centre": "0210", "nature_assurance": "10", "nature": "1"}
BORN = {"naissance": "820412", "rang_naissance": "1"}
FEE, AMO, AMC = 1000, 600, 400


def body(third_party: str, paid: int, split: int | None = None, number: int = 1) -> bytes:
    faces = FACES | {"facture": f"{number:09}"}
    parts = [encode("2", faces | RIGHTS | BORN | {"tiers_payant": third_party})]
    if split is not None:
        told = {
            "numero_amc": "0099999997",
            "adherent": "1",
            "tp_complementaire": "1",
            "routage": "",
            "hote": "",
        }
        parts.append(encode("2A", faces | told | {"montant_complementaire": split}))
    sums = {"lignes": 1, "honoraires": FEE, "part_amo": AMO, "part_amc": AMC, "paye_assure": paid}
    return b"".join((*parts, encode("5", faces | sums)))


@pytest.mark.parametrize(
    ("third_party", "paid", "split", "expected"),
    [
        ("0", 1000, None, (0, 0, 1000)),  # the patient gives all, and is paid back
        ("1", 400, None, (600, 0, 400)),
        ("2", 600, 400, (0, 400, 600)),
        ("3", 0, 400, (600, 400, 0)),
        ("3", 0, None, (600, 400, 0)),  # the caisse settles both
        ("1", 400, 400, (600, 400, 0)),  # contract 99: the split is asked of the OCT
        ("0", 1000, 400, (0, 400, 600)),
    ],
)
def test_shares_are_what_the_records_say(third_party, paid, split, expected):
    assert three_shares(body(third_party, paid, split), FEE, AMO, AMC) == expected
    assert sum(expected) == FEE


def test_records_that_cannot_be_read_leave_both_insurers_their_shares():
    assert three_shares(b"2".ljust(128) + b"5".ljust(128), FEE, AMO, 300) == (600, 300, 100)


def test_an_invoice_keeps_its_shares(journal):
    journal.visits.add_day("digest", PS, "20260302", [b"visit"])

    def build(number: int) -> list[Sheet]:
        told = body("1", 400, number=number)
        return [Sheet("FSE", "F01751123", "03", "751", told, 1, FEE, AMO, AMC, "A B", "1820475113042")]

    invoice = journal.invoices.make(1, PS, build)
    assert journal.invoices.get(invoice).shares == ThreeShares(600, 0, 400)


def test_a_journal_of_before_has_its_shares_once_it_is_opened(tmp_path):
    schema = tmp_path / "schema"
    schema.mkdir()
    for script in sorted(SCHEMA.glob("*.sql"))[: THREE_SHARES - 1]:
        (schema / script.name).write_bytes(script.read_bytes())
    path = tmp_path / "journal.db"
    with Journal(path, Cipher(KEY), lambda: NOW, schema=schema, station=0) as old:
        old.visits.add_day("digest", PS, "20260302", [b"visit"])
    with sqlite3.connect(path) as raw:
        raw.execute(
            "INSERT INTO invoice (id, visit, ps, number, made) VALUES (1, 1, ?, 1, '2026-03-02')", (PS,)
        )
        raw.execute(
            "INSERT INTO sheet (id, invoice, kind, crf, mode, organisme, acts, fee, amo, amc, state,"
            " patient_sealed, nir_sealed) VALUES (1, 1, 'FSE', 'F', '03', '751', 1, 1000, 600, 400, 'made',"
            " x'00', x'00')"
        )
        sealed = Cipher(KEY).encrypt(body("0", 1000), "sheet.records.1")
        raw.execute("INSERT INTO sheet_bytes (sheet, records_sealed) VALUES (1, ?)", (sealed,))
    with Journal(path, Cipher(KEY), lambda: NOW, station=0) as journal:
        (row,) = journal.db.rows("SELECT by_amo, by_amc, by_patient FROM invoice")
        assert tuple(row.values()) == (0, 0, 1000)
