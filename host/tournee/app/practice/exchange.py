"""The practice's file from one device to another: every revision of every dossier, taken in once.

What two devices said of one dossier stands side by side until somebody says what it comes to; what only one
of them knows comes in. JSON, a dossier a line, sealed by a passphrase as a backup is.
"""

from __future__ import annotations

import binascii
import json
from base64 import b64decode, b64encode
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from datetime import datetime
from pathlib import Path
from typing import IO, Any

from tournee.app.backup.sealed_stream import SealedHead, SealingWriter, opened
from tournee.app.context import Office
from tournee.app.practice.dossiers import KINDS, draft_of
from tournee.errors import BillingError, StoreError
from tournee.files import OWNER_ONLY, replacing
from tournee.practice.forms import read_form
from tournee.practice.patient_file import PatientFile
from tournee.practice.scan_file import SCAN_MAX, ScanFile
from tournee.store import DossierRow, DossierState

FORM = "tournee practice 1"
"""The first line: what the file is."""

SIZE_MAX = 1 << 30
"""Bytes of a whole file: some thousands of scans. It is never held whole."""

LINE_MAX = 32 << 20
"""Bytes of one line: a scan, or a dossier with all its revisions."""

_ORDER = (
    *("patient", "prescriber", "insurer", "prescription", "plan", "round", "absence", "scan", "model"),
    *("contract", "statement"),
)
_UID_DIGITS = 32


class ExchangeFileError(BillingError):
    """A file of a practice that cannot be taken in."""


@dataclass
class TakenIn:
    """What became of a file: revisions that were new, that were known; patients under a person's number that
    another has here (to be merged), those that the other device erased and this one has, dossiers of which
    both devices say something else, and lines that could not be read.
    """

    new: int = 0
    known: int = 0
    twins: list[int] = field(default_factory=list)
    erased: list[int] = field(default_factory=list)
    doubled: list[int] = field(default_factory=list)
    faults: list[str] = field(default_factory=list)


def write_practice(
    office: Office,
    path: Path,
    passphrase: str,
    make_head: Callable[[int, bytes], SealedHead] = SealedHead,
) -> int:
    """Write every dossier, and of one that is erased that it is; gives how many. OSError leaves what was
    there. `make_head` gives the costs of the sealing.
    """
    with office.journal.db.reading():
        sizes = [len(line) for line in _all_lines(office)]
        if sum(sizes) > SIZE_MAX:
            raise ExchangeFileError(
                f"Le cabinet est trop grand pour un fichier : {sum(sizes)} octets, {SIZE_MAX} au plus."
            )
        with replacing(path, mode=OWNER_ONLY) as file:
            writer = SealingWriter(file, passphrase, sum(sizes), make_head)
            for line in _all_lines(office):
                writer.write(line)
            writer.end()
    return len(sizes) - 1


def _all_lines(office: Office) -> Iterator[bytes]:
    yield json.dumps({"form": FORM}).encode()
    for line in _lines(office):
        yield b"\n" + line.encode()


def _lines(office: Office) -> Iterator[str]:
    dossiers = office.journal.dossiers
    uids: dict[int, str] = {}
    for kind in _ORDER:
        rows = dossiers.find(kind, state=None)
        uids.update((row.id, row.uid.hex()) for row in rows)
        for row in rows:
            told: dict[str, Any] = {"kind": kind, "uid": row.uid.hex(), "state": row.state.value}
            if row.state is not DossierState.ERASED:
                told |= {
                    "patient": uids.get(row.patient or 0, ""),
                    "ps": row.ps,
                    "since": dossiers.since(row.id),
                    "became": uids.get(row.became or 0, ""),
                    "revisions": [
                        {
                            "uid": one.uid.hex(),
                            "parents": [parent.hex() for parent in one.parents],
                            "content": one.content.decode(),
                        }
                        for one in dossiers.revisions(row.id)
                    ],
                }
                if attached := bytes(dossiers.attached(row.id)):
                    told["attached"] = b64encode(attached).decode()
            yield json.dumps(told, ensure_ascii=False)


def take_practice(office: Office, path: Path, passphrase: str) -> TakenIn:
    """Take in what another device wrote; BackupError, ExchangeFileError for a file that is none. A line at
    fault stops no other.
    """
    size = path.stat().st_size
    if size > SIZE_MAX + (SIZE_MAX >> 8):  # what sealing adds
        raise ExchangeFileError(f"Ce fichier est trop long : {size} octets, {SIZE_MAX} au plus.")
    done = TakenIn()
    with path.open("rb") as file:
        for _ in opened(file, passphrase):
            pass  # nothing of it is used before all of it is known to be whole
        file.seek(0)
        lines = _read_lines(file, passphrase)
        _require_ours(next(lines, b""))
        merged: list[dict[str, Any]] = []
        for number, line in enumerate(lines, 2):
            try:
                told = json.loads(line)
                _take_line(office, told, done)
                if told["state"] == DossierState.MERGED.value:
                    merged.append({"uid": told["uid"], "became": told["became"], "line": number})
            except (KeyError, TypeError, ValueError, AttributeError, RecursionError) as error:
                done.faults.append(f"ligne {number} : elle ne se lit pas ({type(error).__name__})")
            except (BillingError, StoreError) as error:
                done.faults.append(f"ligne {number} : {error.message}")
    for one in merged:
        try:
            into = _found(office, _uid(one["became"])).uid
            office.journal.dossiers.take_merge(_uid(one["uid"]), into, "réunis sur l’autre appareil")
        except (TypeError, ValueError, StoreError):
            done.faults.append(f"ligne {one['line']} : ce qu’elle réunit n’est pas dans le fichier")
    done.doubled += _doubled(office)
    return done


def _doubled(office: Office) -> Iterator[int]:
    """Dossiers that say more than one thing."""
    for kind in _ORDER:
        for row in office.journal.dossiers.find(kind):
            if len({head.content for head in row.heads}) > 1:
                yield row.id


def _read_lines(file: IO[bytes], passphrase: str) -> Iterator[bytes]:
    """The lines of a sealed file; one that is longer than any is cut short, and reads as none."""
    held = bytearray()
    for chunk in opened(file, passphrase):
        *ended, rest = chunk.split(b"\n")
        for end in ended:
            yield bytes(held + end)
            held.clear()
        held += rest[: LINE_MAX - len(held)]
    yield bytes(held)


def _require_ours(first: bytes) -> None:
    try:
        is_ours = json.loads(first) == {"form": FORM}
    except (ValueError, RecursionError):
        is_ours = False
    if not is_ours:
        raise ExchangeFileError(
            "Ce fichier scellé n’est pas celui d’un cabinet.",
            cause="c’est une sauvegarde, ou il vient d’une version plus récente",
            next_step="une sauvegarde se remet par restore",
        )


def _take_line(office: Office, told: dict[str, Any], done: TakenIn) -> None:
    kinds = {name: kind for kind, name in KINDS.items()}
    kind, uid, state = kinds[told["kind"]], _uid(told["uid"]), DossierState(told["state"])
    dossiers = office.journal.dossiers
    if state is DossierState.ERASED:
        done.erased += [row.id for row in dossiers.of_uids([uid]) if row.state is not state]
        return
    patient = _patient_of(office, told["patient"])
    ps, since = str(told["ps"]), _since(told["since"])
    attached = _attached(told) if kind is ScanFile else b""
    for one in told["revisions"]:
        value: Any = read_form(kind, one["content"].encode())
        if isinstance(value, ScanFile) and not value.holds(attached):
            raise ValueError("attached")
        draft = draft_of(value, patient=patient, ps=ps)
        coming = (told["kind"], uid, _uid(one["uid"]), [_uid(parent) for parent in one["parents"]])
        try:
            is_new = dossiers.take_in(*coming, draft, attached)
        except StoreError:  # another dossier here has its name
            named = dossiers.named(told["kind"], draft.name)
            is_new = dossiers.take_in(*coming, replace(draft, name=""), attached)
            twin = _found(office, uid)
            if kind is not PatientFile and named is not None:
                dossiers.take_merge(uid, named.uid, "le même, sur l’autre appareil")
            elif twin.id not in done.twins:
                done.twins.append(twin.id)
        done.new += is_new
        done.known += not is_new
    row = _found(office, uid)
    if row.content:
        words = draft_of(read_form(kind, row.content), patient=row.patient, ps=row.ps).words
        dossiers.take_state(row.id, state, since, words)


def _patient_of(office: Office, uid: str) -> int | None:
    """The patient whom a dossier is about, by the uid of theirs; None for one that is about nobody."""
    if not uid:
        return None
    row = office.journal.dossiers.root(_found(office, _uid(uid)))
    if row.kind != KINDS[PatientFile]:
        raise ValueError(uid)
    return row.id


def _attached(told: dict[str, Any]) -> bytes:
    """The bytes that go with a line, as many as a scan has at most."""
    said = told.get("attached", "")
    if len(said) > 2 * SCAN_MAX:
        raise ValueError("attached")
    try:
        return b64decode(said, validate=True)
    except binascii.Error as error:
        raise ValueError("attached") from error


def _since(said: str) -> str:
    """A local time as the journal writes it, or ""."""
    return datetime.fromisoformat(said).isoformat(timespec="seconds") if said else ""


def _found(office: Office, uid: bytes) -> DossierRow:
    rows = office.journal.dossiers.of_uids([uid])
    if not rows:
        raise StoreError("Le dossier dont celui-ci parle n’est pas dans le fichier.")
    return rows[0]


def _uid(digits: str) -> bytes:
    if len(digits) != _UID_DIGITS:
        raise ValueError(digits)
    return bytes.fromhex(digits)
