"""A practice opened: by a file or a mapping, its key from wherever, nothing needed that is not used."""

from __future__ import annotations

import subprocess
import sys
from collections import UserDict
from pathlib import Path
from typing import Any

import pytest
import tomlkit
from editor import KEY, MOMENT, Editor, Outbox, blood_taken, day, settings

from tournee import api
from tournee.app.backup import restore_backup
from tournee.config import load_config

PHRASE = "cheval agrafe nuage tilleul"


def test_a_configuration_file_is_opened_by_its_path(tmp_path: Path, identity: Path) -> None:
    path = tmp_path / "tournee.toml"
    path.write_text(tomlkit.dumps(settings(identity)))
    for told in (path, str(path)):
        with api.open_practice(told, key=KEY, new=True) as practice:
            assert api.invoices(practice).invoices == ()
    assert sorted(one.name for one in tmp_path.iterdir() if one.name.startswith("journal.db.k")) == []


def test_without_a_key_of_ones_own_it_is_kept_beside_the_journal(
    tmp_path: Path, identity: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PYTHON_KEYRING_BACKEND", "keyring.backends.null.Keyring")
    for _ in range(2):
        with api.open_practice(settings(identity), home=tmp_path) as practice:
            assert api.alerts(practice).cursor == ""
    assert (tmp_path / "journal.db.key").exists()


def test_a_key_is_asked_for_where_it_is_kept(tmp_path: Path, identity: Path) -> None:
    asked = []

    def vault() -> bytes:
        asked.append(1)
        return KEY

    with api.open_practice(settings(identity), home=tmp_path, key=vault, new=True) as practice:
        api.invoices(practice)
    assert asked


def test_a_journal_that_is_missing_is_not_begun_unasked(tmp_path: Path, identity: Path) -> None:
    with pytest.raises(api.KeyNeededError, match="pas là"):
        api.open_practice(settings(identity), home=tmp_path, key=KEY)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("key", [b"", bytes(31), bytes(33), "x" * 32, lambda: b"short", lambda: None])
def test_what_is_no_key_is_refused(tmp_path: Path, identity: Path, key: Any) -> None:
    with pytest.raises(api.KeyNeededError, match="32 octets"):
        api.open_practice(settings(identity), home=tmp_path, key=key, new=True)
    assert not (tmp_path / "journal.db").exists()


def test_another_key_opens_nothing(editor: Editor) -> None:
    with pytest.raises(api.StoreError, match="ne correspond pas"):
        api.open_practice(settings(editor.identity), home=editor.folder, key=bytes(32))


BAD: dict[str, tuple[dict[str, Any], str]] = {
    "nothing": ({}, "envoi"),
    "no such route": ({"envoi": {"route": "autre"}}, "autre"),
    "routes that are no table": ({"route": []}, "route"),
    "an unknown key": ({"jurnal": {}}, "jurnal"),
    "a number for a text": ({"envoi": {"route": 3}}, "route"),
    "an object": ({"envoi": {"route": object()}}, "envoi.route"),
    "a key that is no text": ({"envoi": {3: "oct"}}, "envoi"),
    "a loop": ({"journal": {"chemin": float("nan")}}, "journal.chemin"),
}


@pytest.mark.parametrize("name", BAD)
def test_a_wrong_configuration_is_told_at_its_key(tmp_path: Path, identity: Path, name: str) -> None:
    changes, said = BAD[name]
    told = {**settings(identity), **changes} if changes else {}
    with pytest.raises(api.ConfigError, match=said):
        api.open_practice(told, home=tmp_path, key=KEY, new=True)
    assert list(tmp_path.iterdir()) == []


def test_a_mapping_that_holds_itself_is_told(tmp_path: Path, identity: Path) -> None:
    told = settings(identity)
    told["route"]["oct"]["envoi"] = told
    with pytest.raises(api.ConfigError, match="32 niveaux"):
        api.open_practice(told, home=tmp_path, key=KEY, new=True)


def test_any_mapping_is_one(tmp_path: Path, identity: Path) -> None:
    with api.open_practice(UserDict(settings(identity)), home=tmp_path, key=KEY, new=True) as practice:
        assert api.invoices(practice).invoices == ()


@pytest.mark.parametrize("told", [None, 3, b"tournee.toml", ["a"]], ids=repr)
def test_what_is_no_configuration_is_refused(told: Any) -> None:
    with pytest.raises(api.ConfigError, match="chemin d’un fichier"):
        api.open_practice(told)


def test_a_transport_that_cannot_be_called_is_refused(tmp_path: Path, identity: Path) -> None:
    with pytest.raises(api.ConfigError, match="n’est pas une fonction"):
        api.open_practice(settings(identity), home=tmp_path, key=KEY, new=True, transport="smtp")  # type: ignore[arg-type]


def test_a_file_that_is_not_there_is_told(tmp_path: Path) -> None:
    with pytest.raises(api.ConfigError, match="ne peut pas être lu"):
        api.open_practice(tmp_path / "tournee.toml")


def test_without_a_reader_all_but_cards_can_be_done(editor: Editor) -> None:
    for ask in (
        lambda: api.read_cards(editor.practice),
        lambda: api.certify(editor.practice, "1234"),
        lambda: api.close_lots(editor.practice, "1234"),
    ):
        with pytest.raises(api.ConfigError, match="Aucun lecteur"):
            ask()
    assert api.make_files(editor.practice) == ()
    assert api.send(editor.practice) == ()
    assert api.hand_over(editor.practice) == ()


def test_a_route_without_servers_sends_nothing_and_says_why(waiting: Editor) -> None:
    with api.open_practice(
        settings(waiting.identity), home=waiting.folder, key=KEY, clock=waiting.outbox.clock
    ) as practice:
        (sent,) = api.send(practice)
        assert (sent.standing, sent.problem and sent.problem.layer) == (
            api.MessageStanding.NONE,
            "configuration",
        )
    assert [one.standing for one in api.send(waiting.practice)] == [api.MessageStanding.SENT]


def test_a_closed_practice_says_so(tmp_path: Path, identity: Path) -> None:
    practice = api.open_practice(settings(identity), home=tmp_path, key=KEY, new=True)
    practice.close()
    practice.close()
    with pytest.raises(api.PracticeClosedError, match="fermé"):
        api.invoices(practice)
    with pytest.raises(api.PracticeClosedError):
        api.send(practice)


def test_a_practice_of_a_mapping_is_backed_up_and_restored(editor: Editor, tmp_path: Path) -> None:
    api.take_visits(editor.practice, day(blood_taken("mine")))
    backup = api.back_up(editor.practice, tmp_path / "practice.sauvegarde", PHRASE)
    assert (backup.size, backup.missing) == (Path(backup.path).stat().st_size, ())
    restored = tmp_path / "restored"
    restore_backup(Path(backup.path), PHRASE, restored / "tournee.toml", now=MOMENT)
    config = load_config(restored / "tournee.toml", own_mail=True)
    assert config.active == "oct"
    with api.open_practice(restored / "tournee.toml", key=KEY, transport=Outbox()) as practice:
        (again,) = api.take_visits(practice, day(blood_taken("mine"))).visits
    assert again.answer is api.VisitAnswer.KNOWN


def test_a_weak_passphrase_and_a_place_that_cannot_be_are_refused(editor: Editor, tmp_path: Path) -> None:
    with pytest.raises(api.ConfigError, match="trop faible"):
        api.back_up(editor.practice, tmp_path / "b", "azerty")
    with pytest.raises(api.StoreError):
        api.back_up(editor.practice, tmp_path / "nowhere" / "b", PHRASE)
    kept = tmp_path / "letter.txt"
    kept.write_text("mine")
    with pytest.raises(api.StoreError, match="n’est pas une sauvegarde"):
        api.back_up(editor.practice, kept, PHRASE)
    assert kept.read_text() == "mine"


def test_what_is_not_used_is_not_loaded(tmp_path: Path, identity: Path) -> None:
    program = f"""
import sys
from tournee import api
with api.open_practice({settings(identity)!r}, home={str(tmp_path)!r}, key={KEY!r}, new=True) as practice:
    api.invoices(practice)
print([one for one in ("imaplib", "poplib", "bleak", "serial", "tournee.web") if one in sys.modules])
"""
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, timeout=60, check=True
    )
    assert done.stdout == "[]\n"
