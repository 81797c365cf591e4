"""The way of sending is a word of the configuration: changed at any time, it loses nothing (OCT-MODE-1)."""

from __future__ import annotations

import re
from dataclasses import replace
from importlib.resources import files
from pathlib import Path

import pytest
from days import CODE, short_day
from life import office_of
from surroundings import Surroundings

from tournee.app.cards import read_ps, read_vitale, unlock
from tournee.app.certify import certify_visit, pending_visits
from tournee.app.context import Office
from tournee.app.inbound import fetch
from tournee.app.outbound import close_lots, make_files, send
from tournee.app.visits.importing import import_day
from tournee.billing.rules.visit import RuleError
from tournee.config import load_config
from tournee.errors import ConfigError
from tournee.exchange.route import Mode, Route
from tournee.reader import Reader
from tournee.store import FileRow, FileState, LotState, SheetState

CARD_SHEETS = {"FSE": "CP00000001011021", "DRE": "OC00000099900009"}  # of the patient whose card is there
TYPED_SHEET = "CP00000001021041"
BOTH_SIDES = "contrat 99 .*éclatement à la source.* s’excluent"
CONFIGURATION = """
[envoi]
route = "oct"

[route.oct]
adresse = "factures@oct.example"
expediteur = "cabinet@ville.example"
identifiant = "732829320"
certificat = "oct.pem"
{mode}
[route.oct.envoi]
serveur = "smtp.oct.example"
port = 465
securite = "tls"

[route.oct.retours]
type = "maildir"
dossier = "retours"
"""


def enriched_day() -> bytes:
    """The visit with contract 99 of the patient whose card is in the reader, the day after the short one."""
    text = files("tournee.emulation").joinpath("days", "infirmier-fse-enrichie.toml").read_text("utf-8")
    head, *visits = text.split("[[visite]]")
    (kept,) = (visit for visit in visits if "Hugo MOREAU" in visit)
    return "[[visite]]".join([head.replace("2026-11-15", "2026-11-16"), kept]).encode()


def certify_and_close(office: Office, surroundings: Surroundings, day: bytes) -> None:
    import_day(office, day, "day.toml")
    close_day(office, surroundings)


def close_day(office: Office, surroundings: Surroundings, *, close: bool = True) -> None:
    """Certify what was imported, and close its lots."""
    with Reader.open(surroundings.board.link_url) as reader:
        ps = read_ps(reader)
        unlock(reader, lambda: CODE)
        vitale = read_vitale(office, reader)
        for row, visit in pending_visits(office, ps):
            certify_visit(office, reader, ps, vitale, row, visit)
        if close:
            close_lots(office, reader, ps)


def splitting(route: Route, name: str = "") -> Route:
    return replace(route, mode=Mode.SPLIT_AT_SOURCE, name=name or route.name)


def recipients(made: list[FileRow]) -> list[tuple[str, str]]:
    """Application, recipient type and number of each file, off their columns."""
    return [(file.clear[47:49].decode(), file.clear[25:41].decode()) for file in made]


def states(office: Office) -> list[SheetState]:
    return [state for row in office.journal.overview()[::-1] for state in row.states]


@pytest.mark.parametrize(
    ("word", "mode"),
    [
        ("", Mode.SINGLE_FILE),
        ('mode = "fichier-unique"', Mode.SINGLE_FILE),
        ('mode = "eclatement"', Mode.SPLIT_AT_SOURCE),
        ('mode = "par-destinataire"', Mode.PER_RECIPIENT),
    ],
)
def test_one_word_says_how_files_go(word: str, mode: Mode, tmp_path: Path) -> None:
    """OCT-MODE-1."""
    (tmp_path / "tournee.toml").write_text(CONFIGURATION.format(mode=word))
    assert load_config(tmp_path / "tournee.toml").route.mode is mode


def test_a_way_that_is_none_is_told_with_those_that_are(tmp_path: Path) -> None:
    (tmp_path / "tournee.toml").write_text(CONFIGURATION.format(mode='mode = "pigeon"'))
    with pytest.raises(
        ConfigError, match=r"\[route.oct\] mode : .*fichier-unique, eclatement, par-destinataire, direct"
    ):
        load_config(tmp_path / "tournee.toml")


def test_lots_closed_for_a_single_file_go_per_recipient_once_the_mode_is_changed(
    surroundings: Surroundings,
) -> None:
    """OCT-MODE-1, OCT-SS-1, OCT-SS-3."""
    route = surroundings.world.route()
    with office_of(surroundings.journal, route) as office:
        certify_and_close(office, surroundings, short_day())
        bodies = [lot.records for lot in office.journal.lots.find()]
    signatures = surroundings.signatures()
    with office_of(surroundings.journal, splitting(route)) as office:
        made = make_files(office)
        wanted = [CARD_SHEETS["FSE"], TYPED_SHEET, CARD_SHEETS["DRE"]]
        assert recipients(made) == [("TR", recipient) for recipient in wanted]
        assert [file.clear[128:-128] for file in made] == bodies  # certified once, byte for byte
        sent = send(office)
        assert [one.error for one in sent] == [None] * 3
        assert len({one.message.subject for one in sent}) == 3
        fetch(office)
        assert states(office) == [SheetState.PAID, SheetState.PAID, SheetState.ACKNOWLEDGED]
    assert surroundings.received() == 3
    assert surroundings.signatures() == signatures


def test_lots_closed_to_go_per_recipient_go_in_a_single_file_once_the_mode_is_changed(
    surroundings: Surroundings,
) -> None:
    """OCT-MODE-1, OCT-SF-1."""
    route = surroundings.world.route()
    with office_of(surroundings.journal, splitting(route)) as office:
        certify_and_close(office, surroundings, short_day())
        office.route = route
        made = make_files(office)
        assert recipients(made) == [("TO", "OT00000999999998")]
        send(office)
        fetch(office)
        assert states(office) == [SheetState.PAID, SheetState.PAID, SheetState.ACKNOWLEDGED]
    assert surroundings.received() == 1


def test_a_file_goes_by_the_route_it_was_framed_for(surroundings: Surroundings) -> None:
    """OCT-MODE-1, OCT-MODE-3: two routes to one OCT, told apart by their names."""
    route = surroundings.world.route()
    per_recipient = splitting(route, "par-destinataire")
    with office_of(surroundings.journal, per_recipient) as office:
        certify_and_close(office, surroundings, short_day())
        make_files(office)
        office.route, office.former = route, (per_recipient,)
        sent = send(office)
        assert {one.message.route for one in sent} == {"par-destinataire"}
        assert {one.file.route for one in sent} == {"par-destinataire"}


def test_a_single_file_knows_its_route_again_under_another_name(surroundings: Surroundings) -> None:
    route = surroundings.world.route()
    with office_of(surroundings.journal, route) as office:
        certify_and_close(office, surroundings, short_day())
        make_files(office)
        office.route = replace(route, name="renommee")
        (sent,) = send(office)
    assert (sent.error, sent.message.route) == (None, "renommee")


def test_a_file_per_recipient_whose_route_is_gone_waits_and_says_which(surroundings: Surroundings) -> None:
    route = surroundings.world.route()
    former = replace(splitting(route, "ancien"), identifier="732829320")
    with office_of(surroundings.journal, former) as office:
        certify_and_close(office, surroundings, short_day())
        make_files(office)
        office.route = route
        kept = send(office)
        assert [(one.message, type(one.error)) for one in kept] == [(None, ConfigError)] * 3
        assert all("l’OCT 00000732829320" in str(one.error) for one in kept)
        assert {file.state for file in office.journal.files.find()} == {FileState.MADE}
    assert surroundings.received() == 0


def test_a_host_killed_between_two_files_makes_the_others_later(surroundings: Surroundings) -> None:
    made = 0

    def die_before_the_second(step: str) -> None:
        nonlocal made
        if step == "make_file.before":
            made += 1
            if made == 2:
                raise KeyboardInterrupt

    route = splitting(surroundings.world.route())
    with office_of(surroundings.journal, route, die_before_the_second) as office:
        certify_and_close(office, surroundings, short_day())
        with pytest.raises(KeyboardInterrupt):
            make_files(office)
    with office_of(surroundings.journal, route) as office:
        assert len(office.journal.files.find()) == 1
        assert len(make_files(office)) == 2
        assert office.journal.lots.find(LotState.CERTIFIED) == ()
        assert len({file.name for file in office.journal.files.find()}) == 3
        assert make_files(office) == []


def test_a_visit_with_contract_99_is_refused_by_a_route_that_splits_at_source(
    surroundings: Surroundings,
) -> None:
    """OCT-X-1."""
    with office_of(surroundings.journal, splitting(surroundings.world.route())) as office:
        (visit,) = import_day(office, enriched_day(), "day.toml").visits
        assert office.journal.visits.find() == ()
    (mistake,) = visit.mistakes
    assert re.search(BOTH_SIDES, mistake.text)
    assert mistake.path == ("visite", 0, "contrat")
    assert enriched_day().decode().splitlines()[mistake.line - 1] == 'contrat = "99"'


def test_a_visit_with_contract_99_makes_no_invoice_once_the_route_splits_at_source(
    surroundings: Surroundings,
) -> None:
    """OCT-X-1."""
    route = surroundings.world.route()
    with office_of(surroundings.journal, route) as office:
        import_day(office, enriched_day(), "day.toml")
        office.route = splitting(route)
        with pytest.raises(RuleError, match=BOTH_SIDES):
            close_day(office, surroundings)
        assert office.journal.overview()[::-1] == ()
        office.route = route  # nothing is lost: the visit waited, and no number was spent
        close_day(office, surroundings)
        assert [row.number for row in office.journal.overview()[::-1]] == ["000000001"]


def test_enriched_fse_closed_before_the_change_go_per_recipient(surroundings: Surroundings) -> None:
    """OCT-EF-4: in the single file or per recipient, the OCT makes the claim all the same."""
    route = surroundings.world.route()
    with office_of(surroundings.journal, route) as office:
        certify_and_close(office, surroundings, enriched_day())
        office.route = splitting(route)
        made = make_files(office)
        assert recipients(made) == [("TR", CARD_SHEETS["FSE"])]
        send(office)
        fetch(office)
        assert states(office) == [SheetState.PAID]
        assert [row.paid for row in office.journal.overview()[::-1]] == [1228]
    assert [(one.amc, one.amount) for one in surroundings.world.oct.claims] == [("0099900009", 491)]
