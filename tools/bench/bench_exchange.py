"""The exchange with an OCT: sealing against gzip and openssl, NOEMIE against a plain split."""

from __future__ import annotations

import subprocess
import tempfile
from datetime import UTC, datetime
from pathlib import Path

from measure import MEGABYTE, row, timed


def run() -> None:
    """Every figure of the exchange."""
    seal()
    noemie()


def seal() -> None:
    """Sealing 20 MB (gzip, then CMS), against `gzip | openssl cms -encrypt -stream` on the same file."""
    from cryptography import x509

    from tournee.emulation.oct import make_oct_identity
    from tournee.exchange.recipient import check_recipient
    from tournee.exchange.route import Sealing
    from tournee.exchange.sealing import seal_stream

    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        now = datetime.now(UTC)
        _, certificate_path = make_oct_identity(folder / "oct", now)
        certificate = x509.load_pem_x509_certificate(certificate_path.read_bytes())
        recipient = check_recipient(certificate, now=now, revoked=frozenset(), where="")
        clear = folder / "clear"
        clear.write_bytes(_records(20 * MEGABYTE))

        def ours() -> None:
            with clear.open("rb") as source, (folder / "ours").open("wb") as sink:
                seal_stream(source, sink, recipient, sealing=Sealing.ZK)

        def theirs() -> None:
            with (folder / "theirs").open("wb") as sink:
                packer = subprocess.Popen(["gzip", "-6", "-c", str(clear)], stdout=subprocess.PIPE)
                command = ["openssl", "cms", "-encrypt", "-stream", "-binary", "-aes256", "-outform", "DER"]
                subprocess.run(
                    [*command, str(certificate_path)], stdin=packer.stdout, stdout=sink, check=True
                )
                packer.wait()

        row("seal 20 MB (ZK)", timed(ours), "gzip | openssl cms -stream", timed(theirs))


def noemie() -> None:
    """Reading a NOEMIE stream, against plain `bytes.split(b"@")` of the same stream."""
    from sesam import noemie

    one = b"".join(
        noemie.encode(kind, values)
        for kind, values in (
            ("102", {"facture": "000000001", "lot": "001", "date_lot": "261116", "type": "F"}),
            ("198", {"demande": 1000, "etat": "P", "paye": 1000, "signe": "P"}),
        )
    )
    whole = one * (MEGABYTE // len(one))
    ours = timed(lambda: sum(1 for _ in noemie.read(whole)), 3)
    row(
        f"NOEMIE, {len(whole) / MEGABYTE:.1f} MB",
        ours,
        'bytes.split(b"@")',
        timed(lambda: whole.split(b"@"), 3),
    )


def _records(size: int) -> bytes:
    """Text that compresses as records do."""
    line = b"".join(
        b"4%09d 2550699999001620010000%05d" % (number, number) + b" " * 80 for number in range(500)
    )
    return (line * (size // len(line) + 1))[:size]
