"""The door: one-time links, the mutual challenge, sessions, the idle lock, the code and its tries."""

from __future__ import annotations

import base64
import hashlib
import hmac
import stat
import threading
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from loopback import LOCK_AFTER_S, AtTheDoor

from tournee.errors import ConfigError
from tournee.web.desk.enrolled import DEVICES_MAX, NAME, Enrolled
from tournee.web.desk.guard import BY_ITSELF
from tournee.web.desk.link_file import link_file, read_link, write_link

ASKED = "a" * 64
CODE = "4071"


def enrolled(door: AtTheDoor) -> dict[str, str]:
    status, told = door.served.entry("lien", lien=door.entrance.new_link())
    assert status == 200
    return told


def shown(door: AtTheDoor, device: dict[str, str], side: str, own: str) -> str:
    """A proof, made here from the published form."""
    text = f"tournee 1\n{side}\n{door.served.port}\n{device['appareil']}\n{ASKED}\n{own}"
    return hmac.new(base64.b64decode(device["cle"]), text.encode(), hashlib.sha256).hexdigest()


def come_in(door: AtTheDoor, device: dict[str, str], **more: str) -> tuple[int, dict[str, Any]]:
    status, told = door.served.entry("defi", appareil=device["appareil"], alea=ASKED)
    if status != 200:
        return status, told
    proof = shown(door, device, "page", told["alea"])
    return door.served.entry("reponse", appareil=device["appareil"], alea=told["alea"], preuve=proof, **more)


def passes(door: AtTheDoor, token: str) -> bool:
    return door.served.ask("GET", "/ecran/x", x_tournee=token)[0] == 200


def lock(door: AtTheDoor) -> None:
    door.served.run(door.entrance.lock)


def test_a_link_works_once(door: AtTheDoor):
    link = door.entrance.new_link()
    assert door.served.entry("lien", lien=link)[0] == 200
    assert door.served.entry("lien", lien=link)[0] == 403


def test_a_guessed_link_makes_no_device(door: AtTheDoor):
    door.entrance.new_link()
    for link in ("", "x" * 43, "é" * 43):
        assert door.served.entry("lien", lien=link)[0] == 403
    assert door.entrance.kept.devices == ()


@pytest.mark.parametrize("body", [b"", b"[]", b"[" * 4000, b'{"lien": 7}', b"\xff"])
def test_what_is_no_question_is_refused(door: AtTheDoor, body: bytes):
    for which in ("lien", "defi", "reponse"):
        assert door.served.ask("POST", f"/entree/{which}", body, content_type="application/json")[0] == 403


def test_the_host_proves_itself_first(door: AtTheDoor):
    device = enrolled(door)
    _, told = door.served.entry("defi", appareil=device["appareil"], alea=ASKED)
    assert told["preuve"] == shown(door, device, "hote", told["alea"])


def test_an_enrolled_device_comes_in_without_a_link(door: AtTheDoor):
    status, told = come_in(door, enrolled(door))
    assert status == 200
    assert passes(door, told["jeton"])


def test_the_hosts_own_proof_is_not_taken_for_the_pages(door: AtTheDoor):
    device = enrolled(door)
    _, told = door.served.entry("defi", appareil=device["appareil"], alea=ASKED)
    values = {"appareil": device["appareil"], "alea": told["alea"]}
    assert door.served.entry("reponse", preuve=told["preuve"], **values)[0] == 403


def test_a_proof_works_once(door: AtTheDoor):
    device = enrolled(door)
    _, told = door.served.entry("defi", appareil=device["appareil"], alea=ASKED)
    values = {"appareil": device["appareil"], "alea": told["alea"]}
    proof = shown(door, device, "page", told["alea"])
    assert door.served.entry("reponse", preuve=proof, **values)[0] == 200
    assert door.served.entry("reponse", preuve=proof, **values)[0] == 403


def test_a_proof_that_comes_late_is_refused(door: AtTheDoor):
    device = enrolled(door)
    _, told = door.served.entry("defi", appareil=device["appareil"], alea=ASKED)
    door.clock[0] += 120
    values = {"appareil": device["appareil"], "alea": told["alea"]}
    assert door.served.entry("reponse", preuve=shown(door, device, "page", told["alea"]), **values)[0] == 403


def test_a_proof_for_another_port_is_refused(door: AtTheDoor):
    device = enrolled(door)
    _, told = door.served.entry("defi", appareil=device["appareil"], alea=ASKED)
    text = f"tournee 1\npage\n{door.served.port + 1}\n{device['appareil']}\n{ASKED}\n{told['alea']}"
    proof = hmac.new(base64.b64decode(device["cle"]), text.encode(), hashlib.sha256).hexdigest()
    values = {"appareil": device["appareil"], "alea": told["alea"]}
    assert door.served.entry("reponse", preuve=proof, **values)[0] == 403


def test_an_answer_shows_that_it_is_the_hosts(door: AtTheDoor):
    device = enrolled(door)
    asked = {"x_tournee": device["jeton"], "x_tournee_alea": ASKED}
    _, headers, _ = door.served.ask("GET", "/ecran/x", **asked)
    text = f"tournee 1\nreponse\n{door.served.port}\n{device['appareil']}\n{device['jeton']}\n{ASKED}"
    shown = hmac.new(base64.b64decode(device["cle"]), text.encode(), hashlib.sha256).hexdigest()
    assert headers["x-tournee-preuve"] == shown


def test_nothing_is_shown_to_who_has_no_session(door: AtTheDoor):
    enrolled(door)
    for token in ("", "x" * 43):
        _, headers, _ = door.served.ask("GET", "/ecran/x", x_tournee=token, x_tournee_alea=ASKED)
        assert "x-tournee-preuve" not in headers


def test_a_revoked_device_is_out_at_once_and_for_good(door: AtTheDoor):
    device, other = enrolled(door), enrolled(door)
    door.served.run(lambda: door.entrance.revoke(device["appareil"]))
    assert not passes(door, device["jeton"])
    assert come_in(door, device)[0] == 403
    assert passes(door, other["jeton"])


def test_devices_outlive_the_host(door: AtTheDoor, tmp_path: Path):
    device = enrolled(door)
    again = Enrolled(tmp_path / NAME, lambda: date(2026, 12, 1))
    assert [one.id for one in again.devices] == [device["appareil"]]


def test_keys_are_in_a_file_of_their_owner_alone(door: AtTheDoor, tmp_path: Path):
    enrolled(door)
    assert stat.S_IMODE((tmp_path / NAME).stat().st_mode) == 0o600


def test_more_devices_than_there_is_room_for_push_out_the_oldest(tmp_path: Path):
    days = iter(date(2026, 11, 1 + rank) for rank in range(DEVICES_MAX + 1))
    kept = Enrolled(tmp_path / NAME, lambda: next(days))
    made = [kept.enrol("Chrome") for _ in range(DEVICES_MAX + 1)]
    assert [one.id for one in kept.devices] == [one.id for one in made[1:]]


def test_idle_it_locks_and_lets_the_reader_go(door: AtTheDoor):
    token, let_go = door.token(), []

    async def go() -> None:
        let_go.append(True)

    door.entrance.on_lock.append(go)
    door.clock[0] += LOCK_AFTER_S - 1
    door.served.run(door.entrance.look)
    assert passes(door, token)
    door.clock[0] += LOCK_AFTER_S
    door.served.run(door.entrance.look)
    assert not passes(door, token)
    assert let_go == [True]


def test_what_the_page_asks_by_itself_does_not_keep_it_open(door: AtTheDoor):
    token = door.token()
    door.clock[0] += LOCK_AFTER_S - 1
    assert door.served.ask("GET", "/nouvelles", x_tournee=token)[0] == 200
    assert door.served.ask("GET", "/ecran/x", x_tournee=token, **{BY_ITSELF: "1"})[0] == 200
    door.clock[0] += 2
    door.served.run(door.entrance.look)
    assert not passes(door, token)


def test_one_that_does_not_lock_does_not_keep_the_others_open(door: AtTheDoor):
    told = []

    async def fails() -> None:
        raise OSError

    async def tells() -> None:
        told.append(True)

    door.entrance.on_lock += [fails, tells]
    lock(door)
    assert told == [True]


def test_without_a_code_a_touch_reopens(door: AtTheDoor):
    device = enrolled(door)
    lock(door)
    assert come_in(door, device) == (423, {"code": False, "essais": 5})
    status, told = come_in(door, device, ouvrir="oui")
    assert status == 200
    assert passes(door, told["jeton"])


def test_with_a_code_only_the_code_reopens(door: AtTheDoor):
    device = enrolled(door)
    door.entrance.kept.choose_code(CODE)
    lock(door)
    assert come_in(door, device, ouvrir="oui") == (423, {"code": True, "essais": 5})
    assert come_in(door, device, code="4072") == (423, {"code": True, "essais": 4})
    status, told = come_in(door, device, code=CODE)
    assert status == 200
    assert passes(door, told["jeton"])
    lock(door)
    assert come_in(door, device) == (423, {"code": True, "essais": 5})


def test_a_link_does_not_go_past_the_lock(door: AtTheDoor):
    door.entrance.kept.choose_code(CODE)
    lock(door)
    device = enrolled(door)
    assert device["jeton"] == ""
    assert come_in(door, device)[0] == 423
    assert come_in(door, device, code=CODE)[0] == 200


def test_after_five_wrong_codes_devices_are_to_be_enrolled_anew(door: AtTheDoor):
    device = enrolled(door)
    door.entrance.kept.choose_code(CODE)
    lock(door)
    answers = [come_in(door, device, code="1111")[0] for _ in range(5)]
    assert answers == [423, 423, 423, 423, 410]
    assert come_in(door, device, code=CODE)[0] == 403
    assert door.entrance.kept.devices == ()


def test_tries_are_counted_over_a_restart(door: AtTheDoor, tmp_path: Path):
    device = enrolled(door)
    door.entrance.kept.choose_code(CODE)
    lock(door)
    come_in(door, device, code="1111")
    assert Enrolled(tmp_path / NAME, lambda: date(2026, 12, 1)).tries_left == 4


def test_codes_tried_side_by_side_are_all_counted(door: AtTheDoor):
    device = enrolled(door)
    door.entrance.kept.choose_code(CODE)
    lock(door)
    threads = [
        threading.Thread(target=come_in, args=(door, device), kwargs={"code": "1111"}) for _ in range(4)
    ]
    for one in threads:
        one.start()
    for one in threads:
        one.join()
    assert door.entrance.kept.tries_left == 1


def test_a_host_with_a_code_starts_locked(tmp_path: Path):
    from tournee.web.desk.entrance import Entrance

    kept = Enrolled(tmp_path / NAME, lambda: date(2026, 12, 1))
    assert not Entrance(kept, 1, lambda: 0.0, 300).locked
    kept.choose_code(CODE)
    assert Entrance(kept, 1, lambda: 0.0, 300).locked


@pytest.mark.parametrize("code", ["", "123", "12345", "abcd", "１２３４", "0000", "1234", "4321"])
def test_a_code_is_four_digits_that_are_not_guessed_at_once(tmp_path: Path, code: str):
    kept = Enrolled(tmp_path / NAME, lambda: date(2026, 12, 1))
    with pytest.raises(ConfigError):
        kept.choose_code(code)
    assert not kept.has_code


def test_the_code_is_nowhere_in_the_file(tmp_path: Path):
    kept = Enrolled(tmp_path / NAME, lambda: date(2026, 12, 1))
    kept.choose_code(CODE)
    assert CODE not in (tmp_path / NAME).read_text().replace(kept._code.digest, "").replace(
        kept._code.salt, ""
    )


@pytest.mark.parametrize("text", ["", "{", "[]", '{"devices": [7], "code": null}', '{"devices": []}'])
def test_a_damaged_file_is_said(tmp_path: Path, text: str):
    (tmp_path / NAME).write_text(text)
    with pytest.raises(ConfigError):
        Enrolled(tmp_path / NAME, lambda: date(2026, 12, 1))


def test_the_link_is_in_a_file_of_its_owner_alone(tmp_path: Path):
    path = link_file(tmp_path, 8737)
    write_link(path, "http://localhost:8737/#lien=abc")
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert read_link(path) == "http://localhost:8737/#lien=abc"
