"""The exchange with an OCT: framing and sealing against gzip and openssl, in memory that does not grow;
ten thousand invoices from their journal to a sealed message.
"""

from __future__ import annotations

import subprocess
import sys
import tempfile
from datetime import UTC, datetime
from pathlib import Path

from measure import MEGABYTE, RIG, alone, row, timed

SIZES = (1, 20, 200)  # megabytes
INVOICES = (1_000, 3_000, 10_000)
OPENSSL = ["openssl", "cms", "-encrypt", "-stream", "-binary", "-aes256", "-outform", "DER"]


def run() -> None:
    """Every figure of the exchange."""
    sys.path.insert(0, str(RIG))
    from tournee.emulation.oct import make_oct_identity

    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        _, certificate = make_oct_identity(folder / "oct", datetime.now(UTC))
        long_file(folder, certificate)
        memory(certificate)
        many_invoices(folder, certificate)


def long_file(folder: Path, certificate: Path) -> None:
    """Lots of 20 MB framed, compressed and sealed, against `gzip | openssl cms` on the file they make."""
    from many_invoices import NAME, PS, Maker

    from tournee.exchange.files import frame_single_file
    from tournee.exchange.lot_index import outline_lot
    from tournee.exchange.lots import LotSender
    from tournee.exchange.route import Sealing
    from tournee.exchange.sealing.recipient import check_recipient, read_certificate
    from tournee.exchange.sealing.sealing import seal_chunks

    lots = list(Maker().lots(20 * MEGABYTE))
    now, sender, clear = datetime.now(UTC), LotSender(PS, "IF", NAME), folder / "clear"
    recipient = check_recipient(read_certificate(certificate), now=now, revoked=frozenset(), where="")

    def framed() -> list[bytes]:
        frame = frame_single_file(sender, 1, now, "999999998", [outline_lot(lot) for lot in lots])
        return [frame.head, *lots, frame.trailer]

    def ours() -> None:
        with (folder / "ours").open("wb") as sink:
            sink.writelines(seal_chunks(framed(), recipient, sealing=Sealing.ZK))

    def theirs() -> None:
        with (folder / "theirs").open("wb") as sink:
            packer = subprocess.Popen(["gzip", "-6", "-c", str(clear)], stdout=subprocess.PIPE)
            subprocess.run([*OPENSSL, str(certificate)], stdin=packer.stdout, stdout=sink, check=True)
            packer.wait()

    clear.write_bytes(b"".join(framed()))
    row("frame, gzip and seal 20 MB", timed(ours), "gzip | openssl cms -stream", timed(theirs))


def memory(certificate: Path) -> None:
    """Peak memory of the whole way to a message, for a small file and for large ones."""
    peaks = {size: alone("long_file.py", size, certificate)["peak"] for size in SIZES}
    least = peaks[SIZES[0]]
    for size, peak in peaks.items():
        what = f"peak memory, {size} MB to a message"
        print(f"{what:44} {peak:9.1f} MiB   {peak - least:+.1f} MiB", flush=True)


def many_invoices(folder: Path, certificate: Path) -> None:
    """Certified invoices in a journal, put in lots, certified by the card, framed, sealed, journaled: how
    many seconds of this machine's time, and how much more each takes when they are many.
    """
    from many_invoices import fill_journal

    first = 0.0
    for count in INVOICES:
        journal = folder / f"journal-{count}.db"
        fill_journal(journal, count)
        told = alone("from_journal.py", journal, certificate, count)
        seconds = told["lots"] + told["files"] + told["sealed"]
        each = seconds / count
        first = first or each
        what = f"{count} invoices, journal to sealed message"
        steps = f"lots {told['lots']:.2f}, file {told['files']:.2f}, message {told['sealed']:.2f} s"
        growth = f"{each * 1000:.2f} ms each, {each / first:.2f} times the first row's"
        print(f"{what:44} {seconds:9.2f} s     {steps}; {growth}; peak {told['peak']:.0f} MiB", flush=True)
        ours, floor = (told[name] / count * 1000 for name in ("lots", "floor"))
        what, peer = "of it closing lots, an invoice", "unseal, hash, verify, write in sets"
        print(f"{what:44} {ours:9.3f} ms   {peer} {floor:9.3f} ms   ratio {ours / floor:6.2f}", flush=True)
