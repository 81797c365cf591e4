"""A whole day by SSV_Formater*: the lots and files are those that the app makes of the same day, to the byte.

The day is the nurse's of the demonstration: FSE, FSE with DRE, contract 99, C2S, ALD, article 11B, a patient
typed by hand. The groups that go in are what `billing.groups` says of each invoice; what comes out has been
signed by the cards again.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from importlib.resources import files

import pytest
from app_side import MOMENT, by_the_app
from ssv_desk import CODE, CPS, LECTEUR, PLACE, desk_of

from tournee.billing.zones.groups import invoice_groups
from tournee.emulation.board import EmulatedBoard
from tournee.exchange.route import Mode
from tournee.formats import zones

FSE, DRE, BOTH = "1", "2", "3"


@dataclass
class Made:
    """What the app made of the day, and the same by SSV: lots in order, file by its recipient."""

    app_lots: list[bytes]
    app_files: dict[str, bytes]
    asked: list[tuple[str, str, bytes]]
    documents: list[bytes]
    lots: list[bytes]


def by_ssv(billed: list, ps_card: str) -> tuple[list, list[bytes], list[bytes]]:
    """The same invoices told in groups; what was asked, the documents' zones, the lots' zones."""
    asked, documents = [], []
    with EmulatedBoard() as board, desk_of(board, ps_card) as desk:
        desk.ssv.SSV_MajDateLecteur(LECTEUR, f"{MOMENT:%Y%m%d%H%M}")
        for card, mode, invoice in billed:
            if card is not None:
                desk.insert("vitale", card)
            wanted = BOTH if len(invoice.claim.documents) == 2 else FSE
            zone = zones.encode(invoice_groups(invoice))
            code, document = desk.ssv.SSV_FormaterFactures(*PLACE, wanted, mode[1], zone)
            assert code == 0, desk.ssv.SSV_DernierMessage()
            asked.append((wanted, mode, zone))
            documents.append(document)
        order = zones.encode([zones.make(9003, "1", f"{MOMENT:%Y%m%d}")])
        code, count, lots, sizes = desk.ssv.SSV_FormaterLot(
            CPS, LECTEUR, CODE, len(documents) + 1, [order, *documents]
        )
        assert code == 0, desk.ssv.SSV_DernierMessage()
        assert (count, sizes) == (len(lots), [len(lot) for lot in lots])
    return asked, documents, lots


@pytest.fixture(
    scope="module",
    params=[
        (Mode.SINGLE_FILE, "infirmier.toml", "infirmiere"),
        (Mode.SPLIT_AT_SOURCE, "infirmier-eclatement.toml", "infirmiere"),
        (Mode.SINGLE_FILE, "kine.toml", "kine"),
    ],
    ids=["fichier-unique", "eclatement", "kine"],
)
def made(request, tmp_path_factory) -> Iterator[Made]:
    mode, day, ps_card = request.param
    data = files("tournee.emulation").joinpath("days", day).read_bytes()
    app_lots, app_files, billed = by_the_app(tmp_path_factory.mktemp("app"), mode, data, ps_card)
    asked, documents, lots = by_ssv(billed, ps_card)
    return Made(app_lots, app_files, asked, documents, lots)


def records_of(zone: bytes) -> bytes:
    return b"".join(group.fields[0] for group in zones.decode(zone) if group.id == 9002)


def test_lots_are_those_of_the_app(made):
    assert [records_of(lot) for lot in made.lots] == made.app_lots
    assert {zones.decode(lot)[0].id for lot in made.lots} == {13, 93}


def test_files_are_those_of_the_app(made, library):
    """OCT-SF-3, OCT-SS-1: the two ends around the lots make the app's files."""
    for recipient, clear in made.app_files.items():
        lots = [lot for lot in made.lots if records_of(lot) in clear]
        first, application = zones.decode(lots[0])[0], clear[47:49].decode()
        head = zones.make(
            12,
            "202611161930",
            clear[49:55].decode(),
            first.field("type_emetteur"),
            first.field("numero_emetteur"),
            application,
            clear[25:27].decode(),
            recipient,
            first.field("crf"),
        )
        size = sum(len(records_of(lot)) for lot in lots)
        more = zones.make(14, str(len(lots)), str(size), "SIMULATION OPEN-1 NE FACTURE PERSONNE")
        ends = zones.encode([head, more])
        heads_alone = ends + b"".join(zones.encode(zones.decode(lot)[:1]) for lot in lots)
        for zone in (ends, heads_alone, ends + b"".join(lots)):
            code, out = library.SSV_FormaterFichier(zone)
            assert code == 0, library.SSV_DernierMessage()
            (group,) = zones.decode(out)
            body = b"".join(records_of(lot) for lot in lots)
            assert group.fields[0] + body + group.fields[1] == clear


def test_every_invoice_of_the_lots_is_told_again_as_it_was_asked(made, library):
    """SSV_TraduireFSE: what a record carries is what the groups asked, invoice by invoice."""
    asked = {zones.decode(zone)[0].field("facture"): zones.decode(zone) for _, _, zone in made.asked}
    for lot in made.lots:
        code, zone = library.SSV_TraduireFSE(lot)
        assert code == 0
        number, ranks = "", {}
        for group in zones.decode(zone):
            if group.id == 1110:
                number, ranks = group.field("facture"), {}
            rank = ranks[group.id] = ranks.get(group.id, -1) + 1
            wanted = [one for one in asked[number] if one.id == group.id][rank]
            for field, value in enumerate(group.fields, 1):
                if value and (group.id, field) != (1130, 4):  # the record has six digits of a birth date
                    asked_for = wanted.field(field)
                    told = asked_for[:8] if (group.id, field) == (1610, 2) else asked_for  # and no hour
                    assert group.field(field) == told, (number, group.id, field)
