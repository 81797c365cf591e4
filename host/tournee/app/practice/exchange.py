"""The practice's file from one device to another: every revision of every dossier, taken in once.

What two devices said of one dossier stands side by side until somebody says what it comes to; what only one
of them knows comes in. JSON, a dossier a line, sealed by a passphrase as a backup is.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from tournee.app.backup.sealed_stream import SealedHead, SealingWriter, opened
from tournee.app.context import Office
from tournee.app.practice.dossiers import KINDS, draft_of
from tournee.errors import BillingError, StoreError
from tournee.files import OWNER_ONLY, replacing
from tournee.practice.forms import read_form
from tournee.store import DossierRow, DossierState

FORM = "tournee practice 1"
"""The first line: what the file is."""

SIZE_MAX = 64 << 20
"""Bytes of a whole file: some 30,000 dossiers."""

_ORDER = ("patient", "prescriber", "insurer", "prescription", "plan", "round", "absence")
_UID_DIGITS = 32


class ExchangeFileError(BillingError):
    """A file of a practice that cannot be taken in."""


@dataclass
class TakenIn:
    """What became of a file: revisions that were new, that were known; dossiers under a person's number that
    another has here (to be merged), and lines that could not be read.
    """

    new: int = 0
    known: int = 0
    twins: list[int] = field(default_factory=list)
    faults: list[str] = field(default_factory=list)


def write_practice(
    office: Office,
    path: Path,
    passphrase: str,
    make_head: Callable[[int, bytes], SealedHead] = SealedHead,
) -> int:
    """Write every dossier that is not erased; gives how many. OSError leaves what was there. `make_head`
    gives the costs of the sealing.
    """
    lines = [json.dumps({"form": FORM}), *_lines(office)]
    content = "\n".join(lines).encode()
    with replacing(path, mode=OWNER_ONLY) as file:
        writer = SealingWriter(file, passphrase, len(content), make_head)
        writer.write(content)
        writer.end()
    return len(lines) - 1


def _lines(office: Office) -> Iterator[str]:
    dossiers = office.journal.dossiers
    uids: dict[int, str] = {}
    for kind in _ORDER:
        for row in dossiers.find(kind, state=None):
            uids[row.id] = row.uid.hex()
            if row.state is DossierState.ERASED:
                continue
            told = {
                "kind": kind,
                "uid": row.uid.hex(),
                "patient": uids.get(row.patient or 0, ""),
                "ps": row.ps,
                "open": row.state is DossierState.OPEN,
                "revisions": [
                    {
                        "uid": one.uid.hex(),
                        "parents": [parent.hex() for parent in one.parents],
                        "content": one.content.decode(),
                    }
                    for one in dossiers.revisions(row.id)
                ],
            }
            yield json.dumps(told, ensure_ascii=False)


def take_practice(office: Office, path: Path, passphrase: str) -> TakenIn:
    """Take in what another device wrote; BackupError, ExchangeFileError for a file that is none. A line at
    fault stops no other.
    """
    size = path.stat().st_size
    if size > SIZE_MAX:
        raise ExchangeFileError(f"Ce fichier est trop long : {size} octets, {SIZE_MAX} au plus.")
    with path.open("rb") as file:
        content = b"".join(opened(file, passphrase))
    first, *lines = content.decode("utf-8", "replace").split("\n")
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
    done = TakenIn()
    for number, line in enumerate(lines, 2):
        try:
            _take_line(office, json.loads(line), done)
        except (KeyError, TypeError, ValueError, AttributeError, RecursionError) as error:
            done.faults.append(f"ligne {number} : elle ne se lit pas ({type(error).__name__})")
        except (BillingError, StoreError) as error:
            done.faults.append(f"ligne {number} : {error.message}")
    return done


def _take_line(office: Office, told: dict[str, Any], done: TakenIn) -> None:
    kinds = {name: kind for kind, name in KINDS.items()}
    kind, uid = kinds[told["kind"]], _uid(told["uid"])
    patient: int | None = None
    if told["patient"]:
        patient = _found(office, _uid(told["patient"])).id
    ps, dossiers = str(told["ps"]), office.journal.dossiers
    was_there = bool(dossiers.of_uids([uid]))
    for one in told["revisions"]:
        value: Any = read_form(kind, one["content"].encode())
        draft = draft_of(value, patient=patient, ps=ps)
        coming = (told["kind"], uid, _uid(one["uid"]), [_uid(parent) for parent in one["parents"]])
        try:
            is_new = dossiers.take_in(*coming, draft)
        except StoreError:  # the same person has another dossier here
            is_new = dossiers.take_in(*coming, replace(draft, name=""))
            twin = _found(office, uid).id
            if twin not in done.twins:
                done.twins.append(twin)
        done.new += is_new
        done.known += not is_new
    row = _found(office, uid)
    if not told["open"] and not was_there and row.state is DossierState.OPEN:
        dossiers.close(row.id, "clos sur l’autre appareil")


def _found(office: Office, uid: bytes) -> DossierRow:
    rows = office.journal.dossiers.of_uids([uid])
    if not rows:
        raise StoreError("Le patient de ce dossier n’est pas dans le fichier.")
    return rows[0]


def _uid(digits: str) -> bytes:
    if len(digits) != _UID_DIGITS:
        raise ValueError(digits)
    return bytes.fromhex(digits)
