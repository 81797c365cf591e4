"""A Vitale card that is to be updated: said from what was read of it, and from what the service says."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import pytest

from tournee.app.alerts import AlertKind, alerts
from tournee.app.services.card_update.due import due_of
from tournee.app.services.rights.asking import ask_rights
from tournee.app.services.rights.showing import rights_seen
from tournee.billing.identity import Period
from tournee.store import CardKind

TODAY = date(2026, 11, 16)


@pytest.mark.parametrize(
    ("end", "why"),
    [
        ("20261216", "soon"),
        ("20261217", None),
        ("20261116", "soon"),
        ("20261115", "ended"),
        ("", None),
        ("20491231", None),
        ("20270000", None),
    ],
)
def test_a_card_is_due_thirty_days_before_its_rights_end(practice, end, why):
    """MAJ-1."""
    (martinez,) = practice.card("martinez")
    read = replace(martinez, rights=(Period("20250101", end),))
    due = due_of(practice.office, read, TODAY)
    assert (due and due.why) == why


def test_a_card_is_due_when_the_service_says_otherwise(practice):
    """MAJ-1."""
    thomas, sophie, *_ = practice.card("moreau")
    practice.ask(thomas)
    due = due_of(practice.office, thomas, TODAY)
    assert (due.why, due.text) == ("differs", "le service dit autre chose que la carte (caisse)")
    assert due_of(practice.office, sophie, TODAY) is None


def test_another_mutuelle_alone_is_no_reason(practice):
    """MAJ-1: an update of the caisse's would not bring it."""
    thomas = practice.card("moreau")[0]
    practice.ask(thomas)
    moved = replace(thomas, caisse="041", centre="0000")
    assert due_of(practice.office, moved, TODAY) is None


def test_the_alert_says_where_to_go(practice):
    """MAJ-1."""
    lambert = practice.card("lambert")[0]
    practice.visit(lambert.nir, lambert.key)
    practice.certify()
    assert AlertKind.CARD_TO_UPDATE not in {one.kind for one in alerts(practice.office)}
    thomas = practice.card("moreau")[0]
    practice.visit(thomas.nir, thomas.key)
    practice.certify()
    practice.ask(thomas)
    (told,) = [one for one in alerts(practice.office) if one.kind is AlertKind.CARD_TO_UPDATE]
    assert told.about == "carte de Thomas Moreau"
    assert "pharmacie" in told.next_step
    assert thomas.nir not in str(told)
    practice.clock.now += timedelta(days=61)
    assert AlertKind.CARD_TO_UPDATE not in {one.kind for one in alerts(practice.office)}


def test_a_request_that_waits_for_a_day_is_an_alert(practice):
    thomas = practice.card("moreau")[0]
    ask_rights(practice.office, thomas, None, None)
    kinds = {one.kind for one in alerts(practice.office)}
    assert AlertKind.SERVICE_WAITING not in kinds
    practice.clock.now = practice.clock.now.replace(day=18)
    (told,) = [one for one in alerts(practice.office) if one.kind is AlertKind.SERVICE_WAITING]
    assert told.text == "1 demande attend sa réponse depuis le 16/11/2026"


def test_a_card_read_anew_is_what_is_shown_and_alerted_of(practice):
    """MAJ-1, MAJ-4: read for whatever reason, once it was updated since its visit."""
    lambert = practice.card("lambert")[0]
    practice.visit(lambert.nir, lambert.key)
    practice.certify()
    kept = practice.office.journal.cards.find(CardKind.VITALE, lambert.nir)
    end = lambert.rights_end.encode()
    stale = kept.zone.replace(end, b"20241231")
    assert stale != kept.zone
    practice.office.journal.cards.keep(CardKind.VITALE, lambert.nir, kept.day, stale)
    kinds = {one.kind for one in alerts(practice.office)}
    assert AlertKind.CARD_TO_UPDATE in kinds
    practice.card("lambert")
    kinds = {one.kind for one in alerts(practice.office)}
    assert AlertKind.CARD_TO_UPDATE not in kinds
    assert rights_seen(practice.office, lambert).card.rights_end == lambert.rights_end


def test_a_card_of_whomever_is_read_is_alerted_of(practice):
    """MAJ-1: read at a door, before any visit or file of that person."""
    (martinez,) = practice.card("martinez")
    (due,) = [one for one in alerts(practice.office) if one.kind is AlertKind.CARD_TO_UPDATE]
    assert due.about == "carte de Paul Martinez"
    assert "31/12/2024" in due.text and martinez.nir not in str(due)
