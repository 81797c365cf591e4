"""A tablet's life behind a practice's server: let in, its day mailed and paid; lost and rebuilt."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from days import short_day
from life import live
from serving_rig import KEY, KILLED, Served, joined_office, joined_way
from surroundings import Surroundings
from test_sending import make_one_file

from tournee.app.copies.following import keep_recovery
from tournee.app.copies.rebuilding import rebuild
from tournee.app.copies.recovery_code import new_recovery_code
from tournee.app.courier.mail import MailCourier
from tournee.app.inbound import fetch
from tournee.app.outbound import send
from tournee.config import load_config
from tournee.errors import ExchangeError
from tournee.secrets import NoKeyring
from tournee.store import MessageDraft, MessageState, SheetState
from tournee.store.integrity.host_note import Host


def test_a_day_is_certified_handed_over_mailed_and_paid(
    surroundings: Surroundings, served: Served, tmp_path: Path
) -> None:
    key = served.enrol()
    home = tmp_path / "tablette"
    home.mkdir()
    with joined_office(home, served.route, served, key) as office:
        live(office, surroundings.board.link_url)
        states = [state for row in office.journal.overview()[::-1] for state in row.states]
        assert states == [SheetState.PAID, SheetState.PAID, SheetState.ACKNOWLEDGED]
        assert [one.state for one in office.journal.messages.find()] == [MessageState.SENT]
    assert surroundings.received() == 1


def test_a_lost_tablet_is_rebuilt_goes_on_and_gives_no_number_twice(
    surroundings: Surroundings, served: Served, tmp_path: Path
) -> None:
    """Lost just after its file was mailed, before it knew: the copy has the message as leaving."""
    key, home, code = served.enrol(), tmp_path / "tablette", new_recovery_code()
    home.mkdir()
    child = os.fork()
    if child == 0:

        def told(name: str) -> None:
            if name == "message_sent.before":
                os._exit(KILLED)

        try:
            with joined_office(home, served.route, served, key, told) as office:
                make_one_file(office, surroundings)
                keep_recovery(served.client(key), office.journal, lambda: code)
                send(office)
        finally:
            os._exit(1)
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == KILLED
    assert surroundings.received() == 1

    other, target = tmp_path / "neuve", tmp_path / "neuve" / "tournee.toml"
    new_key = served.enrol("neuve", replaces="tablette")
    other.mkdir()
    done = rebuild(served.client(new_key), joined_way(other, served), new_key, code, target, ring=NoKeyring())
    assert done.journal == other / "journal.db"
    assert load_config(target).joined == joined_way(other, served)
    with pytest.raises(ExchangeError, match="Un autre appareil a repris"):
        served.client(key).returns()
    with joined_office(other, served.route, served, new_key, host=Host(tmp_path / "etat", "autre")) as office:
        lost = {row.number for row in office.journal.overview()}
        assert len(lost) == 2
        (again,) = send(office)
        assert again.message is not None
        assert again.message.state is MessageState.SENT
        fetch(office)
        states = [state for row in office.journal.overview()[::-1] for state in row.states]
        assert states == [SheetState.PAID, SheetState.PAID, SheetState.ACKNOWLEDGED]
        make_one_file(office, surroundings, short_day("2026-11-14"))
        numbers = [row.number for row in office.journal.overview()]
        assert len(numbers) == len(set(numbers)) > len(lost)
        assert len({number[:2] for number in numbers}) == 2  # a station of its own
    assert surroundings.received() == 1


def test_the_server_holds_nothing_that_names_a_patient(
    surroundings: Surroundings, served: Served, tmp_path: Path
) -> None:
    key, home = served.enrol(), tmp_path / "tablette"
    home.mkdir()
    with joined_office(home, served.route, served, key) as office:
        live(office, surroundings.board.link_url)
    kept = b"".join(
        path.read_bytes()
        for path in served.folder.rglob("*")
        if path.is_file() and path.parent.name != "letters"  # what an OCT sends unsealed is its own doing
    )
    assert len(kept) > 50_000
    for word in (b"2550699999001", b"LAMBERT", b"Lambert", b"Yvonne", KEY, KEY.hex().encode()):
        assert word not in kept


def test_what_left_by_mail_before_the_host_was_joined_is_not_handed_over(
    surroundings: Surroundings, served: Served, tmp_path: Path
) -> None:
    """Its mail server may have taken it, and the practice's server does not know it."""
    key, home = served.enrol(), tmp_path / "tablette"
    home.mkdir()
    with joined_office(home, served.route, served, key) as office:
        make_one_file(office, surroundings)
        office.courier, by_server = MailCourier(), office.courier
        (file,) = office.journal.files.find()

        def build(counter: int) -> MessageDraft:
            stamp = f"20261116193000{counter:05}"
            return MessageDraft(f"SV140700/00000756000121/{stamp}/00002", stamp, b"x")

        message = office.journal.messages.make(file.id, served.route.name, build)
        office.journal.messages.transmitting(message)
        office.journal.messages.uncertain(message, "lien coupé")
        office.courier = by_server
        assert send(office) == []
        assert office.journal.messages.get(message).state is MessageState.UNCERTAIN
    with served.records() as records:
        assert records.rows("SELECT * FROM message") == []
