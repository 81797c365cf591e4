"""What direct mode has no OCT for: contract 99, which one splits; the opposition list, which one gives."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest
from both_ends import addressees, direct, office
from days import short_day
from surroundings import Surroundings
from test_modes import CARD_SHEETS, certify_and_close, close_day, enriched_day, recipients, states

from tournee.app.inbound import fetch
from tournee.app.opposition.by_mail import request_list
from tournee.app.outbound import kept_lots, make_files, send
from tournee.app.visits.importing import import_day
from tournee.billing.rules.visit import RuleError
from tournee.errors import ConfigError
from tournee.exchange.route import Mode
from tournee.store import LotState, SheetState


def test_a_visit_with_contract_99_is_refused_in_direct_mode_naming_both(both: Surroundings) -> None:
    # OCT-X-1, OCT-EF-1: an OCT splits on the strength of contract 99, and there is none
    with office(both, direct(both)) as opened:
        (visit,) = import_day(opened, enriched_day(), "day.toml").visits
    (mistake,) = visit.mistakes
    assert re.search(r"contrat 99 .* et l’envoi direct .* s’excluent", mistake.text)


def test_a_visit_with_contract_99_makes_no_invoice_once_the_route_is_direct(both: Surroundings) -> None:
    # OCT-X-1
    with office(both, both.world.route()) as opened:
        import_day(opened, enriched_day(), "day.toml")
        opened.route = direct(both)
        with pytest.raises(RuleError, match=r"contrat 99 .* et l’envoi direct .* s’excluent"):
            close_day(opened, both)
        assert opened.journal.overview()[::-1] == ()


def test_enriched_fse_closed_before_direct_mode_wait_for_an_oct_and_stop_no_other_lot(
    both: Surroundings,
) -> None:
    # OCT-MODE-1, OCT-EF-1: a caisse alone would pay its share, and nobody ask the AMC for the other
    through_oct = both.world.route()
    with office(both, through_oct) as opened:
        certify_and_close(opened, both, enriched_day())
        certify_and_close(opened, both, short_day())
        (enriched,) = (lot for lot in opened.journal.lots.find() if lot.number == "001")
        opened.route, opened.former = direct(both), (through_oct,)
        assert len(make_files(opened)) == 3
        assert [lot.id for lot in kept_lots(opened)] == [enriched.id]
        assert opened.journal.lots.ids(LotState.CERTIFIED) == (enriched.id,)
        opened.route, opened.former = through_oct, (opened.route,)
        assert kept_lots(opened) == []
        assert [file.lot_ids for file in make_files(opened)] == [(enriched.id,)]


def test_enriched_fse_certified_before_direct_mode_are_in_a_lot_of_their_own(both: Surroundings) -> None:
    # OCT-MODE-1: the sheets beside them in the tray leave, those of contract 99 wait
    through_oct = both.world.route()
    with office(both, through_oct) as opened:
        import_day(opened, enriched_day(), "day.toml")
        import_day(opened, short_day(), "day.toml")
        close_day(opened, both, close=False)
        opened.route, opened.former = direct(both), (through_oct,)
        close_day(opened, both)
        assert len(make_files(opened)) == 3
        (kept,) = kept_lots(opened)
        assert [opened.journal.invoices.sheet(one).invoice for one in kept.sheet_ids] == ["000000001"]


def test_enriched_fse_go_in_files_per_recipient_when_the_route_says_so(both: Surroundings) -> None:
    # OCT-EF-4: the carer's choice, through the OCT, which asks the AMC all the same
    per_recipient = replace(both.world.route(), mode=Mode.PER_RECIPIENT)
    with office(both, per_recipient) as opened:
        certify_and_close(opened, both, enriched_day())
        assert recipients(make_files(opened)) == [("TR", CARD_SHEETS["FSE"])]
        send(opened)
        fetch(opened)
        assert states(opened) == [SheetState.PAID]
    assert [(one.amc, one.amount) for one in both.world.oct.claims] == [("0099900009", 491)]
    assert addressees(both) == ["factures@oct.example"]


def test_the_opposition_list_is_asked_of_an_oct_also_in_direct_mode(both: Surroundings) -> None:
    # OCT-LOI-1, OCT-MODE-1
    with office(both, direct(both), both.world.route()) as opened:
        import_day(opened, short_day(), "day.toml")
        asked = request_list(opened)
        assert (asked.error, asked.message.route) == (None, "oct-emule")
    with office(both, direct(both)) as opened, pytest.raises(ConfigError, match="Aucun OCT"):
        request_list(opened)
