"""Benches: each figure is a ratio, against a peer or a limit measured in the same run.

./tools/dev bench            all of them
./tools/dev bench reader     one
"""

from __future__ import annotations

import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from datetime import UTC, datetime
from functools import partial
from pathlib import Path

ROUNDS = 5
MEGABYTE = 1 << 20
BAUD = 1_000_000


def timed(action: Callable[[], object], rounds: int = ROUNDS) -> float:
    """Median seconds of `action`."""
    spent = []
    for _ in range(rounds):
        start = time.perf_counter()
        action()
        spent.append(time.perf_counter() - start)
    return statistics.median(spent)


def row(what: str, ours: float, peer: str, theirs: float) -> None:
    """One line: our time, the peer's, and the ratio."""
    print(
        f"{what:44} {ours * 1000:9.1f} ms   {peer:34} {theirs * 1000:9.1f} ms   ratio {ours / theirs:6.2f}",
        flush=True,
    )


def bench_reader() -> None:
    """A lot certified in the emulated reader, against the time its bytes take on a serial line at 1 Mbaud."""
    sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "tests" / "reader"))
    import reader_sheets as sheets  # the lots that the reader's tests certify

    from tournee.emulation.board import EmulatedBoard
    from tournee.emulation.cards import load_card
    from tournee.reader import Reader

    with EmulatedBoard() as board:
        board.insert("ps", load_card("infirmiere"))
        with Reader.open(board.link_url) as reader:
            reader.read_ps_card()
            reader.unlock("1234")
            for count in (1, 10, 100):
                lot, total = sheets.lot(count), count * sheets.FEE
                certify = partial(reader.certify_lot, lot, kind="FSE", mode="03", invoices=count, total=total)
                ours = timed(certify, 1)
                row(
                    f"lot of {count} certified ({len(lot)} bytes)",
                    ours,
                    "line at 1,000,000 baud",
                    len(lot) * 10 / BAUD,
                )
                print(f"{'':44} highest heap {reader.identify().heap_peak} bytes", flush=True)


def bench_seal() -> None:
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


def bench_noemie() -> None:
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


BENCHES = {"reader": bench_reader, "seal": bench_seal, "noemie": bench_noemie}


def main() -> int:
    """Run the benches named, or all."""
    names = sys.argv[1:] or list(BENCHES)
    unknown = [name for name in names if name not in BENCHES]
    if unknown:
        print(f"no bench {', '.join(unknown)}; there are {', '.join(BENCHES)}", file=sys.stderr)
        return 2
    for name in names:
        BENCHES[name]()
    return 0


if __name__ == "__main__":
    sys.exit(main())
