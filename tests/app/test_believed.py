"""A return counts when it comes from whom its file went to; from anybody else it is set aside, whole."""

from __future__ import annotations

import base64
from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import rsa
from journal_maker import KEY, NIR, PS, Maker

from tournee.app.alerts import AlertKind, alerts
from tournee.app.context import Office
from tournee.app.inbound import Fetched, accept_insured, fetch
from tournee.emulation.oct.judging.answers import seal
from tournee.errors import StoreError
from tournee.exchange.route import Mailbox, MailboxKind, Route, Security, Server
from tournee.exchange.sealing.unsealing import unseal
from tournee.formats import noemie, records
from tournee.store import Cipher, Journal, LotState, ReturnState, SheetState

START = datetime(2026, 11, 16, 19, 30, tzinfo=ZoneInfo("Europe/Paris"))
MAKE = Maker()
PS_14 = PS.zfill(14)
OCT, CAISSE, BY_ITS_CRF = "00000732829320", "00000001123751", "00000001751123"
WRONG = ["0" * 14, "00000999999998", "00000001011016", "00000001123752", PS_14, "00000099900009"]


@pytest.fixture(scope="module")
def certified() -> tuple[x509.Certificate, rsa.RSAPrivateKey]:
    key = rsa.generate_private_key(65537, 2048)
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "ps")])
    made = x509.CertificateBuilder().subject_name(name).issuer_name(name).public_key(key.public_key())
    dated = made.serial_number(7).not_valid_before(START).not_valid_after(START + timedelta(days=9))
    return dated.sign(key, hashes.SHA256()), key


@pytest.fixture
def office(tmp_path: Path, certified: tuple[x509.Certificate, rsa.RSAPrivateKey]) -> Iterator[Office]:
    """One invoice sent through an OCT, nothing answered yet."""
    for part in ("new", "cur", "tmp"):
        (tmp_path / "retours" / part).mkdir(parents=True)
    server = Server("mail.example", 465, Security.TLS)
    mailbox = Mailbox(MailboxKind.MAILDIR, path=tmp_path / "retours")
    route = Route("oct", "factures@oct.example", "cabinet@ville.example", "732829320", server, mailbox)
    opener = partial(unseal, key=certified[1], certificate=certified[0])
    with Journal(tmp_path / "journal.db", Cipher(KEY), lambda: START, station=0) as journal:
        MAKE.invoice(journal)
        MAKE.sent_file(journal)
        yield Office(journal, route, lambda: START, opener)


def ends(sender: str, **more: str) -> dict[str, str | int]:
    who = {"type_emetteur": "CP", "numero_emetteur": sender, "type_destinataire": "IF"}
    return {**who, "numero_destinataire": PS_14, "fichier": "000009", **more}


def arl(sender: str, lot: str = "001") -> bytes:
    item = {"emetteur": PS_14, "fichier": "000001", "lot": lot, "date_lot": "260302", "etat": "N"}
    item |= {"code": "0102", "libelle": "CERTIFICAT", "facture": "000000000"}
    return (
        records.encode("000", {**ends(sender, application="AR"), "date": "260303"})
        + records.encode("A", item)
        + records.encode("999", {**ends(sender, application="AR"), "enregistrements": 3, "lots": 1})
    )


def rsp(sender: str, state: str, nir: str = NIR) -> bytes:
    paid = 600 if state == "P" else 0
    sheet = {"rupture": "04", "facture": "000000001", "lot": "001", "date_lot": "260302", "type": "F"}
    person = {"rupture": "05", "nir": nir, "cle": "62", "naissance": "550615", "rang_naissance": "1"}
    share = {"rupture": "05", "demande": 600, "etat": state, "paye": paid, "signe": "P"}
    total = {"enregistrements": 5, "lots": 1, "cumul": paid, "signe": "P", "flux": "R"}
    return (
        noemie.encode("000", {**ends(sender), "date": "260303", "reference": "0576", "flux": "R"})
        + noemie.encode("102", sheet)
        + noemie.encode("103", person)
        + noemie.encode("198", share)
        + noemie.encode("999", {**ends(sender), **total})
    )


def several(sender: str, *payees: str, announced: int = 1200) -> bytes:
    """One file that pays the same invoice number to each of these professionals, 6,00 € each."""
    sheet = {"rupture": "04", "facture": "000000001", "lot": "001", "date_lot": "260302", "type": "F"}
    person = {"rupture": "05", "nir": NIR, "cle": "62", "naissance": "550615", "rang_naissance": "1"}
    share = {"rupture": "05", "demande": 600, "etat": "P", "paye": 600, "signe": "P"}
    total = {"enregistrements": 2 + 4 * len(payees), "lots": 1, "cumul": announced, "signe": "P"}
    parts = [noemie.encode("000", {**ends(sender), "date": "260303", "reference": "0576"})]
    for payee in payees:
        parts.append(noemie.encode("040", {"destinataire": payee.zfill(15)}))
        parts += [noemie.encode(kind, one) for kind, one in (("102", sheet), ("103", person), ("198", share))]
    return b"".join([*parts, noemie.encode("999", {**ends(sender), **total})])


def flat(sender: str) -> bytes:
    total = {"enregistrements": 3, "lots": 0, "cumul": 30000, "signe": "P", "flux": "R"}
    return (
        noemie.encode("000", {**ends(sender), "date": "260303", "reference": "0900", "flux": "R"})
        + noemie.encode("261", {"rupture": "03", "code": "00101", "montant": 30000})
        + noemie.encode("999", {**ends(sender), **total})
    )


def dloi(sender: str) -> bytes:
    head = {**ends(sender, application="DL"), "type_emetteur": "OT"}
    return records.encode("000", {**head, "date": "260303"}) + records.encode(
        "999", {**head, "enregistrements": 2, "lots": 0}
    )


RETURNS = {
    "ARL of the lot": ("ARL", arl),
    "ARL of the file": ("ARL", partial(arl, lot="000")),
    "RSP that pays": ("RSP", partial(rsp, state="P")),
    "RSP that refuses": ("RSP", partial(rsp, state="R")),
    "RSP that defers": ("RSP", partial(rsp, state="D")),
    "RSP outside invoices": ("RSP", flat),
    "dLOI": ("DLOI", dloi),
}


def take(office: Office, word: str, content: bytes, **headers: str) -> Fetched:
    values = {
        "From": "factures@oct.example",
        "Subject": f"{word}/{PS_14}/202611170800",
        "Content-Type": "Application/EDI-consent",
        "Content-Transfer-Encoding": "base64",
        "Content-Description": f"{word}/SV",
    } | headers
    head = "".join(f"{name}: {value}\r\n" for name, value in values.items())
    path = office.route.mailbox.path
    assert path is not None
    (path / "new" / "1").write_bytes(f"{head}\r\n".encode() + base64.encodebytes(content))
    return fetch(office)


def states(office: Office) -> object:
    journal = office.journal
    return (
        [(file.state, file.reason) for file in journal.files.find()],
        [(lot.state, lot.reason) for lot in journal.lots.find()],
        [(sheet.state, sheet.reason) for sheet in journal.invoices.sheets()],
        journal.payments.of_sheet(1),
        journal.effects.payments_outside(),
        journal.effects.unmatched(),
    )


@pytest.mark.parametrize("sender", WRONG)
@pytest.mark.parametrize("name", RETURNS)
@pytest.mark.parametrize("sealed", [False, True], ids=["clear", "sealed"])
def test_a_forged_return_changes_nothing_and_raises_an_alert(office, certified, name, sender, sealed):
    before = states(office)
    word, make = RETURNS[name]
    content = make(sender)
    (settled,) = take(office, word, seal(content, certified[0]) if sealed else content).settled
    assert settled.row.state is ReturnState.QUARANTINED
    assert sender in settled.row.reason
    assert states(office) == before
    assert [one.kind for one in alerts(office)] == [AlertKind.QUARANTINED]
    assert fetch(office, again=True).settled[0].row.state is ReturnState.QUARANTINED
    assert states(office) == before


@pytest.mark.parametrize("sender", [OCT, CAISSE, BY_ITS_CRF])
@pytest.mark.parametrize("sealed", [False, True], ids=["clear", "sealed"])
def test_what_the_oct_or_the_insurer_of_the_lot_sends_counts(office, certified, sender, sealed):
    content = rsp(sender, "P")
    (settled,) = take(office, "RSP", seal(content, certified[0]) if sealed else content).settled
    assert settled.row.state is ReturnState.SETTLED
    assert office.journal.invoices.sheets()[0].state is SheetState.PAID
    clear = "Venu en clair, alors qu’un certificat est indiqué pour vos retours."
    assert (clear in settled.read.notes) is not sealed


def test_an_oct_that_the_route_had_when_the_file_went_still_counts(office):
    """OCT-MODE-3: what was sent keeps its route's end, by the name of the route it went by."""
    office.former = (office.route,)
    office.route = replace(office.route, name="autre", identifier="999999998")
    take(office, "ARL", arl(OCT))
    assert office.journal.lots.find()[0].state is LotState.REFUSED


def test_another_oct_of_the_configuration_answers_for_no_file_that_it_never_had(office):
    office.former = (replace(office.route, name="autre", identifier="999999998"),)
    (settled,) = take(office, "ARL", arl("00000999999998")).settled
    assert settled.row.state is ReturnState.QUARANTINED


def test_a_subject_that_names_another_professional_sets_a_return_aside(office):
    (settled,) = take(office, "ARL", arl(OCT), Subject="ARL/00000751000027/202611170800").settled
    assert settled.row.state is ReturnState.QUARANTINED
    assert "751000027" in settled.row.reason


def test_another_address_is_said_and_hinders_nothing(office):
    (settled,) = take(office, "ARL", arl(OCT), From="Caisse <autre@ailleurs.example>").settled
    assert settled.row.state is ReturnState.SETTLED
    assert (
        "Envoyé par autre@ailleurs.example, qui n’est l’adresse d’aucune de vos routes." in settled.read.notes
    )


def test_a_text_changes_nothing_whoever_sends_it(office):
    before = states(office)
    (settled,) = take(office, "ART", b"LOT 001 REFUSE", From="autre@ailleurs.example").settled
    assert (settled.read.kind, states(office)) == ("ART", before)


def test_a_refused_payment_raises_one_alert_that_names_patient_and_reason(office):
    take(office, "RSP", rsp(CAISSE, "R"))
    (found,) = alerts(office)
    assert (found.kind, found.about) == (AlertKind.PAYMENT_REFUSED, "facture 000000001, LEFEVRE ELOISE")
    assert found.text.startswith("paiement refusé : ")
    office.journal.visits.reopen(1, "ordonnance envoyée")
    assert alerts(office) == []


def test_a_deferred_payment_raises_one_alert_until_it_is_paid(office):
    take(office, "RSP", rsp(CAISSE, "D"))
    (found,) = alerts(office)
    assert (found.kind, found.text) == (
        AlertKind.PAYMENT_DEFERRED,
        "paiement en attente : différé, sans motif",
    )
    take(office, "RSP", rsp(CAISSE, "P"))
    assert alerts(office) == []


def test_a_nir_given_anew_changes_nothing_until_it_is_accepted(office):
    before = office.journal.invoices.sheets()[0].state
    take(office, "RSP", rsp(CAISSE, "P", "2550699999002"))
    assert office.journal.invoices.sheets()[0].state is before
    (found,) = alerts(office)
    assert (found.kind, found.about) == (AlertKind.OTHER_INSURED, "retour 1, facture 000000001")
    assert found.text == "payé, 6,00 € pour un autre NIR que celui de la facture : rien n’est changé"
    accept_insured(office, 1)
    assert office.journal.effects.unmatched() == ()
    assert office.journal.invoices.sheets()[0].state is SheetState.PAID
    assert [payment.paid for payment in office.journal.payments.of_sheet(1)] == [600]
    assert alerts(office) == []
    with pytest.raises(StoreError):
        accept_insured(office, 1)
    assert [payment.paid for payment in office.journal.payments.of_sheet(1)] == [600]


@pytest.mark.parametrize(
    ("first", "then", "said"),
    [
        (partial(arl, OCT), partial(rsp, CAISSE, "P"), "refusée, puis payée : à vérifier"),
        (partial(rsp, CAISSE, "R"), partial(rsp, CAISSE, "P"), "paiement refusé, puis payé : à vérifier"),
        (partial(rsp, CAISSE, "P"), partial(rsp, CAISSE, "R"), "payée, puis paiement refusé : à vérifier"),
    ],
)
def test_a_contradiction_is_said(office, first, then, said):
    take(office, "RSP", first())
    (settled,) = take(office, "RSP", then()).settled
    assert said in settled.effects[0].note


def test_of_a_file_of_several_professionals_only_ours_is_applied_and_the_others_are_said(office):
    (settled,) = take(office, "RSP", several(CAISSE, "123456782", PS)).settled
    assert [row.applied for row in settled.effects] == [False, True]
    assert [payment.paid for payment in office.journal.payments.of_sheet(1)] == [600]
    assert (
        "Pour d’autres professionnels (123456782) : 1 éléments, 6,00 €, laissés de côté."
        in settled.read.notes
    )
    assert alerts(office) == []


def test_a_file_for_others_alone_changes_nothing(office):
    before = office.journal.invoices.sheets()[0].state
    take(office, "RSP", several(CAISSE, "123456782", "123456790"))
    assert office.journal.invoices.sheets()[0].state is before
    assert alerts(office) == []


def test_totals_that_disagree_with_their_own_lines_are_an_alert(office):
    take(office, "RSP", several(CAISSE, PS, announced=700))
    (found,) = alerts(office)
    assert (found.kind, found.about) == (AlertKind.UNSOUND, "retour 1")
    assert "999 : annonce 6 et 700 centimes, lu 6 et 600 centimes (écart -100)" in found.text


def test_another_address_is_an_alert_until_it_is_seen(office):
    take(office, "ARL", arl(OCT).replace(b"N0102", b"P0000"), From="autre@ailleurs.example")
    (found,) = alerts(office)
    assert (found.kind, "autre@ailleurs.example" in found.text) == (AlertKind.ODD, True)
    office.journal.doubts.seen([1], "nouvelle adresse de l’OCT")
    assert alerts(office) == []


@pytest.mark.parametrize("sealed", [False, True], ids=["clear before", "sealed before"])
def test_a_clear_return_is_an_alert_where_those_before_were_sealed(office, certified, sealed):
    content = arl(OCT).replace(b"N0102", b"P0000")
    take(office, "ARL", seal(content, certified[0]) if sealed else content)
    assert alerts(office) == []
    take(office, "RSP", rsp(CAISSE, "P"))
    assert [one.kind for one in alerts(office)] == ([AlertKind.ODD] if sealed else [])
