"""Whole messages: told apart by content, opened, or set aside with the reason and where."""

import base64
import gzip
import zlib

import pytest

from tournee.returns import classify
from tournee.returns.art import Art
from tournee.returns.classify import take_in

SEALED = bytes.fromhex("3082000006092a864886f70d010703a0800000")  # the front of a CMS EnvelopedData, no more


def message(
    content: bytes, *, description="ARL/SV", subject="ARL/00000123456782/202611221930", **headers
) -> bytes:
    values = {
        "From": "oct@oct.example",
        "Subject": subject,
        "Content-Type": 'Application/EDI-consent; name="000007"',
        "Content-Transfer-Encoding": "base64",
        "Content-Description": description,
    } | {name.replace("_", "-"): value for name, value in headers.items()}
    head = "".join(f"{name}: {value}\r\n" for name, value in values.items() if value is not None)
    return head.encode() + b"\r\n" + base64.encodebytes(content).replace(b"\n", b"\r\n")


def aside(raw: bytes, unseal=None):
    verdict = take_in(raw, unseal)
    assert verdict.kind == "QUARANTINED"
    return verdict.content


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("arl_lots.txt", "ARL"),
        ("rsp_576.txt", "RSP"),
        ("rsp_900.txt", "RSP"),
        ("rsp_other.txt", "RSP"),
        ("dloi.txt", "DLOI"),
    ],
)
def test_content_decides_and_the_headers_that_deny_it_are_noted(vector, name, kind):
    verdict = take_in(message(vector(name), description="ART/IF", subject="hello"))
    assert verdict.kind == kind
    assert verdict.notes == (
        f"Le contenu est un {kind}, la description annonce 'ART/IF'.",
        f"Le contenu est un {kind}, l’objet annonce 'hello'.",
    )


def test_a_return_that_keeps_its_profile_has_no_notes(vector):
    verdict = take_in(message(vector("arl_lots.txt")))
    assert (verdict.kind, verdict.notes, verdict.clear) == ("ARL", (), vector("arl_lots.txt"))
    assert verdict.envelope.attachment_name == "000007"


@pytest.mark.parametrize(("flow", "word"), [(b"D", "démonstration"), (b"T", "test")])
def test_a_flow_that_is_not_real_is_noted(vector, flow, word):
    content = vector("rsp_576.txt")
    marked = content[:70] + flow + content[71:]
    verdict = take_in(message(marked, description="RSP/SV", subject="RSP/00000123456782/202611221930"))
    assert verdict.notes == (f"Flux de {word} : ces paiements sont fictifs.",)


@pytest.mark.parametrize(
    ("headers", "art"),
    [
        (
            {"description": "ART/IF", "subject": "ART/00000123456782/202611221930"},
            Art("00000123456782", "202611221930", "IF", "000007", "RECU LE 22"),
        ),
        (
            {"description": "ART/XX", "subject": "ART/123456782/202611221930"},
            Art("123456782", "202611221930", "XX", "000007", "RECU LE 22"),
        ),
        ({"description": "ART/MK", "subject": "accusé"}, Art("", "", "MK", "000007", "RECU LE 22")),
        ({"description": None, "subject": "ART/12/34"}, Art("12", "34", "", "000007", "RECU LE 22")),
    ],
)
def test_a_text_is_an_art_by_description_then_by_subject(headers, art):
    """OCT-RET-4."""
    subject = headers["subject"].encode().decode("latin-1")
    assert take_in(message(b"RECU LE 22", **{**headers, "subject": subject})).content == art


@pytest.mark.parametrize(
    ("content", "content_type"),
    [
        ("Accusé de réception".encode(), "Application/EDI-consent"),
        ("Accusé de réception".encode("latin-1"), "Application/EDI-consent"),
        ("Accusé de réception".encode("cp850"), "Application/EDI-consent"),
        ("Accusé de réception".encode("cp850"), "Application/EDI-consent; charset=IBM850"),
        ("Accusé de réception".encode("iso-8859-15"), "Application/EDI-consent; charset=ISO-8859-15"),
        ("Accusé de réception".encode(), "Application/EDI-consent; charset=us-ascii"),
        ("\ufeffAccusé de réception\x1a".encode(), "Application/EDI-consent"),
    ],
)
def test_the_text_of_an_art_is_shown_whatever_its_charset(content, content_type):
    """OCT-RET-4."""
    verdict = take_in(message(content, description="ART/IF", Content_Type=content_type))
    assert verdict.content.text == "Accusé de réception"


@pytest.mark.parametrize("charset", ["utf-16-le", "utf-7", "punycode", "unicode_escape", "klingon"])
def test_a_charset_that_is_not_read_leaves_the_text_raw(charset):
    content_type = f"Application/EDI-consent; charset={charset}"
    verdict = take_in(message("+2AA- é".encode(), description="ART/IF", Content_Type=content_type))
    assert verdict.content.text == r"+2AA- \xc3\xa9"


def test_a_text_of_megabytes_is_no_text_to_read():
    verdict = aside(message(gzip.compress(b"A" * 20_000_000), description="ART/IF"))
    assert verdict.reason == "Le texte est trop long : 20000000 octets, 262144 au plus."


def test_an_art_of_control_characters_is_no_text():
    assert aside(message(b"\x01\x02", description="ART/IF")).reason == "Le texte annoncé n’est pas un texte."


def test_a_text_that_nothing_announces_as_an_art_is_set_aside():
    """OCT-RET-5."""
    assert (
        aside(message(b"PROMOTION", subject="hello")).reason
        == "Ni ARL, ni RSP, ni ART, ni dLOI : contenu inconnu."
    )


def test_a_compressed_return_is_opened(vector):
    verdict = take_in(message(gzip.compress(vector("arl_lots.txt")), description="ARL/SV/ZK"))
    assert (verdict.kind, verdict.clear) == ("ARL", vector("arl_lots.txt"))


def test_a_sealed_return_goes_through_the_opener(vector):
    opened = []

    def unseal(content: bytes) -> bytes:
        opened.append(content)
        return gzip.compress(vector("rsp_580.txt"))

    verdict = take_in(message(SEALED, description="RSP/SV/ZK"), unseal)
    assert (verdict.kind, opened) == ("RSP", [SEALED])


def test_a_sealed_return_without_a_key_is_set_aside():
    assert aside(message(SEALED)).where == "descellement"


def test_an_opener_that_fails_in_any_way_sets_the_return_aside():
    def unseal(content: bytes) -> bytes:
        raise KeyError("another certificate")

    assert aside(message(SEALED), unseal).where == "descellement"


@pytest.mark.parametrize("behind", [b"", bytes(512)], ids=["nothing behind", "zeros behind"])
@pytest.mark.parametrize("cut", [None, 1, 70, 128], ids=["one member", "two", "two more", "at a record"])
def test_a_compressed_return_is_opened_in_all_its_members(vector, cut, behind):
    clear = vector("arl_lots.txt")
    parts = [clear] if cut is None else [clear[:cut], clear[cut:]]
    content = b"".join(gzip.compress(part) for part in parts) + behind
    verdict = take_in(message(content))
    assert (verdict.kind, verdict.clear, verdict.notes) == ("ARL", clear, ())


def test_members_without_end_are_not_opened():
    assert aside(message(gzip.compress(b"", mtime=0) * 5000)).where == "décompression"


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (gzip.compress(b"x" * 999, mtime=0)[:-4], "Compression coupée."),
        (gzip.compress(b"x", mtime=0) + b"more", "Des octets suivent le contenu compressé."),
        (b"\x1f\x8b" + b"\x00" * 20, "Compression incorrecte"),
        (gzip.compress(b"", mtime=0), "La pièce jointe est vide."),
    ],
    ids=["cut", "more after it", "no gzip", "nothing in it"],
)
def test_damaged_compression_is_named(content, reason):
    assert aside(message(content)).reason.startswith(reason)


def test_a_compression_bomb_is_not_inflated(monkeypatch):
    monkeypatch.setattr(classify, "CLEAR_MAX", 10_000)
    bomb = zlib.compress(b"0" * 1_000_000, wbits=31)
    assert aside(message(bomb)).reason == "Contenu trop grand une fois décompressé."


@pytest.mark.parametrize(
    ("raw", "where"),
    [
        (b"", "message"),
        (b"\r\n \r\n", "message"),
        (b"no header at all", "pièce jointe"),
        (b"From: a\r\n" + b"a:\n" * 500_000 + b"\r\nx", "message"),
        (b"a: " + b"b" * 1_000_000, "message"),
        (message(b"hello") + b"\r\n" * 100_000, "pièce jointe"),
        (message(b""), "pièce jointe"),
        (message(b"hello", Content_Type="text/plain"), "pièce jointe"),
        (message(b"hello") + b"!!!", "pièce jointe"),
        (message(b"hello")[:-3], "pièce jointe"),
        (
            message(b"hello", Content_Type='multipart/mixed; boundary="x"', Content_Transfer_Encoding=None),
            "pièce jointe",
        ),
    ],
)
def test_what_carries_no_attachment_is_set_aside(raw, where):
    assert aside(raw).where == where


def test_a_huge_message_is_not_parsed(monkeypatch, vector):
    monkeypatch.setattr("tournee.returns.message.MESSAGE_MAX", 100)
    assert aside(message(vector("arl_lots.txt"))).reason.startswith("Le message est trop grand")


def multipart(*parts: bytes) -> bytes:
    head = b'Subject: ARL/1/2\r\nContent-Type: multipart/mixed; boundary="xx"\r\n\r\n'
    return head + b"".join(b"--xx\r\n" + part + b"\r\n" for part in parts) + b"--xx--\r\n"


def test_an_attachment_beside_a_text_is_found(vector):
    text = b"Content-Type: text/plain\r\n\r\nBonjour"
    assert take_in(multipart(text, message(vector("arl_lots.txt")))).kind == "ARL"


def test_two_attachments_are_set_aside(vector):
    """OCT-RET-1, OCT-RET-5."""
    part = message(vector("arl_lots.txt"))
    assert aside(multipart(part, part)).reason == "Le message porte 2 pièces au lieu d’une."


def test_parts_nested_too_deep_are_set_aside():
    raw = b"".join(
        b'Content-Type: multipart/mixed; boundary="%d"\r\n\r\n--%d\r\n' % (depth, depth)
        for depth in range(3000)
    )
    assert aside(raw).where in ("message", "pièce jointe")


def test_parts_without_end_are_set_aside():
    assert aside(multipart(*[b"\r\nx"] * 5000)).where == "message"
    assert aside(multipart(b"\r\n" + b"--xxx\r\n" * 5000)).where == "message"


def test_what_a_gateway_hung_behind_the_base64_is_noted(vector):
    footer = b"\r\n____________\r\nMessage analyse par un antivirus.\r\n"
    verdict = take_in(message(vector("arl_lots.txt")) + footer)
    assert (verdict.kind, verdict.clear) == ("ARL", vector("arl_lots.txt"))
    assert verdict.notes == ("47 octets suivent la pièce (pied de page d’une passerelle) : laissés de côté.",)


def test_what_follows_the_base64_at_length_is_no_footer(vector):
    raw = message(vector("arl_lots.txt")) + b"\r\n" + b"another text of that length\r\n" * 1000
    assert aside(raw).where == "pièce jointe"


def test_an_attachment_of_no_type_is_told_by_its_content(vector):
    verdict = take_in(message(vector("arl_lots.txt"), Content_Type="application/octet-stream"))
    assert verdict.kind == "ARL"
    assert verdict.notes == ("La pièce est dite application/octet-stream : lue d’après son contenu.",)


@pytest.mark.parametrize(
    ("headers", "reason"),
    [
        ({"Content_Type": "text/plain", "Auto_Submitted": "auto-replied"}, "Réponse automatique"),
        ({"Content_Type": "text/plain", "subject": "Absent du bureau : RE"}, "Réponse automatique"),
        ({"Content_Type": "application/ms-tnef; name=winmail.dat"}, "La pièce est au format d’Outlook"),
        ({"Content_Type": "message/disposition-notification"}, "Accusé de lecture"),
    ],
)
def test_what_a_program_answered_is_named(headers, reason):
    assert aside(message(b"x", **headers)).reason.startswith(reason)


def test_a_damaged_arl_keeps_its_clear_bytes_and_names_the_place(vector):
    """OCT-RET-5."""
    content = vector("arl_lots.txt")[:-128]
    verdict = take_in(message(content))
    assert (verdict.kind, verdict.clear) == ("QUARANTINED", content)
    assert verdict.content.where == "enregistrement 4, colonne 1, octet 384"


def test_an_opposition_list_is_told_by_its_application_alone(vector):
    content = vector("arl_lots.txt")
    content = content[:47] + b"DL" + content[49:]
    assert aside(message(content)).reason == "Un enregistrement I est attendu ici."


def test_headers_of_a_quarantined_message_are_still_shown():
    verdict = take_in(message(b"hello", subject="=?utf-8?q?Facture_re=C3=A7ue?="))
    assert verdict.envelope.subject == "Facture reçue"
