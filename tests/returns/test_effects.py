"""What each return changes in the journal."""

from tournee.model import Effect, Outcome, Target
from tournee.returns.arl import read_arl
from tournee.returns.art import Art
from tournee.returns.effects import effects_of
from tournee.returns.quarantine import Quarantined
from tournee.returns.rsp.reading import read_rsp

PS = "123456782"
NIR, SECOND_NIR = "2550699999001", "155062A999001"
TRANSFER = "VIREMENT 4711 TIERS PAYANT"


def test_an_arl_settles_lots(vector):
    """OCT-RET-2."""
    label = "AMC 0099999997 INCONNUE DE L'OCT"
    assert effects_of(read_arl(vector("arl_lots.txt"))) == (
        Effect(Target.LOT, Outcome.ACCEPTED, PS, "000012", "001", "261122", code="0000"),
        Effect(
            Target.LOT,
            Outcome.REFUSED,
            PS,
            "000012",
            "002",
            "261122",
            "000000042",
            code="0103",
            label="CERTIFICAT V : SIGNATURE FAUSSE",
        ),
        Effect(Target.LOT, Outcome.REFUSED, PS, "000012", "003", "261121", code="0199", label=label),
    )


def test_an_arl_of_lot_000_settles_the_file(vector):
    (effect,) = effects_of(read_arl(vector("arl_file_accepted.txt")))
    assert effect == Effect(
        Target.FILE, Outcome.ACCEPTED, PS, "000014", code="0000", label="FICHIER PRIS EN CHARGE"
    )


def test_a_file_already_taken_in_is_a_duplicate_and_no_refusal(vector):
    (effect,) = effects_of(read_arl(vector("arl_file_refused.txt")))
    assert (effect.target, effect.outcome, effect.file) == (Target.FILE, Outcome.DUPLICATE, "000013")


def test_a_lot_already_taken_in_is_refused(vector):
    content = vector("arl_lots.txt").replace(b"N0199", b"N0105")
    assert effects_of(read_arl(content))[2].outcome is Outcome.REFUSED


def test_a_576_pays_defers_and_refuses_sheet_by_sheet(vector):
    """OCT-RET-3."""
    assert effects_of(read_rsp(vector("rsp_576.txt"))) == (
        Effect(
            Target.INVOICE,
            Outcome.PAID,
            PS,
            "",
            "001",
            "261122",
            "000000041",
            "FSE",
            "AMO",
            1512,
            1512,
            reference=TRANSFER,
            nir=NIR,
        ),
        Effect(
            Target.INVOICE,
            Outcome.DEFERRED,
            PS,
            "",
            "001",
            "261122",
            "000000042",
            "FSE",
            "AMO",
            2000,
            0,
            nir=SECOND_NIR,
        ),
        Effect(
            Target.INVOICE,
            Outcome.PAID,
            PS,
            "",
            "002",
            "261122",
            "000000043",
            "FSE",
            "AMO",
            600,
            600,
            reference=TRANSFER,
            nir=NIR,
        ),
        Effect(
            Target.INVOICE,
            Outcome.REJECTED,
            PS,
            "",
            "002",
            "261122",
            "000000043",
            "FSE",
            "AMC",
            400,
            0,
            "4102",
            "DROITS FERMES",
            level="F",
            nir=NIR,
        ),
    )


def test_a_share_paid_otherwise_than_asked_is_told(vector):
    content = vector("rsp_576.txt").replace(b"1980500001512P00001512P", b"1980500001512P00001012P")
    paid = effects_of(read_rsp(content))[0]
    assert (paid.outcome, paid.asked, paid.paid) == (Outcome.PAID, 1512, 1012)
    assert paid.label == "part AMO : 10,12 € payés sur 15,12 € demandés"


def test_differences_that_cancel_out_are_told_share_by_share(vector):
    content = vector("rsp_576.txt").replace(b"1980500001512P00001512P", b"1980500001512P00001412P", 1)
    content = content.replace(b"1990500000000 00000000P", b"1990500000000P00000100P", 1)
    paid = effects_of(read_rsp(content))[0]
    assert (paid.asked, paid.paid) == (1512, 1512)
    assert paid.label == (
        "part AMO : 14,12 € payés sur 15,12 € demandés ; part AMC : 1,00 € payés sur 0,00 € demandés"
    )


def test_an_effect_shows_no_patients_number(vector):
    assert NIR not in repr(effects_of(read_rsp(vector("rsp_576.txt"))))


def test_a_580_refuses_or_remarks(vector):
    """OCT-RET-3."""
    assert effects_of(read_rsp(vector("rsp_580.txt"))) == (
        Effect(
            Target.INVOICE,
            Outcome.REJECTED,
            PS,
            "",
            "001",
            "261122",
            "000000044",
            "DRE",
            code="2201",
            label="PRESCRIPTION NON CONFORME",
            level="L",
            nir=NIR,
        ),
        Effect(
            Target.INVOICE,
            Outcome.REMARK,
            PS,
            "",
            "001",
            "261122",
            "000000045",
            "FSE",
            label="JUSTIFICATIF A TRANSMETTRE",
            nir=SECOND_NIR,
        ),
    )


def test_a_900_is_about_no_invoice(vector):
    """OCT-RET-3."""
    effects = effects_of(read_rsp(vector("rsp_900.txt")))
    assert [(one.target, one.outcome, one.invoice, one.paid) for one in effects] == [
        (Target.PAYMENT, Outcome.PAID, "", 28000),
        (Target.PAYMENT, Outcome.PAID, "", 500),
        (Target.PAYMENT, Outcome.PAID, "", -1500),
    ]
    assert effects[2].label == "Retenue (dette DETTE1, IND RPR)"
    assert {one.nir for one in effects} == {""}


def test_what_is_not_decoded_changes_nothing(vector):
    assert effects_of(read_rsp(vector("rsp_other.txt"))) == ()
    assert effects_of(Art("", "", "", "", "BONJOUR")) == ()
    assert effects_of(Quarantined("vide", "message")) == ()


def test_a_number_that_is_no_billing_number_names_nobody(vector):
    content = vector("arl_file_accepted.txt").replace(b"A00000123456782", b"A00000000000000")
    (effect,) = effects_of(read_arl(content))
    assert effect.ps == ""
