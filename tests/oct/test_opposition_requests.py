"""Requests for the opposition list at the emulated OCT: what it answers, what it refuses (OCT-LOI-1)."""

import base64

import pytest
from oct_workshop import ADDRESS, CARER, NOW, SENDER

from tournee.emulation.oct import Scenario
from tournee.emulation.oct.opposition import following
from tournee.formats import records
from tournee.model import Increment
from tournee.returns.classify import take_in

SIREN = "999999998"
LIST = (
    Increment(0, 1, "261101", tuple(f"{800000000 + number}" for number in range(25)), ()),
    Increment(1, 3, "261102", ("VX-1",), ("800000003",)),
)


def request(number: str = "000000", *, description: str = "DLOI/SV", to: str = ADDRESS, **ends: str) -> bytes:
    shared = {
        "type_emetteur": "IF",
        "numero_emetteur": SENDER.zfill(14),
        "type_destinataire": "OT",
        "numero_destinataire": SIREN.zfill(14),
        "application": "DL",
        "fichier": "000007",
    } | ends
    content = b"".join(
        (
            records.encode("000", {**shared, "date": "261122"}),
            records.encode("D", {"numero": number}),
            records.encode("999", {**shared, "enregistrements": 3, "lots": 0}),
        )
    )
    return (
        f"From: {CARER}\r\nTo: {to}\r\nSubject: DLOI/{SENDER.zfill(14)}/2026112218300000001\r\n"
        f"Content-Type: Application/EDI-consent; name=000007\r\nContent-Description: {description}\r\n"
        f"Content-Disposition: attachment; filename=000007\r\nContent-Transfer-Encoding: base64\r\n\r\n"
    ).encode() + base64.encodebytes(content)


def answered(make_oct, raw: bytes):
    answers = make_oct(Scenario(siren=SIREN, address=ADDRESS, opposition=LIST)).receive(raw)
    return [take_in(answer) for answer in answers]


@pytest.mark.parametrize(
    ("number", "lists"),
    [("000000", [(0, 1), (1, 3)]), ("000001", [(1, 3)]), ("000003", []), ("000002", [(0, 1), (1, 3)])],
)
def test_request_is_answered_by_what_follows_the_list_it_names(make_oct, number, lists):
    (answer,) = answered(make_oct, request(number))
    assert answer.kind == "DLOI"
    assert answer.notes == ()
    assert [(one.before, one.after) for one in answer.content.increments] == lists
    assert answer.envelope.subject == f"DLOI/{SENDER.zfill(14)}/{NOW:%Y%m%d%H%M}"


def test_serials_of_an_increment_are_those_of_the_scenario(make_oct):
    (answer,) = answered(make_oct, request())
    assert [(one.additions, one.removals) for one in answer.content.increments] == [
        (one.additions, one.removals) for one in LIST
    ]


@pytest.mark.parametrize(
    "raw",
    [
        request(to="other@oct.example"),
        request(application="TO"),
        request(numero_destinataire="00000111111118"),
        request(description="DLOI/SV/K"),
        request()[:-40],
    ],
    ids=["address", "application", "recipient", "not sealed", "cut"],
)
def test_request_that_is_none_gets_a_text_and_a_refusal(make_oct, raw):
    assert [answer.kind for answer in answered(make_oct, raw)] == ["ART", "ARL"]


def test_list_of_nothing_answers_nothing():
    assert following((), 0) == []
