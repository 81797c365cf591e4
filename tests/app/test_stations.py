"""Several hosts on one mailbox: each with its station, none takes the other's place or its returns."""

from __future__ import annotations

import base64
import os
from dataclasses import replace
from pathlib import Path

import pytest
from mail_life import office_with_a_file, route_to
from mail_servers import MailServers
from test_modes import CONFIGURATION
from test_real_mail import TEXT

from tournee.app.inbound import fetch
from tournee.app.outbound import send
from tournee.config import load_config
from tournee.errors import ConfigError
from tournee.exchange.route import Sealing


def configured(folder: Path, word: str, mailbox: str = "") -> Path:
    path = folder / "tournee.toml"
    text = CONFIGURATION.format(mode="").replace("[envoi]", f"[envoi]\n{word}", 1)
    path.write_text(text + mailbox)
    return path


@pytest.mark.parametrize(("word", "station"), [("", None), ("poste = 0", 0), ("poste = 99", 99)])
def test_a_word_of_the_configuration_is_the_station(word: str, station: int | None, tmp_path: Path) -> None:
    """OCT-MSG-4."""
    assert load_config(configured(tmp_path, word)).station == station


@pytest.mark.parametrize("word", ["poste = 100", "poste = -2", 'poste = "1"', "poste = true"])
def test_a_station_that_is_none_is_refused_by_its_place(word: str, tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=r"\[envoi\] poste"):
        load_config(configured(tmp_path, word))


def test_a_mailbox_that_several_hosts_read_keeps_its_letters(tmp_path: Path) -> None:
    assert load_config(configured(tmp_path, "", "conserver = true\n")).route.mailbox.keep
    assert not load_config(configured(tmp_path, "")).route.mailbox.keep


def test_the_same_journal_clock_and_station_make_the_same_message(
    mail_servers: MailServers, tmp_path: Path
) -> None:
    """OCT-MSG-3: nothing in a message is drawn but what seals it."""
    ps, oct_ = mail_servers.account(), mail_servers.account()
    route = route_to(mail_servers, ps, oct_)
    raws = {sealing: [] for sealing in Sealing}
    for rank in range(2):
        for sealing, made in raws.items():
            away = replace(route, sealing=sealing, submission=replace(route.submission, port=1))
            with office_with_a_file(tmp_path / f"{sealing}{rank}.db", away, station=7) as office:
                (kept,) = send(office)
                made.append(kept.message.raw)
    assert raws[Sealing.CLEAR][0] == raws[Sealing.CLEAR][1]
    for sealing in (Sealing.K, Sealing.ZK):
        heads = {raw.partition(b"\r\n\r\n")[0] for raw in raws[sealing]}
        assert len(heads) == 1 < len(set(raws[sealing]))


def test_two_hosts_on_one_mailbox_send_at_once_and_each_takes_in_all_returns(
    mail_servers: MailServers, tmp_path: Path
) -> None:
    """OCT-MSG-4: one address, one clock, two journals; no compostage comes twice, no return is missed."""
    ps, oct_ = mail_servers.account(), mail_servers.account()
    route = route_to(mail_servers, ps, oct_)
    shared = replace(route, mailbox=replace(route.mailbox, keep=True))
    letter = ps.maildir / "new" / "1.letter"
    letter.write_bytes(TEXT + base64.b64encode(b"recu"))
    os.chown(letter, ps.maildir.stat().st_uid, ps.maildir.stat().st_gid)
    with (
        office_with_a_file(tmp_path / "one.db", shared, station=1) as one,
        office_with_a_file(tmp_path / "two.db", shared, station=2) as two,
    ):
        stamps = [sent.message.compostage for office in (one, two) for sent in send(office)]
        assert stamps == ["2030060112000001001", "2030060112000002001"]
        assert [len(fetch(office).settled) for office in (one, two)] == [1, 1]
        assert [len(fetch(office).settled) for office in (one, two)] == [0, 0]
    assert mail_servers.accepted(ps.address) == 2
