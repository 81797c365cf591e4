"""Pieces leave after their lot, are judged by the OCT, and what it says stands on the invoice."""

from __future__ import annotations

import base64
import hashlib
import shutil
from collections.abc import Iterator
from email.parser import BytesParser
from email.policy import compat32
from pathlib import Path

import pytest
from days import MOMENT, short_day
from proved_day import DEGRADED, SECURED, bill, office_at, photo, prove
from surroundings import Surroundings, new_surroundings

from tournee.app.context import Office
from tournee.app.inbound import fetch
from tournee.app.outbound import make_files, send, unproved_lots
from tournee.app.pieces.keeping import keep_piece
from tournee.app.pieces.needs import needed_pieces
from tournee.app.pieces.same_picture import SamePictureError
from tournee.app.pieces.shown import pieces_shown
from tournee.app.practice.dossiers import add
from tournee.app.practice.patients import add_patient
from tournee.app.visits.importing import import_day
from tournee.billing.kept.judged import read_judged
from tournee.documents.pieces.making import Source
from tournee.emulation.world import World
from tournee.practice.patient_file import PatientFile
from tournee.practice.prescription_file import Prescriber, PrescriptionFile
from tournee.store import LotState


@pytest.fixture(scope="module")
def billed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A journal whose day is billed, and the keys of its OCT, which got nothing yet."""
    folder = tmp_path_factory.mktemp("billed")
    with new_surroundings(folder) as made, office_at(made.journal, made.world.route()) as office:
        bill(office, made)
    return folder


@pytest.fixture
def world(billed: Path, tmp_path: Path) -> Iterator[World]:
    """The OCT of a copy of that journal."""
    shutil.copytree(billed, tmp_path, dirs_exist_ok=True)
    with World(tmp_path, lambda: MOMENT) as made:
        yield made


@pytest.fixture
def office(world: World) -> Iterator[Office]:
    with office_at(world.directory / "journal.db", world.route()) as opened:
        yield opened


def standings(office: Office) -> list[tuple[str, str]]:
    return [(one.nature, str(one.standing)) for one in needed_pieces(office, [SECURED, DEGRADED])]


def shown(office: Office, invoice: int = SECURED) -> list[tuple[str, str, str, bool]]:
    """As the invoice's own screen says it."""
    return [(one.told, one.state, one.tone, one.is_wanted) for one in pieces_shown(office, invoice)]


def subjects(office: Office) -> list[str]:
    return [one.message.subject if one.message else str(one.error) for one in send(office)]


def received(world: World) -> list[Path]:
    """What the OCT kept, message by message."""
    return sorted((world.directory / "oct" / "scor").iterdir())


def test_a_day_goes_with_its_pieces_and_they_are_accepted(office: Office) -> None:
    """SCOR-5 to SCOR-8: after the lots' file, a message of pieces a lot of FSE; none for the DRE."""
    assert shown(office) == [("ordonnance", "manque", "warn", True)]
    assert shown(office, DEGRADED)[1] == ("feuille de soins", "se fait d’elle-même à l’envoi", "", False)
    prove(office, SECURED, 1)
    assert shown(office) == [("ordonnance", "prête à partir", "", False)]
    prove(office, DEGRADED, 2)
    make_files(office)
    told = [subject.split("/") for subject in subjects(office)]
    assert [one[0] for one in told] == ["SV140700", "SCOR", "SCOR"]
    assert [(one[1], one[2], one[4]) for one in told[1:]] == [
        ("140700", "00000756000121", "00001"),
        ("140700", "00000756000121", "00002"),
    ]
    assert standings(office) == [("O", "waiting"), ("O", "waiting"), ("F", "waiting")]
    assert shown(office) == [("ordonnance", "envoyée, en attente", "", False)]
    fetch(office)
    assert standings(office) == [("O", "accepted"), ("O", "accepted"), ("F", "accepted")]
    assert shown(office) == [("ordonnance", "acceptée", "ok", False)]
    assert office.journal.effects.unmatched() == ()
    assert subjects(office) == []


def test_what_the_oct_kept_opens_with_a_stranger_s_tool_and_has_the_digests_that_were_told(
    office: Office, world: World
) -> None:
    """SCOR-5."""
    prove(office, SECURED, 1)
    prove(office, DEGRADED, 2)
    make_files(office)
    send(office)
    for folder in received(world):
        entity = BytesParser(policy=compat32).parsebytes((folder / "recu.mime").read_bytes())
        records, *pieces = [part.get_payload(decode=True) for part in entity.get_payload()]
        rows = [records[at : at + 128] for at in range(0, len(records), 128)]
        assert (rows[0][47:49], [row[:1] for row in rows[1:-1]]) == (b"SC", [b"P"] * len(pieces))
        for row, data in zip(rows[1:-1], pieces, strict=True):
            told = hashlib.sha256(data).digest()
            assert (int(row[41:48]), row[48:92]) == (len(data), base64.b64encode(told))
            assert data.startswith(b"%PDF-1.4")


def test_a_secured_lot_goes_without_its_piece_which_follows_alone(office: Office) -> None:
    prove(office, DEGRADED, 2)
    make_files(office)
    assert len(subjects(office)) == 2
    assert standings(office)[0] == ("O", "missing")
    prove(office, SECURED, 1)
    assert [one.split("/")[0] for one in subjects(office)] == ["SCOR"]


def test_a_lot_without_its_card_waits_for_its_prescription_and_the_others_go(office: Office) -> None:
    """SCOR-7."""
    make_files(office)
    modes = {lot.mode: lot.state for lot in office.journal.lots.find() if lot.kind == "FSE"}
    assert modes == {"03": LotState.IN_FILE, "05": LotState.CERTIFIED}
    assert [lot.mode for lot in unproved_lots(office)] == ["05"]
    assert standings(office)[1:] == [("O", "missing"), ("F", "ready")]
    prove(office, DEGRADED, 2)
    assert len(make_files(office)) == 1
    assert unproved_lots(office) == []


def test_nothing_is_asked_of_lots_where_pieces_are_not_sent(world: World) -> None:
    with office_at(world.directory / "journal.db", world.route(), setting=None) as office:
        make_files(office)
        assert [one.split("/")[0] for one in subjects(office)] == ["SV140700"]
        assert shown(office) == []


def test_a_piece_refused_goes_again_alone_once_another_picture_is_kept(office: Office, world: World) -> None:
    """SCOR-8 SCOR-9: the OCT is stricter than the client, for once."""
    world.oct.pieces.levels = 600
    prove(office, SECURED, 1)
    prove(office, DEGRADED, 2)
    make_files(office)
    send(office)
    fetch(office)
    assert standings(office) == [("O", "refused"), ("O", "refused"), ("F", "refused")]
    (row, *_) = needed_pieces(office, [SECURED])
    assert row.proof is not None
    assert (row.proof.code, row.proof.reason) == ("0205", "0205 CONTRASTE")
    assert shown(office) == [("ordonnance", "refusée : contraste", "bad", True)]
    assert subjects(office) == []
    world.oct.pieces.levels = 60
    prove(office, SECURED, 3)
    (subject,) = subjects(office)
    assert subject.endswith("/00001")
    fetch(office)
    assert standings(office)[0] == ("O", "accepted")


def test_the_same_picture_is_kept_once_and_is_the_scan_of_its_prescription(office: Office) -> None:
    """SCOR-1."""
    assert prove(office, SECURED, 1) == prove(office, SECURED, 1)
    ties = office.journal.pieces.ties_of([1, 2])
    assert [(tie.visit_id, tie.nature) for tie in ties] == [(1, "O")]


def test_the_same_picture_is_asked_about_where_it_is_another_person_s(office: Office) -> None:
    """SCOR-1: whatever its corners; nothing is kept before the answer, and it is asked once."""
    prove(office, SECURED, 1)
    inset = ((0.01, 0.01), (0.99, 0.01), (0.99, 0.99), (0.01, 0.99))
    with pytest.raises(SamePictureError, match="déjà gardée pour"):
        keep_piece(office, [Source(photo(1), inset)], "O", DEGRADED)
    assert office.journal.pieces.ties_of([2]) == ()
    keep_piece(office, [Source(photo(1), inset)], "O", DEGRADED, though_same=True)
    keep_piece(office, [Source(photo(1))], "O", DEGRADED)
    assert len(office.journal.pieces.ties_of([1])) == 1


def test_an_electronic_prescription_needs_no_piece(office: Office) -> None:
    """ORD-2: the number in the patient's file stands in for the scan."""
    row = office.journal.invoices.get(SECURED)
    told = read_judged(office.journal.visits.get(row.visit_id).payload).visit.prescription
    assert told is not None and standings(office)[0] == ("O", "missing")
    patient = add_patient(office, PatientFile("MOREAU", "HUGO", "20220205", nir="1820475113042", key="45"))
    who = Prescriber("", told.prescriber, told.rpps, told.speciality)
    add(office, PrescriptionFile(who, told.day, electronic="0RD0NNANCE00001X"), patient=patient.id)
    assert [nature for nature, _ in standings(office)] == ["O", "F"]


def test_a_series_sends_its_prescription_once_and_refers_to_it_after(surroundings: Surroundings) -> None:
    """SCOR-6: one piece of two days' visits goes with its bytes once; the OCT knows it by its digest."""
    with office_at(surroundings.journal, surroundings.world.route()) as office:
        import_day(office, short_day("2026-11-16"), "second.toml")
        bill(office, surroundings)
        secured = [row.invoice_id for row in office.journal.overview() if "FSE" in row.kinds]
        rows = {one: office.journal.invoices.get(one) for one in sorted(secured)}
        first, second = (one for one, row in rows.items() if row.sheets[0].mode == "03")
        kept = prove(office, first, 1)
        office.journal.pieces.tie(kept, "O", [rows[second].visit_id])
        make_files(office)
        send(office)
        fetch(office)
        went = office.journal.pieces.of_invoices([first, second])
        assert [(one.invoice_id, one.joined, one.state.value) for one in went] == [
            (first, True, "accepted"),
            (second, False, "accepted"),
        ]
