"""A replacement cares with her own card, under the number of whom she replaces."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import date

import pytest
from days import CODE, short_day
from life import office_of
from surroundings import Surroundings

from tournee.app.cards import PsOnDuty, SituationError, read_ps, read_vitale, unlock
from tournee.app.certify import certify_visit, others_waiting, pending_visits, visits_for
from tournee.app.certifying.replacing import OtherCarerError
from tournee.app.context import Office
from tournee.app.correcting.dre_alone import correct_dre
from tournee.app.finding import thing_of
from tournee.app.inbound import fetch
from tournee.app.outbound import close_lots, make_files, send
from tournee.app.visits.importing import import_day
from tournee.billing.replacement import Replacement, ReplacementSession
from tournee.emulation.cards import load_card
from tournee.reader import Reader
from tournee.store import SheetState

REPLACED, OWN = "756000121", "756000030"
RPPS = "10100000040"
THIRD_PARTY, HERSELF = "1820475113042", "1620506088054"
RECORD = 128
TOLD = """[remplacement]
nom_remplace = "Claire LEFEBVRE"
rpps = "10100000040"
nom = "Inès FAURE"
du = 2026-11-09
au = 2026-11-22

"""
WITHIN = ReplacementSession(date(2026, 11, 9), date(2026, 11, 22))
CONFIGURED = Replacement(REPLACED, "Claire LEFEBVRE", RPPS, "Inès FAURE", (WITHIN,))


def replaced_day(told: str = TOLD) -> bytes:
    """The short day, made by her."""
    head, visits = short_day().decode().split("[[visite]]", 1)
    return f"{head}{told}[[visite]]{visits}".encode()


@contextmanager
def at_work(
    surroundings: Surroundings, card: str = "remplacante"
) -> Iterator[tuple[Office, Reader, PsOnDuty]]:
    with (
        office_of(surroundings.journal, surroundings.world.route()) as office,
        Reader.open(surroundings.board.link_url) as reader,
    ):
        yield office, reader, duty(surroundings, reader, card)


def duty(surroundings: Surroundings, reader: Reader, card: str) -> PsOnDuty:
    surroundings.board.insert("ps", load_card(card))
    ps = read_ps(reader)
    unlock(reader, lambda: CODE)
    return ps


def certify_all(office: Office, reader: Reader, ps: PsOnDuty) -> None:
    vitale = read_vitale(office, reader)
    for row, visit in visits_for(pending_visits(office, ps), vitale):
        certify_visit(office, reader, ps, vitale, row, visit)


def columns(record: bytes, start: int, length: int) -> str:
    return record[start - 1 : start - 1 + length].decode("ascii")


def records_of(file: bytes) -> list[bytes]:
    return [file[at : at + RECORD] for at in range(0, len(file), RECORD)]


def test_a_reader_of_bare_columns_finds_both_persons(surroundings: Surroundings) -> None:
    with at_work(surroundings) as (office, reader, ps):
        import_day(office, replaced_day(), "jour.toml")
        certify_all(office, reader, ps)
        close_lots(office, reader, ps)
        (made,) = make_files(office)
        found = records_of(b"".join(made.content))
        heads = [one for one in found if one[:1] == b"2" and one[38:39] not in b"AR"]
        substitutes = [one for one in found if one[:1] == b"2" and one[38:39] == b"R"]
        acts = [one for one in found if one[:1] == b"4" and one[35:36] != b"E"]
        more = [one for one in found if one[:1] == b"4" and one[35:36] == b"E"]
        assert len(substitutes) == len(heads) == 3
        assert {columns(one, 2, 9) for one in heads} == {REPLACED}
        assert {columns(one, 57, 9) for one in acts} == {REPLACED}
        assert {columns(one, 64, 11) for one in more} == {RPPS}
        for one in substitutes:
            assert columns(one, 42, 9) == OWN
            assert columns(one, 51, 11) == RPPS
            assert columns(one, 62, 25).rstrip() == "FAURE"
            assert columns(one, 87, 15).rstrip() == "INES"
            assert columns(one, 102, 1) == "1"
        assert {columns(one, 2, 9) for one in found if one[:1] in b"16"} == {REPLACED}
        assert columns(found[0], 6, 14) == f"00000{REPLACED}"
        assert columns(found[1], 30, 40).startswith("CLAIRE LEFEBVRE")


@pytest.mark.parametrize("closed_by", ["remplacante", "infirmiere"])
def test_either_card_closes_the_lot_and_the_replaced_is_paid(
    surroundings: Surroundings, closed_by: str
) -> None:
    with at_work(surroundings) as (office, reader, ps):
        import_day(office, replaced_day(), "jour.toml")
        certify_all(office, reader, ps)
        close_lots(
            office, reader, ps if closed_by == "remplacante" else duty(surroundings, reader, closed_by)
        )
        make_files(office)
        send(office)
        fetch(office)
        invoices = office.journal.invoices.get_all([1, 2])
        states = {one.sheets[0].nir: {sheet.state for sheet in one.sheets} for one in invoices}
        assert states == {THIRD_PARTY: {SheetState.PAID}, HERSELF: {SheetState.ACKNOWLEDGED}}
        assert {(one.ps, one.substitute) for one in invoices} == {(REPLACED, RPPS)}
        assert {row.ps for row in office.journal.overview()} == {REPLACED}


def test_a_third_card_closes_nothing_of_it(surroundings: Surroundings) -> None:
    with at_work(surroundings) as (office, reader, ps):
        import_day(office, replaced_day(), "jour.toml")
        certify_all(office, reader, ps)
        assert close_lots(office, reader, duty(surroundings, reader, "infirmiere-cps4")) == []


def test_numbers_are_the_next_of_the_replaced(surroundings: Surroundings) -> None:
    with at_work(surroundings, "infirmiere") as (office, reader, ps):
        import_day(office, short_day("2026-11-14"), "veille.toml")
        certify_all(office, reader, ps)
        import_day(office, replaced_day(), "jour.toml")
        certify_all(office, reader, duty(surroundings, reader, "remplacante"))
        assert [row.number[-1] for row in office.journal.overview()] == ["4", "3", "2", "1"]


def test_a_replacement_of_the_configuration_holds_for_any_day_file(surroundings: Surroundings) -> None:
    with at_work(surroundings) as (office, reader, ps):
        import_day(office, short_day(), "jour.toml")
        assert others_waiting(office, ps) == {REPLACED: 2}
        office = replace(office, replacements=(CONFIGURED,))
        assert others_waiting(office, ps) == {}
        certify_all(office, reader, ps)
        assert {one.substitute for one in office.journal.invoices.get_all([1, 2])} == {RPPS}


def test_outside_its_dates_her_card_is_refused_with_both_names(surroundings: Surroundings) -> None:
    over = ReplacementSession(date(2026, 11, 9), date(2026, 11, 14))
    with at_work(surroundings) as (office, reader, ps):
        import_day(office, short_day(), "jour.toml")
        office = replace(office, replacements=(replace(CONFIGURED, sessions=(over,)),))
        with pytest.raises(OtherCarerError) as refusal:
            certify_all(office, reader, ps)
        assert "Inès FAURE ne remplace pas Claire LEFEBVRE" in refusal.value.message
        assert "09/11/2026 au 14/11/2026" in refusal.value.cause
        assert office.journal.overview() == ()


def test_what_she_did_is_not_signed_by_the_card_of_the_replaced(surroundings: Surroundings) -> None:
    with at_work(surroundings, "infirmiere") as (office, reader, ps):
        import_day(office, replaced_day(), "jour.toml")
        with pytest.raises(OtherCarerError) as refusal:
            certify_all(office, reader, ps)
        assert "Inès FAURE, qui remplace Claire LEFEBVRE" in refusal.value.message
        assert "CLAIRE LEFEBVRE" in refusal.value.cause
        assert surroundings.signatures()["ps"] == 0


def test_a_card_of_two_situations_asks_which(surroundings: Surroundings) -> None:
    surroundings.board.insert("ps", load_card("deux-cabinets"))
    with Reader.open(surroundings.board.link_url) as reader:
        with pytest.raises(SituationError, match="plusieurs situations") as refusal:
            read_ps(reader)
        assert "n° 1, 756000048" in refusal.value.cause and "n° 2, 936000066" in refusal.value.cause
        assert read_ps(reader, 2).identity.billing_number == "936000066"
        asked: list[list[str]] = []

        def first(known):
            asked.append([one.structure for one in known])
            return 1

        assert read_ps(reader, ask=first).identity.billing_number == "756000048"
        assert asked == [["CABINET INFIRMIER DU CANAL", "CABINET INFIRMIER DES LILAS"]]
        with pytest.raises(SituationError, match="ne porte pas de situation n° 7"):
            read_ps(reader, 7)


def test_a_dre_of_hers_corrected_alone_waits_for_her_own_card(surroundings: Surroundings) -> None:
    wrong, right = "0075510027", "0075510019"
    surroundings.world.oct.scenario = replace(surroundings.world.oct.scenario, unknown_amc=frozenset({wrong}))
    told = (
        replaced_day()
        .decode()
        .replace(
            'tiers_payant = "total"',
            f'tiers_payant = "total"\namc = {{ numero = "{wrong}" }}\ndocuments = ["FSE", "DRE"]',
        )
    )
    assert wrong in told
    with at_work(surroundings) as (office, reader, ps):
        import_day(office, told.encode(), "jour.toml")
        certify_all(office, reader, ps)
        close_lots(office, reader, ps)
        make_files(office)
        send(office)
        fetch(office)
        ((thing, dre),) = [
            (thing_of(office, row.id), sheet)
            for row in office.journal.visits.find()
            for invoice in thing_of(office, row.id).invoices
            for sheet in invoice.sheets
            if sheet.kind == "DRE"
        ]
        assert dre.state is SheetState.REFUSED
        correct_dre(office, None, thing, right)
        assert close_lots(office, reader, duty(surroundings, reader, "infirmiere")) == []
        closed = close_lots(office, reader, duty(surroundings, reader, "remplacante"))
        assert [(lot.kind, lot.crf, lot.mode) for lot in closed] == [("DRE", f"D{right}", "01")]
        make_files(office)
        send(office)
        fetch(office)
        assert office.journal.invoices.sheet(dre.id).state is SheetState.PAID
