"""Returns as caisses, gateways and old software write them: read, and what is odd is told."""

from __future__ import annotations

import base64
import gzip

import pytest

from tournee.model import Outcome
from tournee.returns.classify import Return, take_in
from tournee.returns.effects import effects_of
from tournee.returns.rsp.reading import read_rsp


def letter(content: bytes, described: str = "RSP/SV", kind: str = "Application/EDI-consent") -> bytes:
    head = (
        f"From: oct@oct.example\r\nSubject: RSP/00000123456782/202611231930\r\nContent-Type: {kind}\r\n"
        f"Content-Transfer-Encoding: base64\r\nContent-Description: {described}\r\n\r\n"
    )
    return head.encode() + base64.encodebytes(content).replace(b"\n", b"\r\n")


def paid(read: Return) -> list[int]:
    assert read.kind == "RSP", read.content
    return [effect.paid for effect in effects_of(read.content)]


PAID = [1512, 0, 600, 0]  # rsp_576.txt: the last invoice has a share paid and one refused


@pytest.mark.parametrize(
    ("label", "shown"),
    [
        ("DÉLAI DÉPASSÉ".encode("latin-1").ljust(86), "DÉLAI DÉPASSÉ"),
        ("Délai dépassé".encode("cp850").ljust(86), "Délai dépassé"),
        ("DÉLAI DÉPASSÉ".encode().ljust(86), "DÉLAI DÉPASSÉ"),
        ("DÉLAI DÉPASSÉ".ljust(86).encode(), "DÉLAI DÉPASSÉ"),
        (b"DELAI \x81\x9d DEPASSE".ljust(86), "DELAI \ufffd\ufffd DEPASSE"),
    ],
    ids=["Latin-1", "cp850", "UTF-8 padded by bytes", "UTF-8 padded by letters", "of no charset"],
)
def test_a_letter_in_a_label_never_decides_whether_a_refusal_counts(vector, label, shown):
    plain = b"PRESCRIPTION NON CONFORME".ljust(86)
    read = read_rsp(vector("rsp_580.txt").replace(plain, label))
    rejected = effects_of(read)[0]
    assert (rejected.outcome, rejected.code, rejected.label) == (Outcome.REJECTED, "2201", shown)
    assert rejected.invoice == "000000044"
    (told,) = read.faults
    assert told.startswith("294, octet ") and "lettres" in told


def test_a_letter_in_a_name_is_shown_and_the_nir_still_judged(vector):
    content = vector("rsp_576.txt").replace(b"JEANNE   ", "JEANNÉ   ".encode("latin-1"))
    sheet = read_rsp(content).sheets[0]
    assert (sheet.name, sheet.nir) == ("EXEMPLE JEANNÉ", "2550699999001")
    assert effects_of(read_rsp(content))[0].paid == 1512


@pytest.mark.parametrize("at", [5, 13], ids=["amount", "state"])
def test_a_letter_in_a_number_or_a_code_is_damage(vector, at):
    content = vector("rsp_576.txt")
    start = content.index(b"1980500001512")
    read = read_rsp(content[: start + at] + b"\xc9" + content[start + at + 1 :])
    assert read.sheets[0].amo is None
    assert any(fault.startswith("198, octet") for fault in read.faults)


def test_a_share_deferred_with_a_reason_is_no_refusal(vector):
    """The reason says why it waits; nothing may be billed anew."""
    (effect,) = effects_of(read_rsp(vector("rsp_580_deferred.txt")))
    assert (effect.outcome, effect.asked, effect.paid) == (Outcome.DEFERRED, 930, 0)
    assert effect.reason == "0999 DOSSIER A L ETUDE"


def test_only_a_recovery_of_a_debt_moves_money(vector):
    """CIN and RDT are movements of the debt itself (entity 250, domain 2.4)."""
    read = read_rsp(vector("rsp_900_debt.txt"))
    assert [payment.amount for payment in read.other_payments] == [28000, 0, -4500, 0]
    assert read.other_payments[1].label == (
        "Mouvement de la dette D260900001 (IND CIN, -120,00 €) : rien n’est payé ni retenu"
    )
    assert read.other_payments[2].label == "Retenue (dette D260900001, IND RPR)"
    assert read.faults == ()


def test_amounts_in_the_acts_alone_are_paid_and_add_up(vector):
    read = read_rsp(vector("rsp_576_lines_alone.txt"))
    (effect,) = effects_of(read)
    assert (effect.outcome, effect.share, effect.asked, effect.paid) == (Outcome.PAID, "AMO", 0, 1512)
    assert (effect.invoice, effect.label, read.faults) == ("000000041", "", ())


def test_acts_beside_a_share_are_not_paid_twice(vector):
    assert read_rsp(vector("rsp_576.txt")).faults == ()


@pytest.mark.parametrize("written", [b"41       ", b"       41", b"  0000041"])
def test_an_invoice_number_is_read_wherever_it_stands(vector, written):
    content = vector("rsp_576.txt").replace(b"10204000000041", b"10204" + written)
    assert effects_of(read_rsp(content))[0].invoice == "000000041"


@pytest.mark.parametrize(
    ("change", "told"),
    [
        (lambda content: content.rstrip(b" "), "Les 20 derniers blancs du 999 manquaient."),
        (lambda content: content + b"\x1a", "Une marque de fin de fichier (1A) suivait le 999."),
        (lambda content: wrapped(content, b"\r\n"), "Le fichier était coupé en lignes de 128 octets."),
        (lambda content: wrapped(content, b"\n"), "Le fichier était coupé en lignes de 128 octets."),
    ],
    ids=["blanks lost", "1A", "CRLF", "LF"],
)
def test_what_gateways_do_to_the_end_of_a_file_is_undone_and_told(vector, change, told):
    read = take_in(letter(change(vector("rsp_576.txt"))))
    assert paid(read) == PAID
    assert told in read.odd


def test_an_arl_a_record_a_line_is_read(vector):
    read = take_in(letter(wrapped(vector("arl_lots.txt"), b"\r\n"), "ARL/SV"))
    assert (read.kind, read.odd) == ("ARL", ("Le fichier était coupé en lignes de 128 octets.",))


def test_a_999_cut_within_its_total_is_still_cut(vector):
    content = vector("rsp_576.txt")
    read = take_in(letter(content[: content.rindex(b"999CT") + 90]))
    assert read.kind == "QUARANTINED"


def wrapped(content: bytes, mark: bytes) -> bytes:
    return b"".join(content[at : at + 128] + mark for at in range(0, len(content), 128))


@pytest.mark.parametrize(
    "compressed",
    [
        lambda content: gzip.compress(content[:700]) + gzip.compress(content[700:]),
        lambda content: gzip.compress(content) + bytes(512),
        lambda content: (
            gzip.compress(content[:1]) + gzip.compress(b"") + gzip.compress(content[1:]) + bytes(9)
        ),
    ],
    ids=["two members", "zeros behind", "an empty member"],
)
def test_gzip_of_several_members_or_padded_is_read(vector, compressed):
    assert paid(take_in(letter(compressed(vector("rsp_576.txt"))))) == PAID


def test_gzip_of_very_many_members_is_set_aside(vector):
    many = b"".join(gzip.compress(bytes([one])) for one in vector("rsp_576.txt")[:200])
    assert take_in(letter(many)).kind == "QUARANTINED"


@pytest.mark.parametrize(
    ("content", "shown"),
    [
        ("Reçu à l’OCT.".encode("cp1252"), "Reçu à l’OCT."),
        ("Lot reçu et vérifié.".encode("cp850"), "Lot reçu et vérifié."),
        (b"\xef\xbb\xbf" + "Lot reçu.".encode(), "Lot reçu."),
        (b"Lot 001.\r\n\x1a", "Lot 001.\n"),
    ],
    ids=["cp1252", "cp850", "BOM", "1A"],
)
def test_the_text_of_an_art_is_shown_clean(content, shown):
    """OCT-RET-4."""
    read = take_in(letter(content, "ART/IF").replace(b"Subject: RSP", b"Subject: ART"))
    assert read.content.text == shown
