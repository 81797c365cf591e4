"""Who reaches the server and means no good: each refusal is JSON with a code, and nothing of it stays."""

from __future__ import annotations

import json
import socket
import ssl
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from hashlib import sha256
from itertools import pairwise
from pathlib import Path

import pytest
from days import MOMENT
from mail_life import office_with_a_file
from serving_rig import Served

from tournee.app.handing_over import send_file
from tournee.emulation.world import World
from tournee.errors import ExchangeError
from tournee.exchange.practice_server.https import HttpsCarrier
from tournee.exchange.practice_server.protocol import FAULTS, MESSAGE_MAX
from tournee.exchange.practice_server.requests import PartFacts, PracticeServerError
from tournee.store import Cipher

JOURNAL = Cipher(bytes(range(32))).identity


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    with World(tmp_path, lambda: MOMENT) as made:
        yield made


@pytest.fixture
def served(world: World, tmp_path: Path) -> Iterator[Served]:
    """No reader: nobody here certifies."""
    server = Served(tmp_path / "serveur", world.route())
    server.start()
    yield server
    server.kill()


def asked(
    served: Served, method: str, path: str, body: bytes = b"", key: str = "", **headers: str
) -> tuple[int, str]:
    """Ask by hand; the status, and the code of the refusal."""
    line = served.raw()
    told = {name.replace("_", "-"): value for name, value in headers.items()}
    if key:
        told["Authorization"] = f"Bearer {key}"
    line.request(method, path, body, told)
    answer = line.getresponse()
    status, data = answer.status, answer.read()
    line.close()
    code = str(json.loads(data).get("code", "")) if data[:1] == b"{" else ""
    assert not code or FAULTS[code].status == status
    return status, code


def message_of(served: Served, tmp_path: Path) -> bytes:
    """A message that the host's own code made, for this server's route."""
    with office_with_a_file(tmp_path / "made.db", served.route) as office:
        (file,) = office.journal.files.find()

        class Nowhere:
            knows_again = False

            def hand_over(self, route: object, message: object, *told: object) -> None:
                raise ExchangeError("nulle part")

        office.clock = lambda: MOMENT
        office.courier = Nowhere()  # type: ignore[assignment]
        with pytest.raises(ExchangeError, match="nulle part"):
            send_file(office, file, resend=False)
        (message,) = office.journal.messages.find()
        return bytes(message.content)


def put(served: Served, raw: bytes, key: str, journal: str = JOURNAL) -> tuple[int, str]:
    return asked(served, "PUT", f"/v1/messages/{sha256(raw).hexdigest()}", raw, key, Tournee_Journal=journal)


def test_who_is_not_let_in_is_told_nothing_and_shut_out_after_five_tries(served: Served) -> None:
    key = served.enrol()
    assert asked(served, "GET", "/v1/practice", key=key) == (200, "")
    for wrong in ("", key[:-1], f"{'0' * 16}.{key.partition('.')[2]}", key.partition(".")[0]):
        assert asked(served, "GET", "/v1/practice", key=wrong) == (401, "unknown-device")
    assert asked(served, "GET", "/v1/practice", key=key) == (200, "")
    for _ in range(5):
        assert asked(served, "GET", "/v1/returns", key="0.1") == (401, "unknown-device")
    assert asked(served, "GET", "/v1/practice", key=key) == (429, "too-many-tries")


def test_a_code_is_for_one_device_and_five_wrong_ones_end_it(served: Served) -> None:
    code = served.code()
    told = json.dumps({"code": code, "name": "a"}).encode()
    assert asked(served, "POST", "/v1/enrol", told) == (200, "")
    assert asked(served, "POST", "/v1/enrol", told) == (403, "wrong-code")
    other = served.code()
    for _ in range(4):
        wrong = json.dumps({"code": "A" * 16, "name": "a"}).encode()
        assert asked(served, "POST", "/v1/enrol", wrong) == (403, "wrong-code")
    right = json.dumps({"code": other, "name": "a"}).encode()
    assert asked(served, "POST", "/v1/enrol", right) == (429, "too-many-tries")
    with served.records() as records:
        assert [row["tries"] for row in records.rows("SELECT tries FROM code WHERE used = ''")] == [4]


def test_of_two_at_once_with_one_code_one_is_let_in(served: Served) -> None:
    told = json.dumps({"code": served.code(), "name": "a"}).encode()
    with ThreadPoolExecutor(4) as pool:
        got = [*pool.map(lambda _: asked(served, "POST", "/v1/enrol", told), range(4))]
    assert sorted(got) == [(200, ""), *[(403, "wrong-code")] * 3]


@pytest.mark.parametrize(
    "body",
    [b"", b"[]", b"{", b'{"code": 1, "name": "a"}', b"[" * 4000, b"\xff", b'{"code":"A","name":""}'],
)
def test_nonsense_is_malformed(body: bytes, served: Served) -> None:
    assert asked(served, "POST", "/v1/enrol", body) == (400, "malformed")


def test_the_page_of_who_keeps_it_names_nobody(served: Served) -> None:
    served.enrol("Tablette de Claire")
    line = served.raw()
    line.request("GET", "/")
    answer = line.getresponse()
    page = answer.read().decode()
    assert (answer.status, answer.getheader("Content-Type")) == (200, "text/html; charset=utf-8")
    assert "en service" in page
    assert "Claire" not in page
    line.close()


@pytest.mark.parametrize(
    "path",
    [
        *("/v1/journals/../../etc/parts", "/v1/journals/%2e%2e%2f%2e%2e/parts"),
        *(f"/v1/journals/{JOURNAL}/boxes/..%2f..%2fserver.key", f"/v1/journals/{JOURNAL}/boxes/server.db"),
        *("/v1/returns/99999999999999999999999999", "/server.db", "/v1/messages/..%2fserver.db", "//", "/v1"),
    ],
)
def test_paths_lead_nowhere_else(path: str, served: Served) -> None:
    status, code = asked(served, "GET", path, key=served.enrol())
    assert (status, code) in ((404, "not-found"), (400, "malformed"))


def test_a_body_announced_or_sent_too_long_is_cut_and_nothing_stays(served: Served) -> None:
    key = served.enrol()
    path = f"/v1/messages/{'0' * 64}"
    for length in (str(MESSAGE_MAX + 1), "9" * 30, "-1", "x"):
        line = served.raw()
        line.putrequest("PUT", path)
        line.putheader("Authorization", f"Bearer {key}")
        line.putheader("Tournee-Journal", JOURNAL)
        line.putheader("Content-Length", length)
        line.endheaders()
        assert line.getresponse().status in (400, 413)
        line.close()
    assert asked(served, "POST", "/v1/numbers", b" " * 5000, key) == (413, "too-large")
    assert [*(served.folder / "incoming").iterdir()] == []


def test_who_drips_a_body_or_says_nothing_is_let_go(served: Served) -> None:
    key = served.enrol()
    served.kill()
    served.start(body_seconds=0.3)
    line = served.raw()
    line.putrequest("PUT", f"/v1/messages/{'0' * 64}")
    for name, value in (("Authorization", f"Bearer {key}"), ("Tournee-Journal", JOURNAL)):
        line.putheader(name, value)
    line.putheader("Content-Length", "100")
    line.endheaders(b"x")
    assert line.getresponse().status == 408
    context = ssl.create_default_context()
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    with socket.create_connection(("127.0.0.1", served.port), 20) as plain:
        silent = context.wrap_socket(plain, server_hostname="127.0.0.1")
        silent.sendall(b"GET /v1/practice HTTP/1.1\r\nHost: a\r\n")
        assert silent.recv(100) == b""
    assert asked(served, "GET", "/v1/practice", key=key) == (200, "")


def test_only_a_sealed_message_of_the_practice_s_own_routes_is_taken(served: Served, tmp_path: Path) -> None:
    key, raw = served.enrol(), message_of(served, tmp_path)
    wrong = {
        "another sender": raw.replace(b"From: cabinet@", b"From: fraude1@"),
        "another recipient": raw.replace(b"To: factures@", b"To: victimes@"),
        "a header more": raw.replace(b"MIME-Version", b"Bcc: a@b.example\r\nMIME-Version"),
        "another word": raw.replace(b"Subject: SV1", b"Subject: SX1"),
        "another stamp": raw.replace(b"/2026111", b"/2026112", 1),
        "bytes behind": raw + b".\r\nMAIL FROM:<a@b>\r\n",
        "no attachment": raw[: raw.index(b"\r\n\r\n") + 4],
        "base64 that is none": raw[:-10] + b"@@@@@@@@\r\n",
        "nothing": b"",
    }
    for what, bytes_ in wrong.items():
        assert put(served, bytes_, key) == (422, "not-a-message"), what
    clear = raw.replace(b"FACTURE/SV/K\r\n", b"FACTURE/SV\r\n")
    assert put(served, clear, key) == (422, "in-clear")
    text = raw[: raw.index(b"\r\n\r\n") + 4] + b"cG9pbnQgY2FjaMOp\r\n"
    assert put(served, text, key) == (422, "in-clear")
    assert asked(served, "PUT", f"/v1/messages/{'0' * 64}", raw, key, Tournee_Journal=JOURNAL) == (
        400,
        "malformed",
    )
    with served.records() as records:
        assert records.rows("SELECT * FROM message") == []
    assert [*(served.folder / "messages").iterdir()] == [*(served.folder / "incoming").iterdir()] == []


def test_a_message_put_again_and_by_four_at_once_is_mailed_once(
    served: Served, tmp_path: Path, world: World
) -> None:
    key, raw = served.enrol(), message_of(served, tmp_path)
    with ThreadPoolExecutor(4) as pool:
        assert {*pool.map(lambda _: put(served, raw, key), range(4))} == {(200, "")}
    assert put(served, raw, key) == (200, "")
    body = raw.index(b"\r\n\r\n") + 4
    other = raw[:body] + raw[body : body + 78 * 2]  # the same name, other bytes
    assert put(served, other, key) == (409, "other-bytes")
    with served.records() as records:
        assert [tuple(row) for row in records.rows("SELECT state, tries FROM message")] == [("sent", 1)]
    assert len([*(world.directory / "sent").glob("*.eml")]) == 1


def test_a_device_reads_no_other_s_journal_and_a_revoked_one_nothing(served: Served) -> None:
    key, other = served.enrol("une"), served.enrol("autre")
    part = PartFacts(1, 0, 0, 5, True, 4, sha256(b"data").hexdigest(), "")
    served.client(key).put_part(JOURNAL, part, b"data", "")
    for method, path in (
        ("GET", f"/v1/journals/{JOURNAL}/parts"),
        ("GET", f"/v1/journals/{JOURNAL}/1/0/0"),
        ("PUT", f"/v1/journals/{JOURNAL}/boxes/cle"),
        ("POST", f"/v1/journals/{JOURNAL}/epoch"),
    ):
        assert asked(served, method, path, b'{"epoch": 1}', other) == (403, "others-journal")
    assert served.client(key).part(JOURNAL, part) == b"data"
    from tournee.server.devices import Devices

    with served.records() as records:
        Devices(records).revoke("une")
    assert asked(served, "GET", f"/v1/journals/{JOURNAL}/parts", key=key) == (403, "revoked")


def test_a_part_replaces_nothing_and_follows_what_is_there(served: Served) -> None:
    client = served.client(served.enrol())

    def part(chain: int, rank: int, data: bytes, after: str, epoch: int = 1) -> str:
        facts = PartFacts(epoch, chain, rank, 5, True, len(data), sha256(data).hexdigest(), "")
        try:
            client.put_part(JOURNAL, facts, data, after)
        except PracticeServerError as error:
            return error.code
        return ""

    one, two = sha256(b"1").hexdigest(), sha256(b"2").hexdigest()
    assert part(0, 0, b"1", "") == part(0, 0, b"1", "") == ""
    assert part(0, 0, b"x", "") == part(0, 1, b"2", "") == part(0, 2, b"2", one) == "not-following"
    assert part(0, 1, b"2", one) == ""
    assert part(1, 0, b"3", one) == part(2, 0, b"3", two) == "not-following"
    assert part(1, 0, b"3", two) == ""
    assert client.take_over(JOURNAL, 1) == client.take_over(JOURNAL, 1) == 2
    assert part(1, 1, b"4", sha256(b"3").hexdigest()) == "older-epoch"
    assert part(0, 0, b"5", "", epoch=2) == ""
    assert [one.rank for one in client.parts(JOURNAL)] == [0]


def test_no_two_devices_get_a_number_that_is_the_same(served: Served) -> None:
    keys = [served.enrol(f"t{rank}") for rank in range(4)]
    wants = ["station", "lot", "invoice", "station", "lot"]
    with ThreadPoolExecutor(4) as pool:
        [*pool.map(lambda key: [served.client(key).numbers(want) for want in wants], keys)]
    with served.records() as records:
        rows = [tuple(row) for row in records.rows("SELECT kind, first, last, device FROM number_range")]
    for kind in ("station", "invoice", "file", "lot"):
        ranges = sorted(row[1:3] for row in rows if row[0] == kind)
        assert len(ranges) >= 8
        assert all(before[1] < after[0] for before, after in pairwise(ranges))


def test_another_server_at_the_address_is_told_nothing(served: Served) -> None:
    carrier = HttpsCarrier(f"https://127.0.0.1:{served.port}", "0" * 64)
    from tournee.exchange.mail.transport import TlsRefusedError
    from tournee.exchange.practice_server.client import PracticeServer

    with pytest.raises(TlsRefusedError, match="rien ne lui a été dit"):
        PracticeServer(carrier, "0123456789abcdef.x").practice()
