"""A file of 20 MB goes from its lots in the journal to the submission server in bounded memory."""

from __future__ import annotations

import base64
import email
import gzip
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from mail_servers import MailServers
from many_invoices import DAY_PIECE, PS, Maker, keep_lots
from send_all import MOMENT

from tournee.store import Cipher, FileState, Journal

RIG = Path(__file__).parents[1] / "rig"
VECTORS = Path(__file__).parents[1] / "vectors" / "exchange"
KEY, CERTIFICATE = VECTORS / "recipient-key.pem", VECTORS / "recipient-cert.pem"
MEBIBYTE = 1024 * 1024


@pytest.fixture(scope="module")
def certified(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """Two journals that hold certified lots: one lot, and 20 MB of them."""
    folder = tmp_path_factory.mktemp("certified")
    return certified_journal(folder / "small", 1), certified_journal(folder / "large", 20 * MEBIBYTE)


def certified_journal(path: Path, size: int) -> Path:
    with Journal(path, Cipher(bytes(range(32))), lambda: MOMENT, station=0) as journal:
        journal.visits.add_day("day", PS, "20261115", [DAY_PIECE])
        keep_lots(journal, Maker().lots(size))
    return path


def send_all(journal: Path, servers: MailServers, address: str, sealing: str) -> tuple[int, list[str]]:
    """Send it from a process of its own: its peak memory in KiB, and what became of its files."""
    ps = servers.account()
    arguments = [journal, servers.ports["smtps"], ps.address, address, servers.ca, CERTIFICATE, sealing]
    paths = os.pathsep.join([str(RIG), str(Path(__file__).parent)])
    done = subprocess.run(
        [sys.executable, str(Path(__file__).with_name("send_all.py")), *map(str, arguments)],
        env={**os.environ, "PYTHONPATH": paths},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    peak, *told = done.stdout.split()
    return int(peak), told


@pytest.mark.parametrize("sealing", ["ZK", "K"])
def test_twenty_megabytes_are_framed_sealed_and_submitted_within_ten(
    sealing: str, certified: tuple[Path, Path], mail_servers: MailServers, tmp_path: Path
) -> None:
    """OCT-SF-5, OCT-MSG-8: 10 MiB more at most than for a small file."""
    oct_ = mail_servers.account()
    peaks = []
    for journal in certified:
        shutil.copy(journal, tmp_path)
        peak, told = send_all(tmp_path / journal.name, mail_servers, oct_.address, sealing)
        assert told == ["1", "sent"]
        peaks.append(peak)
    assert peaks[1] - peaks[0] < 10 * 1024

    mail_servers.wait_for_mail(oct_, 2)
    message = max((oct_.maildir / "new").iterdir(), key=lambda file: file.stat().st_size)
    sealed = base64.b64decode(email.message_from_bytes(message.read_bytes()).get_payload())
    command = ["openssl", "cms", "-decrypt", "-binary", "-inform", "DER", "-inkey", str(KEY)]
    opened = subprocess.run(
        [*command, "-recip", str(CERTIFICATE)], input=sealed, capture_output=True, check=True
    ).stdout
    clear = gzip.decompress(opened) if sealing == "ZK" else opened
    with Journal(tmp_path / "large", Cipher(bytes(range(32))), lambda: MOMENT, station=0) as journal:
        (file,) = journal.files.find(FileState.SENT)
        assert file.clear == clear
    assert len(clear) > 20 * MEBIBYTE
