"""The demonstration as a stranger checks it: with openssl, and with columns read off the profile by hand."""

from __future__ import annotations

import base64
import email
import json
import os
import re
import subprocess
import sys
from email.message import Message
from pathlib import Path

import pytest

RECORD = 128
FILES = {"fichier-unique": 2, "eclatement": 15, "fse-enrichie": 1}
"""How many files each way of sending makes of its days."""

TOURNEE = Path(sys.executable).with_name("tournee")


def tournee(*arguments: str) -> subprocess.CompletedProcess[str]:
    environment = {**os.environ, "NO_COLOR": "1"}
    return subprocess.run(
        [str(TOURNEE), *arguments], capture_output=True, text=True, check=False, env=environment, timeout=100
    )


def openssl(*arguments: str, data: bytes = b"") -> bytes:
    return subprocess.run(["openssl", *arguments], input=data, capture_output=True, check=True).stdout


@pytest.fixture(scope="module", params=FILES)
def mode(request: pytest.FixtureRequest) -> list[str]:
    """The option that chooses a way of sending, none for the way that goes without saying."""
    return [] if request.param == "fichier-unique" else ["--mode", request.param]


@pytest.fixture(scope="module")
def left(mode: list[str], tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What one demonstration of each way of sending leaves."""
    directory = tmp_path_factory.mktemp("demo") / "out"
    done = tournee("demo", *mode, "--out", str(directory))
    assert done.returncode == 0, done.stderr
    return directory


def messages(directory: Path) -> list[Message]:
    return [
        email.message_from_bytes(path.read_bytes()) for path in sorted((directory / "sent").glob("*.eml"))
    ]


def records(path: Path) -> list[bytes]:
    data = path.read_bytes()
    assert len(data) % RECORD == 0
    return [data[at : at + RECORD] for at in range(0, len(data), RECORD)]


def clear_files(directory: Path) -> list[Path]:
    return sorted((directory / "clear").iterdir())


def test_openssl_opens_every_message_to_its_clear_file(left: Path, mode: list[str]) -> None:
    """OCT-SF-5, OCT-SS-3, OCT-MSG-8."""
    opened = []
    for message in messages(left):
        sealed = message.get_payload(decode=True)
        assert isinstance(sealed, bytes)
        key, certificate = str(left / "oct" / "key.pem"), str(left / "oct" / "cert.pem")
        opened.append(
            openssl(
                "cms",
                "-decrypt",
                "-binary",
                "-inform",
                "DER",
                "-inkey",
                key,
                "-recip",
                certificate,
                data=sealed,
            )
        )
    assert sorted(opened) == sorted(path.read_bytes() for path in clear_files(left))
    assert len(opened) == FILES[mode[-1] if mode else "fichier-unique"]
    assert {message["To"] for message in messages(left)} == {"factures@oct.example"}


def test_headers_are_those_of_the_profile(left: Path) -> None:
    """OCT-MSG-3, OCT-MSG-6, OCT-MSG-7."""
    for message in messages(left):
        subject = re.fullmatch(r"SV140700/(\d{14})/(\d{19})/(\d{5})", message["Subject"])
        assert subject
        clear = (left / "clear" / str(message.get_filename())).read_bytes()
        header = clear[:RECORD].decode("ascii")
        assert subject[1] == header[5:19]
        assert int(subject[3]) == sum(
            one[:1] == b"2" and one[38:39] != b"A"
            for one in records(left / "clear" / str(message.get_filename()))
        )
        assert message.get_content_type() == "application/edi-consent"
        assert message["Content-Description"] == "FACTURE/SV/K"


def test_every_record_7_verifies_with_openssl(left: Path, tmp_path: Path) -> None:
    keys = {}
    for certificate in (left / "cards").glob("*.pem"):
        public = openssl("x509", "-in", str(certificate), "-noout", "-pubkey")
        der = openssl("pkey", "-pubin", "-outform", "DER", data=public)
        digest = openssl("dgst", "-sha256", data=der).decode().split("= ")[1]
        keys[digest[:6].upper().encode()] = public
    for path in clear_files(left):
        verified = 0
        for covered, sevens in signatures(records(path)):
            (tmp_path / "public").write_bytes(keys[sevens[0][26:32]])
            text = b"".join(seven[32:128] for seven in sevens).rstrip(b" ")
            (tmp_path / "signature").write_bytes(base64.b64decode(text, validate=True))
            answer = openssl(
                *("dgst", "-sha256", "-verify", str(tmp_path / "public")),
                *("-signature", str(tmp_path / "signature")),
                data=covered,
            )
            assert answer == b"Verified OK\n"
            verified += 1
        signed = [one for one in records(path) if one[:1] in b"12" and one[38:39] != b"A"]
        assert verified >= len(signed) > 1


def signatures(lines: list[bytes]) -> list[tuple[bytes, list[bytes]]]:
    """What each signature of a file covers, and its records 7 (profile, "Record 7")."""
    found: list[tuple[bytes, list[bytes]]] = []
    lot = invoice = 0
    for at, line in enumerate(lines):
        kind = line[:1]
        if line[:3] in (b"000", b"999"):
            continue
        if kind == b"1":
            lot = at
        elif kind == b"2" and line[38:39] != b"A":
            invoice = at
        elif kind == b"5":
            covered = b"".join(lines[invoice : at + 1])
        elif kind == b"6":
            covered = b"".join(lines[lot : at + 1])
        elif kind == b"7":
            if line[20:22] == b"01":
                found.append((covered, []))
            found[-1][1].append(line)
            assert len(found[-1][1]) == int(line[20:22])
    assert all(len(sevens) == int(sevens[0][22:24]) for _, sevens in found)
    return found


def test_counts_and_totals_add_up(left: Path) -> None:
    for path in clear_files(left):
        lines = records(path)
        assert int(lines[-1][55:63]) == len(lines)
        assert int(lines[-1][82:85]) == sum(line[:1] == b"1" for line in lines)
        fee = invoices = acts = 0
        for line in lines[1:-1]:
            if line[:1] == b"1":
                fee = invoices = acts = 0
            elif line[:1] == b"2" and line[38:39] != b"A":
                invoices += 1
            elif line[:1] == b"4" and line[35:36] != b"E":
                acts += 1
            elif line[:1] == b"5":
                fee += int(line[57:65])
            elif line[:1] == b"6":
                assert (int(line[10:13]), int(line[13:17]), int(line[24:33])) == (invoices, acts, fee)


def test_same_day_and_clock_make_the_same_files(left: Path, mode: list[str], tmp_path: Path) -> None:
    assert tournee("demo", *mode, "--out", str(tmp_path / "again")).returncode == 0
    again = [path.read_bytes() for path in clear_files(tmp_path / "again")]
    assert again == [path.read_bytes() for path in clear_files(left)]
    assert [message["Subject"] for message in messages(tmp_path / "again")] == [
        message["Subject"] for message in messages(left)
    ]


def test_day_ends_with_one_refused_one_paid_and_the_memory(tmp_path: Path) -> None:
    told = json.loads(tournee("demo", "--json", "--out", str(tmp_path / "out")).stdout)
    assert told["simulation"] is True
    states = {sheet["state"] for row in told["invoices"] for sheet in row["sheets"]}
    assert {"refused", "paid", "payment_refused"} <= states
    assert len({row["patient"] for row in told["invoices"]}) >= 12
    assert len({row["ps"] for row in told["invoices"]}) == 2
    assert {"FSE", "DRE"} == {sheet["kind"] for row in told["invoices"] for sheet in row["sheets"]}
    assert 0 < told["reader"]["heap_peak"] <= told["reader"]["heap_size"] <= 64 * 1024


def test_journal_shows_no_name_and_no_nir(left: Path) -> None:
    raw = b"".join(path.read_bytes() for path in left.glob("journal.db*"))
    for path in clear_files(left):
        for line in records(path):
            if line[:1] == b"2":
                assert line[11:24] not in raw
    assert b"MARTINEZ" not in raw.upper()


def test_demo_says_that_it_is_a_simulation(tmp_path: Path) -> None:
    done = tournee("demo", "--out", str(tmp_path / "out"))
    assert "SIMULATION" in done.stdout
    assert "open-1" in done.stdout


def test_demo_never_empties_a_directory_that_is_not_its_own(tmp_path: Path) -> None:
    (tmp_path / "letter").write_text("mine")
    done = tournee("demo", "--out", str(tmp_path))
    assert done.returncode == 9
    assert (tmp_path / "letter").read_text() == "mine"
