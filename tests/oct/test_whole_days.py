"""The demonstration's days, billed, certified with the test cards' keys, framed, sealed, judged."""

import importlib.resources
from datetime import UTC, datetime
from types import SimpleNamespace

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding
from whole_in_memory import build_message, seal, single_file

from tournee.billing.dayfile.day import load_day
from tournee.billing.invoice import choose_patient, make_invoice
from tournee.billing.nomenclature.table import packaged
from tournee.billing.sheets import invoice_sheets
from tournee.billing.zones.card import patients_from_groups, ps_from_groups
from tournee.crypto.certificates import read
from tournee.emulation.cards import certificate_pem
from tournee.emulation.cards.certificates import as_der
from tournee.emulation.cards.content import card_content, card_names
from tournee.emulation.cards.lookup import ps_card_of, vitale_of
from tournee.emulation.oct import EmulatedOct, Scenario
from tournee.emulation.world import SCENARIO as DEMONSTRATION
from tournee.exchange.certificates import certificate_records
from tournee.exchange.files import format_file
from tournee.exchange.lots import LotSender, group_sheets, lot_body, lot_group
from tournee.exchange.message import compostage, facts_of, message_id, subject_of
from tournee.exchange.route import MailCipher, Sealing
from tournee.exchange.sealing.recipient import check_recipient
from tournee.exchange.splitting import split_lot
from tournee.formats import zones
from tournee.returns.classify import take_in

NOW = datetime(2026, 11, 16, 19, 30, tzinfo=UTC)
SCENARIO = Scenario()
DAYS = {"infirmier": 10, "kine": 7}


def signature(name: str, signed: bytes, number: str, ps: str, kind: str) -> bytes:
    card = card_content(name)
    made = card.key.sign(signed, PKCS1v15(), SHA256())
    return certificate_records(ps, number, kind, made, as_der(card.certificate))


def certified_sheets(day_name: str):
    """Who bills, and every sheet of the day with its certificates."""
    data = (importlib.resources.files("tournee.emulation") / "days" / f"{day_name}.toml").read_bytes()
    day = load_day(data, day_name, packaged())
    ps_card = ps_card_of(day.ps_number)
    ps = ps_from_groups(zones.decode(card_content(ps_card).zone))
    sheets = []
    for rank, visit in enumerate(day.visits, 1):
        patient, vitale = visit.typed, ""
        if patient is None:
            vitale = vitale_of(visit.nir)
            patient = choose_patient(
                patients_from_groups(zones.decode(card_content(vitale).zone)), visit.visit
            )
        number = f"{rank:09d}"
        for sheet in invoice_sheets(make_invoice(ps, patient, visit, rank)):
            sevens = signature(ps_card, sheet.records, number, ps.billing_number, "P")
            if sheet.mode == "03":
                sevens += signature(vitale, sheet.records, number, ps.billing_number, "V")
            sheets.append(
                SimpleNamespace(
                    kind=sheet.kind,
                    crf=sheet.crf,
                    mode=sheet.mode,
                    organisme=sheet.organisme,
                    invoice=number,
                    records=sheet.records + sevens,
                    sevens=sevens,
                )
            )
    return LotSender(ps.billing_number, ps.ps_type, ps.name), ps_card, sheets


def certified_lots(sender, ps_card, sheets):
    lots = []
    for rank, (key, members) in enumerate(group_sheets(sheets), 1):
        body = lot_body(sender, rank, key, f"{NOW:%y%m%d}", [sheet.records for sheet in members])
        lots.append(body + signature(ps_card, body, f"{rank:03d}", sender.number, "L"))
    return lots


@pytest.fixture(scope="module", params=sorted(DAYS))
def day(request):
    sender, ps_card, sheets = certified_sheets(request.param)
    return SimpleNamespace(
        sender=sender,
        sheets=sheets,
        lots=certified_lots(sender, ps_card, sheets),
        invoices=DAYS[request.param],
    )


@pytest.fixture
def day_oct(oct_identity):
    key, certificate = oct_identity
    known = [x509.load_pem_x509_certificate(certificate_pem(name)) for name in card_names()]
    return EmulatedOct(None, key, certificate, known, SCENARIO, lambda: NOW)


def as_message(
    file: bytes,
    oct_identity,
    sealing=Sealing.K,
    cipher=MailCipher.AES_256_CBC,
    counter=1,
    recipient=SCENARIO.address,
) -> bytes:
    attachment = file
    if sealing is not Sealing.CLEAR:
        _, certificate = oct_identity
        moment = certificate.not_valid_before_utc
        told = read(certificate.public_bytes(Encoding.DER))
        holder = check_recipient(told, now=moment, revoked=frozenset(), where="de l’OCT")
        attachment = seal(file, holder, sealing=sealing, cipher=cipher)
    facts = facts_of(file)
    subject = subject_of(facts, compostage(NOW, counter))
    return build_message(
        subject=subject,
        sender="cabinet@soins.example",
        recipient=recipient,
        file_name=facts.name,
        attachment=attachment,
        sealing=sealing,
        date=NOW,
        identifier=message_id(subject, "cabinet@soins.example"),
    )


@pytest.mark.parametrize(
    ("sealing", "cipher"),
    [
        (Sealing.K, MailCipher.AES_256_CBC),
        (Sealing.ZK, MailCipher.AES_128_CBC),
        (Sealing.CLEAR, MailCipher.AES_256_CBC),
    ],
)
def test_a_day_is_accepted_but_for_the_lot_of_an_unknown_amc(day, day_oct, oct_identity, sealing, cipher):
    """OCT-SF-1."""
    file = single_file(day.sender, 1, NOW, SCENARIO.siren, day.lots).clear
    decoded = [take_in(answer) for answer in day_oct.receive(as_message(file, oct_identity, sealing, cipher))]
    told = [(item.accepted, item.code) for item in decoded[1].content.items]
    crfs = [str(split_lot(lot).head["crf"]) for lot in day.lots]
    assert told == [(False, "0199") if crf == "D0099999997" else (True, "0000") for crf in crfs]
    assert all(one.kind == "RSP" and one.content.faults == () for one in decoded[2:])


def test_nobody_is_paid_more_than_the_fee(day, day_oct, oct_identity):
    file = single_file(day.sender, 1, NOW, SCENARIO.siren, day.lots).clear
    paid: dict[str, int] = {}
    for answer in day_oct.receive(as_message(file, oct_identity)):
        one = take_in(answer)
        if one.kind == "RSP":
            for sheet in one.content.sheets:
                paid[sheet.invoice] = paid.get(sheet.invoice, 0) + sheet.paid
    fees = {invoice.number: invoice.fee for lot in day.lots for invoice in split_lot(lot).invoices}
    assert len(fees) == day.invoices
    assert paid
    assert all(amount <= fees[number] for number, amount in paid.items())


def test_the_demonstrations_insurers_pay_reject_comment_and_hold_back(day_oct, oct_identity):
    """OCT-RET-3."""
    sender, ps_card, sheets = certified_sheets("infirmier")
    day_oct.scenario = DEMONSTRATION
    lots = certified_lots(sender, ps_card, sheets)
    file = single_file(sender, 1, NOW, DEMONSTRATION.siren, lots).clear
    message = as_message(file, oct_identity, recipient=DEMONSTRATION.address)
    told = [take_in(answer).content for answer in day_oct.receive(message)][2:]
    reported = [sheet for rsp in told if rsp.reference == "580" for sheet in rsp.sheets]
    assert [(sheet.nir, [one.code for one in sheet.rejections]) for sheet in reported] == [
        ("155062A999001", ["0043"]),
        ("2930459350088", []),
    ]
    assert all("SIMULATION" in comment for sheet in reported for comment in sheet.comments)
    paid = {sheet.nir for rsp in told if rsp.reference == "576" for sheet in rsp.sheets if sheet.paid}
    assert "2930459350088" in paid
    assert [one.amount for one in told[-1].other_payments if not one.moved] == [30000, -4500]


def test_source_splitting_is_taken_file_by_file(day, day_oct, oct_identity):
    """One file a CRF, application TR, through the OCT's address (OCT-SS)."""
    by_crf: dict[str, list[bytes]] = {}
    for lot in day.lots:
        by_crf.setdefault(str(split_lot(lot).head["crf"]), []).append(lot)
    for counter, (crf, lots) in enumerate(by_crf.items(), 1):
        organisme = str(split_lot(lots[0]).head["organisme"])
        is_dre = crf.startswith("D")
        number = crf[1:].zfill(14) if is_dre else f"000000{crf[1:3]}{crf[6:9]}{organisme}"
        moment, kind = f"{NOW:%Y%m%d%H%M}", "OC" if is_dre else "CT"
        head = (moment, f"{counter:06d}", day.sender.ps_type, day.sender.number_14, "TR", kind, number, crf)
        size = str(sum(len(lot) for lot in lots))
        groups = [(lot_group(lot, day.sender.ps_type), lot) for lot in lots]
        file = format_file(zones.make(12, *head), zones.make(14, str(len(lots)), size, ""), groups).clear
        arl = take_in(day_oct.receive(as_message(file, oct_identity, counter=counter))[1]).content
        assert [item.code for item in arl.items] == ["0199" if crf == "D0099999997" else "0000"] * len(lots)
    assert {flow.crf for flow in day_oct.flows} == set(by_crf) - {"D0099999997"}
