"""Mode 04: the Vitale card seals at the bedside, the PS's card signs later over the same bytes."""

from __future__ import annotations

import base64
import subprocess
from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

import pytest
from days import CODE, short_day
from life import office_of
from surroundings import Surroundings

from tournee.app.alerts import AlertKind, alerts
from tournee.app.cards import read_ps, read_vitale, unlock
from tournee.app.certify import abandon_visit
from tournee.app.certifying.desynchronised import countersign, seal_visit, to_countersign, visits_to_seal
from tournee.app.certifying.last_read import NotReadError
from tournee.app.context import Office
from tournee.app.inbound import fetch
from tournee.app.outbound import close_lots, make_files, send
from tournee.app.visits.editing import edit_visit
from tournee.app.visits.importing import import_day
from tournee.app.visits.retelling import Edit
from tournee.billing.replacement import Replacement, ReplacementSession
from tournee.emulation.cards import certificate_pem, load_card
from tournee.errors import BillingError
from tournee.reader import Reader
from tournee.store import InvoiceRow, SheetState, VisitState

RECORD = 128


def opened(surroundings: Surroundings, on_step: Callable[[str], None] | None = None, days: int = 0) -> Office:
    return office_of(surroundings.journal, surroundings.world.route(), on_step, timedelta(days=days))


def know_the_carer(office: Office, reader: Reader, surroundings: Surroundings) -> None:
    """Her card was read once, and is at the office."""
    from tournee.app.certifying.last_read import keep_cards

    keep_cards(office, read_ps(reader), None)
    surroundings.board.remove("ps")


def seal_all(office: Office, reader: Reader) -> list[InvoiceRow]:
    vitale = read_vitale(office, reader)
    return [
        seal_visit(office, reader, None, vitale, row, visit) for row, visit in visits_to_seal(office, vitale)
    ]


def countersign_all(
    office: Office, reader: Reader, surroundings: Surroundings, card: str = "infirmiere"
) -> list[InvoiceRow]:
    surroundings.board.remove("vitale")
    surroundings.board.insert("ps", load_card(card))
    ps = read_ps(reader)
    unlock(reader, lambda: CODE)
    done = [countersign(office, reader, ps, one) for one in to_countersign(office, ps.identity)]
    close_lots(office, reader, ps)
    return done


def verifies(sevens: bytes, body: bytes, card: str, folder: Path) -> bool:
    """By openssl: whether these four records 7 are this card's signature of these bytes."""
    text = b"".join(sevens[at + 32 : at + RECORD].rstrip() for at in range(0, len(sevens), RECORD))
    (folder / "signature").write_bytes(base64.b64decode(text))
    (folder / "body").write_bytes(body)
    (folder / "card.pem").write_bytes(certificate_pem(card))
    key = subprocess.run(
        ["openssl", "x509", "-in", "card.pem", "-pubkey", "-noout"],
        cwd=folder,
        capture_output=True,
        check=True,
    )
    (folder / "key.pem").write_bytes(key.stdout)
    command = ["openssl", "dgst", "-sha256", "-verify", "key.pem", "-signature", "signature", "body"]
    return subprocess.run(command, cwd=folder, capture_output=True).returncode == 0


def test_the_seal_comes_first_and_the_signature_later_over_the_same_bytes(
    surroundings: Surroundings, tmp_path: Path
) -> None:
    with opened(surroundings) as office, Reader.open(surroundings.board.link_url) as reader:
        import_day(office, short_day(), "jour.toml")
        know_the_carer(office, reader, surroundings)
        (invoice,) = seal_all(office, reader)
        before = [(sheet.state, sheet.mode, sheet.records, sheet.sevens) for sheet in invoice.sheets]
        assert {state for state, *_ in before} == {SheetState.SEALED}
        for _, mode, body, seal in before:
            assert mode == "04" and seal[19:20] == b"V" and len(seal) == 4 * RECORD
            assert verifies(seal, body, "moreau", tmp_path)
        (after,) = countersign_all(office, reader, surroundings)
        for sheet, (_, _, body, seal) in zip(after.sheets, before, strict=True):
            assert sheet.records == body
            assert sheet.sevens[4 * RECORD :] == seal
            assert sheet.sevens[19:20] == b"P"
            assert verifies(sheet.sevens[: 4 * RECORD], body, "infirmiere", tmp_path)


def test_its_lot_is_paid_like_any_other(surroundings: Surroundings) -> None:
    with opened(surroundings) as office, Reader.open(surroundings.board.link_url) as reader:
        import_day(office, short_day(), "jour.toml")
        know_the_carer(office, reader, surroundings)
        seal_all(office, reader)
        countersign_all(office, reader, surroundings)
        assert {lot.mode for lot in office.journal.lots.find()} == {"04"}
        make_files(office)
        send(office)
        fetch(office)
        (invoice,) = office.journal.invoices.get_all([1])
        assert {sheet.state for sheet in invoice.sheets} == {SheetState.PAID}


def test_no_lot_takes_it_before_it_is_signed(surroundings: Surroundings) -> None:
    with opened(surroundings) as office, Reader.open(surroundings.board.link_url) as reader:
        import_day(office, short_day(), "jour.toml")
        ps = read_ps(reader)
        unlock(reader, lambda: CODE)
        vitale = read_vitale(office, reader)
        ((row, visit),) = visits_to_seal(office, vitale)
        seal_visit(office, reader, ps, vitale, row, visit)
        assert close_lots(office, reader, ps) == []
        assert office.journal.visits.get(row.id).state is VisitState.DONE


def test_without_her_card_ever_read_nothing_is_made(surroundings: Surroundings) -> None:
    surroundings.board.remove("ps")
    with opened(surroundings) as office, Reader.open(surroundings.board.link_url) as reader:
        import_day(office, short_day(), "jour.toml")
        with pytest.raises(NotReadError, match="La carte CPS du numéro 756000121 n’a jamais été lue ici"):
            seal_all(office, reader)
        assert office.journal.overview() == ()


def test_on_a_day_of_a_replacement_it_is_the_substitute_who_signs_later(surroundings: Surroundings) -> None:
    within = ReplacementSession(date(2026, 11, 9), date(2026, 11, 22))
    told = Replacement("756000121", "Claire LEFEBVRE", "10100000040", "Inès FAURE", (within,))
    with opened(surroundings) as office, Reader.open(surroundings.board.link_url) as reader:
        import_day(office, short_day(), "jour.toml")
        know_the_carer(office, reader, surroundings)
        surroundings.board.insert("ps", load_card("remplacante"))
        know_the_carer(office, reader, surroundings)
        office = replace(office, replacements=(told,))
        (invoice,) = seal_all(office, reader)
        assert (invoice.ps, invoice.substitute) == ("756000121", "10100000040")
        surroundings.board.insert("ps", load_card("infirmiere"))
        assert to_countersign(office, read_ps(reader).identity) == []
        (done,) = countersign_all(office, reader, surroundings, "remplacante")
        assert {sheet.state for sheet in office.journal.invoices.get(done.id).sheets} == {SheetState.IN_LOT}


def test_another_carer_s_card_signs_nothing_of_it(surroundings: Surroundings) -> None:
    with opened(surroundings) as office, Reader.open(surroundings.board.link_url) as reader:
        import_day(office, short_day(), "jour.toml")
        know_the_carer(office, reader, surroundings)
        (invoice,) = seal_all(office, reader)
        surroundings.board.insert("ps", load_card("infirmiere-cps4"))
        ps = read_ps(reader)
        unlock(reader, lambda: CODE)
        assert to_countersign(office, ps.identity) == []
        with pytest.raises(BillingError, match="n’est pas de SOPHIE AUBERT"):
            countersign(office, reader, ps, invoice)
        with pytest.raises(BillingError, match="n’est pas de"):  # whoever says the same number
            own = replace(ps, identity=replace(ps.identity, billing_number="756000121"))
            countersign(office, reader, own, invoice)
        assert surroundings.signatures()["ps"] == 0


def test_a_sealed_visit_is_cancelled_and_can_be_made_again(surroundings: Surroundings) -> None:
    with opened(surroundings) as office, Reader.open(surroundings.board.link_url) as reader:
        import_day(office, short_day(), "jour.toml")
        know_the_carer(office, reader, surroundings)
        (invoice,) = seal_all(office, reader)
        abandon_visit(office, invoice.visit_id, "soin non fait")
        states = {sheet.state for sheet in office.journal.invoices.get(invoice.id).sheets}
        assert states == {SheetState.ABANDONED}
        assert countersign_all(office, reader, surroundings) == []
        assert office.journal.visits.get(invoice.visit_id).state is VisitState.ABANDONED


def test_another_hour_that_nothing_is_paid_for_keeps_the_seal(
    surroundings: Surroundings,
) -> None:
    with opened(surroundings) as office, Reader.open(surroundings.board.link_url) as reader:
        import_day(office, short_day(), "jour.toml")
        know_the_carer(office, reader, surroundings)
        (invoice,) = seal_all(office, reader)
        done = edit_visit(office, invoice.visit_id, Edit({"heure": "09:15"}))
        assert (done.lost, done.thing.invoice, done.thing.visit.row.state) == ("", invoice, VisitState.DONE)
        (signed,) = countersign_all(office, reader, surroundings)
        assert [one.records for one in signed.sheets] == [one.records for one in invoice.sheets]


@pytest.mark.parametrize(("days", "urgent"), [(0, False), (7, False), (8, True)])
def test_an_alert_tells_of_it_and_is_urgent_at_eight_days(
    surroundings: Surroundings, days: int, urgent: bool
) -> None:
    with opened(surroundings) as office, Reader.open(surroundings.board.link_url) as reader:
        import_day(office, short_day(), "jour.toml")
        know_the_carer(office, reader, surroundings)
        seal_all(office, reader)
        later = replace(office, clock=lambda: office.clock() + timedelta(days=days))
        (found,) = [one for one in alerts(later) if one.kind is AlertKind.TO_COUNTERSIGN]
        assert (found.days, found.urgent) == (days, urgent)
        assert found.about == "à contresigner par Claire Lefebvre"
        assert "1 facture scellée au chevet attend votre signature" in found.text
        assert ("urgent" in found.text) is urgent
        countersign_all(office, reader, surroundings)
        assert AlertKind.TO_COUNTERSIGN not in {one.kind for one in alerts(later)}


class Killed(BaseException):
    """The host dies at a step."""


def dying_after(number: int) -> Callable[[str], None]:
    left = [number]

    def step(name: str) -> None:
        left[0] -= 1
        if left[0] < 0:
            raise Killed(name)

    return step


@pytest.mark.parametrize("steps", range(0, 14, 2))
def test_a_host_killed_at_any_step_goes_on_and_signs_nothing_twice(
    surroundings: Surroundings, steps: int
) -> None:
    with opened(surroundings) as office, Reader.open(surroundings.board.link_url) as reader:
        import_day(office, short_day(), "jour.toml")
        know_the_carer(office, reader, surroundings)

    def work(office: Office, reader: Reader) -> None:
        seal_all(office, reader)
        countersign_all(office, reader, surroundings)

    try:
        with (
            opened(surroundings, dying_after(steps)) as office,
            Reader.open(surroundings.board.link_url) as reader,
        ):
            work(office, reader)
    except Killed:
        pass
    surroundings.board.insert("vitale", load_card("moreau"))
    surroundings.board.remove("ps")
    with opened(surroundings) as office, Reader.open(surroundings.board.link_url) as reader:
        work(office, reader)
        (invoice,) = office.journal.invoices.get_all([1])
        assert invoice.number == "000000001"
        assert {sheet.state for sheet in invoice.sheets} == {SheetState.IN_LOT}
        assert [len(sheet.sevens) for sheet in invoice.sheets] == [8 * RECORD] * len(invoice.sheets)
        assert len(office.journal.overview()) == 1
