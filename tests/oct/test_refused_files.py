"""ARL of lot 000: each code that a message or a file as a whole can earn."""

import pytest
from oct_verdicts import refused_file, verdicts

from tournee.emulation.oct import Scenario


def test_a_right_file_is_accepted_lot_by_lot(workshop, make_oct):
    lots = [
        workshop.lot(workshop.Lot()),
        workshop.lot(workshop.Lot(number="002", sheets=(workshop.Sheet("000000042"),))),
    ]
    oct_ = make_oct()
    assert verdicts(oct_, workshop.message(workshop.file(lots))) == [
        ("001", "0000", "", ""),
        ("002", "0000", "", ""),
    ]
    assert oct_.known_files == {("00000123456782", "000012"): "2026112218290000001"}


@pytest.mark.parametrize("form", ["/ZK", "/K", ""])
def test_each_form_of_attachment_is_opened(workshop, make_oct, form):
    message = workshop.message(workshop.file([workshop.lot(workshop.Lot())]), form=form)
    assert verdicts(make_oct(), message) == [("001", "0000", "", "")]


# 0100: unreadable


@pytest.mark.parametrize(
    ("attachment", "label"),
    [
        (b"\x30\x03\x02\x01\x01", "PIECE JOINTE : DECHIFFREMENT IMPOSSIBLE"),
        (b"", "PIECE JOINTE : DECHIFFREMENT IMPOSSIBLE"),
    ],
)
def test_0100_an_attachment_that_does_not_unseal(workshop, make_oct, attachment, label):
    message = workshop.message(workshop.file([workshop.lot(workshop.Lot())]), attachment=attachment)
    assert refused_file(make_oct(), message) == ("0100", label)


def test_0100_an_attachment_sealed_for_somebody_else(workshop, make_oct, cards):
    file = workshop.file([workshop.lot(workshop.Lot())])
    workshop.oct_certificate = cards.stranger[1]
    assert refused_file(make_oct(), workshop.message(file)) == (
        "0100",
        "PIECE JOINTE : DECHIFFREMENT IMPOSSIBLE",
    )


def test_0100_an_attachment_that_is_not_gzip(workshop, make_oct):
    file = workshop.file([workshop.lot(workshop.Lot())])
    message = workshop.message(file, attachment=workshop.envelope(file))
    assert refused_file(make_oct(), message) == ("0100", "PIECE JOINTE : DECOMPRESSION IMPOSSIBLE")


def test_0100_wrong_base64(workshop, make_oct):
    message = workshop.message(workshop.file([workshop.lot(workshop.Lot())])) + b"====\r\n"
    assert refused_file(make_oct(), message) == ("0100", "PIECE JOINTE : BASE64 INCORRECT")


@pytest.mark.parametrize("cut", [1, 127, 130])
def test_0100_a_file_that_is_not_a_whole_number_of_records(workshop, make_oct, cut):
    file = workshop.file([workshop.lot(workshop.Lot())])[:-cut]
    assert refused_file(make_oct(), workshop.message(file))[0] == "0100"


def test_a_message_of_garbage_is_answered_with_0106(make_oct):
    assert refused_file(make_oct(), b"\xff\x00garbage")[0] == "0106"


@pytest.mark.parametrize(
    ("tail", "label"),
    [
        ({"enregistrements": 15}, "999 : 15 ENREGISTREMENTS, 19 LUS"),
        ({"lots": 2}, "999 : 2 LOTS, 1 LUS"),
    ],
)
def test_0101_the_trailer_of_the_file_counts_wrong(workshop, make_oct, tail, label):
    file = workshop.file([workshop.lot(workshop.Lot())], tail=tail)
    assert refused_file(make_oct(), workshop.message(file)) == ("0101", label)


def test_0101_the_subject_counts_other_invoices(workshop, make_oct):
    """OCT-MSG-3."""
    message = workshop.message(workshop.file([workshop.lot(workshop.Lot())]), count=2)
    assert refused_file(make_oct(), message) == ("0101", "OBJET : 2 FACTURES, 1 LUES")


def test_0104_a_sender_the_oct_does_not_know(workshop, make_oct):
    message = workshop.message(workshop.file([workshop.lot(workshop.Lot())]))
    oct_ = make_oct(Scenario(known_senders=frozenset({"234567893"})))
    assert refused_file(oct_, message) == ("0104", "EMETTEUR 00000123456782 INCONNU")


# 0105: duplicates


def test_0105_the_same_message_twice(workshop, make_oct):
    """OCT-MSG-4."""
    oct_, message = make_oct(), workshop.message(workshop.file([workshop.lot(workshop.Lot())]))
    oct_.receive(message)
    assert refused_file(oct_, message) == ("0105", "COMPOSTAGE 2026112218290000001 DEJA RECU")


def test_0105_the_same_file_under_a_new_stamp(workshop, make_oct):
    oct_, file = make_oct(), workshop.file([workshop.lot(workshop.Lot())])
    oct_.receive(workshop.message(file))
    again = workshop.message(file, stamp="2026112218290000002")
    assert refused_file(oct_, again) == (
        "0105",
        "FICHIER 000012 DEJA RECU SOUS LE COMPOSTAGE 2026112218290000001",
    )


def test_a_refused_file_may_come_again_once_put_right(workshop, make_oct):
    oct_, lot = make_oct(), workshop.lot(workshop.Lot())
    assert refused_file(oct_, workshop.message(workshop.file([lot], tail={"lots": 2})))[0] == "0101"
    again = workshop.message(workshop.file([lot]), stamp="2026112218290000002")
    assert verdicts(oct_, again) == [("001", "0000", "", "")]


@pytest.mark.parametrize(
    ("changes", "label"),
    [
        ({"subject": "SV140700/00000123456782/2026112218290000001"}, "OBJET : FORME"),
        ({"subject": "SV140700/123456782/2026112218290000001/00001"}, "OBJET : FORME"),
        ({"subject": "SV140600/00000123456782/2026112218290000001/00001"}, "OBJET : VERSION 140600"),
        ({"subject": "SV140700/00000234567893/2026112218290000001/00001"}, "OBJET : EXERCICE"),
        ({"stamp": "2026132218290000001"}, "OBJET : COMPOSTAGE SANS DATE"),
        ({"stamp": "2026112518290000001"}, "OBJET : COMPOSTAGE DANS LE FUTUR"),
        ({"name": "000099"}, "PIECE JOINTE : NOM DIFFERENT"),
        ({"name": "file"}, "PIECE JOINTE : NOM AUTRE"),
        ({"headers": {"Content-Description": "FACTURE"}}, "CONTENT-DESCRIPTION INCONNUE"),
        ({"headers": {"Content-Type": "application/octet-stream"}}, "MESSAGE : 0 PIECES"),
        ({"headers": {"Content-Transfer-Encoding": "8bit"}}, "PIECE JOINTE : CODAGE"),
        ({"headers": {"From": None}}, "MESSAGE : EN-TETE FROM"),
        ({"headers": {"To": "someone@else.example"}}, "MESSAGE : DESTINATAIRE"),
    ],
)
def test_0106_headers_that_break_the_profile(workshop, make_oct, changes, label):
    code, told = refused_file(
        make_oct(), workshop.message(workshop.file([workshop.lot(workshop.Lot())]), **changes)
    )
    assert code == "0106"
    assert told.startswith(label)


@pytest.mark.parametrize(
    ("head", "label"),
    [
        ({"type_destinataire": "CP"}, "000 : DESTINATAIRE AUTRE QUE OT"),
        ({"numero_destinataire": "00000123456782"}, "000 : DESTINATAIRE AUTRE QUE OT"),
        ({"application": "AR"}, "000 : APPLICATION AR"),
        ({"application": "TR"}, "000 : DESTINATAIRE D'UN FICHIER TR"),
        ({"type_emetteur": "ZZ"}, "000 : TYPE D'EMETTEUR ZZ"),
    ],
)
def test_0106_a_header_the_single_file_does_not_have(workshop, make_oct, head, label):
    code, told = refused_file(
        make_oct(), workshop.message(workshop.file([workshop.lot(workshop.Lot())], head=head))
    )
    assert code == "0106"
    assert told.startswith(label)


def test_0106_a_file_of_tomorrow_week(workshop, make_oct):
    file = workshop.file([workshop.lot(workshop.Lot())], date="261129")
    assert refused_file(make_oct(), workshop.message(file)) == ("0106", "000 : DATE DANS LE FUTUR")
