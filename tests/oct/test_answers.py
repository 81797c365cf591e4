"""What the emulated OCT sends back and passes on, read with the decoders of returns."""

import subprocess
from dataclasses import replace

import pytest
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from tournee.emulation.oct import FlatPayment, Retention, Scenario, ScenarioRejection
from tournee.model import Outcome
from tournee.returns.classify import take_in
from tournee.returns.effects import effects_of
from tournee.returns.rsp.content import OtherPayment, Part

SECOND_NIR = {"nir": "155062A999001", "nir_key": "41"}
DEMONSTRATION = "Flux de démonstration : ces paiements sont fictifs."
FLAT = FlatPayment("00101", "FORFAIT TELETRANSMISSION", 28000, "260101", "261231")


@pytest.fixture
def day(workshop):
    """A single file: a FSE lot of three (one without third-party payment), the DRE of the first."""
    sheets = (
        workshop.Sheet("000000041", third_party="3", acts=2),
        workshop.Sheet("000000042", **SECOND_NIR),
        workshop.Sheet("000000043", third_party="0"),
    )
    fse = workshop.Lot(sheets=sheets)
    dre = workshop.Lot(number="002", kind="DRE", crf="D0088888888", sheets=(replace(sheets[0], two={}),))
    return workshop.message(workshop.file([workshop.lot(fse), workshop.lot(dre)]))


def returns(answers):
    return [take_in(answer) for answer in answers]


def rsps(answers):
    return [one.content for one in returns(answers) if one.kind == "RSP"]


def test_every_answer_is_decoded_without_a_fault_and_the_flows_are_demonstrations(make_oct, day):
    scenario = Scenario(
        rejected={"155062A999001": ScenarioRejection("2201", "PRESCRIPTION NON CONFORME")}, flat_payment=FLAT
    )
    decoded = returns(make_oct(scenario).receive(day))
    assert [one.kind for one in decoded] == ["ART", "ARL", "RSP", "RSP", "RSP", "RSP"]
    assert [one.notes for one in decoded] == [(), ()] + [(DEMONSTRATION,)] * 4
    assert [one.content.reference for one in decoded[2:]] == ["576", "580", "576", "900"]
    assert all(one.content.faults == () for one in decoded[2:])


def test_the_subjects_name_the_word_the_carer_and_the_minute(make_oct, day):
    decoded = returns(make_oct().receive(day))
    assert [one.envelope.subject for one in decoded[:3]] == [
        f"{word}/00000123456782/202611221830" for word in ("ART", "ARL", "RSP")
    ]
    assert [one.envelope.description for one in decoded[:3]] == ["ART/IF", "ARL/SV", "RSP/SV"]


def test_the_art_tells_what_was_received(make_oct, day):
    art = returns(make_oct().receive(day))[0].content
    assert (art.number, art.stamp, art.ps_type, art.file_name) == (
        "00000123456782",
        "202611221830",
        "IF",
        "000012.txt",
    )
    assert art.text == (
        "OCT de démonstration, profil de simulation open-1 : rien n'est facturé à personne.\n"
        "Message reçu le 22/11/2026 à 18:30.\n"
        "Objet : SV140700/00000123456782/2026112218290000001/00004\n"
        "Fichier 000012 : 4 facture(s).\n"
        "Lots : 2 pris en charge, 0 refusé(s).\n"
    )


def test_a_576_pays_the_amo_share_of_each_fse_with_third_party_payment(make_oct, day):
    amo, _ = rsps(make_oct().receive(day))
    nothing = Part(0, 0, "")
    assert [(sheet.invoice, sheet.sheet_kind, sheet.amo, sheet.amc) for sheet in amo.sheets] == [
        ("000000041", "FSE", Part(1200, 1200, "P"), nothing),
        ("000000042", "FSE", Part(600, 600, "P"), nothing),
    ]
    assert [(line.code, line.fee, line.amo, line.amc) for line in amo.sheets[0].lines] == [
        ("AMI", 1000, 600, 0)
    ] * 2


def test_a_576_pays_the_amc_share_of_each_dre(make_oct, day):
    _, amc = rsps(make_oct().receive(day))
    (sheet,) = amc.sheets
    assert (sheet.invoice, sheet.sheet_kind, sheet.lot) == ("000000041", "DRE", "002")
    assert (sheet.amo, sheet.amc) == (Part(0, 0, ""), Part(800, 800, "P", "0088888888"))


def test_the_controls_of_a_576_say_what_was_paid(make_oct, day):
    amo, amc = rsps(make_oct().receive(day))
    assert [(check.count, check.amount) for check in amo.totals] == [
        (2, 1800),
        (1, 1800),
        (1, 1800),
        (21, 1800),
    ]
    assert [check.amount for check in amc.totals] == [800] * 4
    assert all(check.agrees for check in (*amo.totals, *amc.totals))


def test_the_effects_settle_every_sheet_with_third_party_payment(make_oct, day):
    scenario = Scenario(rejected={"155062A999001": ScenarioRejection("2201", "PRESCRIPTION NON CONFORME")})
    effects = [
        effect for one in returns(make_oct(scenario).receive(day)) for effect in effects_of(one.content)
    ]
    assert [(one.outcome, one.lot, one.invoice, one.document, one.paid) for one in effects] == [
        (Outcome.ACCEPTED, "001", "", "", 0),
        (Outcome.ACCEPTED, "002", "", "", 0),
        (Outcome.PAID, "001", "000000041", "FSE", 1200),
        (Outcome.REJECTED, "001", "000000042", "FSE", 0),
        (Outcome.PAID, "002", "000000041", "DRE", 800),
    ]


def test_a_rejected_patient_is_in_the_580_and_not_in_the_576(make_oct, day):
    scenario = Scenario(rejected={"2550699999001": ScenarioRejection("4102", "DROITS FERMES")})
    paid, fse, dre = rsps(make_oct(scenario).receive(day))
    assert [sheet.invoice for sheet in paid.sheets] == ["000000042"]
    assert [(sheet.invoice, sheet.rejections[0].part) for sheet in fse.sheets] == [
        ("000000041", "O"),
        ("000000043", "O"),
    ]
    assert [(sheet.invoice, sheet.rejections[0].part) for sheet in dre.sheets] == [("000000041", "C")]
    assert fse.sheets[0].rejections[0].label == "DROITS FERMES"


def test_a_remark_comments_and_still_pays(make_oct, day):
    paid, remarked, _ = rsps(
        make_oct(Scenario(remarks={"155062A999001": "JUSTIFICATIF ATTENDU"})).receive(day)
    )
    assert remarked.sheets[0].comments == ("JUSTIFICATIF ATTENDU",)
    assert "000000042" in {sheet.invoice for sheet in paid.sheets}


def test_a_deferred_patient_is_asked_and_not_paid(make_oct, day):
    amo, _ = rsps(make_oct(Scenario(deferred=frozenset({"155062A999001"}))).receive(day))
    assert amo.sheets[1].amo == Part(600, 0, "D")
    assert amo.totals[0].amount == 1200


def test_a_900_comes_once_for_a_sender_with_what_is_held_back(workshop, make_oct, day):
    oct_ = make_oct(Scenario(flat_payment=FLAT, retention=Retention("DETTE1", 1500, "260301")))
    last = rsps(oct_.receive(day))[-1]
    assert last.reference == "900"
    whom = (last.transfers[0].label, "000000123456782")
    assert last.other_payments == (
        OtherPayment("00101", "FORFAIT TELETRANSMISSION", 28000, "260101", "261231", *whom),
        OtherPayment("IND", "Retenue (dette DETTE1, IND RPR)", -1500, "260301", "260301", *whom),
    )
    assert last.totals[-1].amount == 26500
    lot = workshop.lot(workshop.Lot(number="003", sheets=(workshop.Sheet("000000050"),)))
    second = workshop.message(workshop.file([lot], name="000013"), name="000013", stamp="2026112218290000002")
    assert [rsp.reference for rsp in rsps(oct_.receive(second))] == ["576"]


def test_a_fse_in_degraded_mode_comes_back_as_such(workshop, make_oct):
    file = workshop.file([workshop.lot(workshop.Lot(mode="05"))])
    (paid,) = rsps(make_oct().receive(workshop.message(file)))
    assert (paid.sheets[0].kind, paid.sheets[0].sheet_kind) == ("B", "FSE")


def test_a_fse_with_contract_99_is_split_and_both_shares_are_paid(workshop, make_oct):
    """OCT-EF-1."""
    complement = {"tp_complementaire": "1", "montant_complementaire": 400, "adherent": "M123"}
    sheet = workshop.Sheet(two={"type_contrat": "99"}, complement=complement)
    oct_ = make_oct()
    (paid,) = rsps(
        oct_.receive(workshop.message(workshop.file([workshop.lot(workshop.Lot(sheets=(sheet,)))])))
    )
    assert paid.sheets[0].amc == Part(400, 400, "P", "0088888888")
    (claim,) = oct_.claims
    assert (claim.amc, claim.invoice, claim.adherent, claim.amount) == (
        "0088888888",
        "000000041",
        "M123",
        400,
    )


def test_a_fse_alone_with_third_party_payment_on_both_shares_is_settled_by_the_amo(workshop, make_oct):
    sheet = workshop.Sheet(third_party="3", two={"numero_amc": "0088888888"})
    (paid,) = rsps(
        make_oct().receive(workshop.message(workshop.file([workshop.lot(workshop.Lot(sheets=(sheet,)))])))
    )
    assert (paid.sheets[0].asked, paid.sheets[0].paid) == (1000, 1000)


def test_nothing_asked_gives_no_rsp(workshop, make_oct):
    sheet = workshop.Sheet(third_party="0")
    answers = make_oct().receive(
        workshop.message(workshop.file([workshop.lot(workshop.Lot(sheets=(sheet,)))]))
    )
    assert [one.kind for one in returns(answers)] == ["ART", "ARL"]


def test_accepted_lots_go_on_unchanged_one_file_a_recipient(workshop, make_oct, tmp_path):
    lots = [
        workshop.lot(workshop.Lot()),
        workshop.lot(
            workshop.Lot(
                number="002", kind="DRE", crf="D0088888888", sheets=(workshop.Sheet(third_party="2"),)
            )
        ),
        workshop.lot(workshop.Lot(number="003", sheets=(workshop.Sheet("000000042"),))),
    ]
    oct_ = make_oct(directory=tmp_path / "flows")
    oct_.receive(workshop.message(workshop.file(lots)))
    fse, dre = oct_.flows
    assert (fse.crf, fse.recipient) == ("F01131016", "00000001016131")
    assert fse.file[128:-128] == lots[0] + lots[2]
    assert fse.file[47:49] == b"TR"
    assert (dre.crf, dre.recipient, dre.file[128:-128]) == ("D0088888888", "00000088888888", lots[1])
    kept = sorted((tmp_path / "flows").iterdir())
    assert [path.read_bytes() for path in kept] == [fse.file, dre.file]


def test_the_same_messages_and_clock_give_the_same_returns(make_oct, day):
    assert make_oct().receive(day) == make_oct().receive(day)


def test_files_per_recipient_are_taken_too(workshop, make_oct):
    head = {"application": "TR", "type_destinataire": "CT", "numero_destinataire": "00000001016131"}
    message = workshop.message(workshop.file([workshop.lot(workshop.Lot())], head=head))
    assert returns(make_oct().receive(message))[1].content.items[0].accepted


def test_returns_are_sealed_for_a_carer_with_a_mail_certificate(make_oct, cards, day, tmp_path):
    key, certificate = cards.stranger
    (tmp_path / "key.pem").write_bytes(key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
    (tmp_path / "cert.pem").write_bytes(certificate.public_bytes(Encoding.PEM))

    def openssl(content: bytes) -> bytes:
        files = ["-inkey", str(tmp_path / "key.pem"), "-recip", str(tmp_path / "cert.pem")]
        command = ["openssl", "cms", "-decrypt", "-binary", "-inform", "DER", *files]
        return subprocess.run(command, input=content, stdout=subprocess.PIPE, check=True).stdout

    answers = make_oct(Scenario(mail_certificates={"cabinet@carer.example": certificate})).receive(day)
    clear = make_oct().receive(day)
    opened = [take_in(answer, openssl) for answer in answers]
    assert [one.envelope.description for one in opened] == ["ART/IF", "ARL/SV/ZK", "RSP/SV/ZK", "RSP/SV/ZK"]
    assert [one.clear for one in opened] == [one.clear for one in returns(clear)]


@pytest.mark.parametrize(
    "raw", [b"", b"\x00" * 5000, b"From: x\r\n\r\n", b"Subject: =?x?q?=\r\n\r\n", b"\r\n" * 9]
)
def test_whatever_comes_in_is_answered(make_oct, raw):
    assert [one.kind for one in returns(make_oct().receive(raw))] == ["ART", "ARL"]
