"""What a maker keeps of a reader that was checked: one JSON document, signed apart.

The signature is RSASSA-PKCS1-v1_5 with SHA-256 over the file's very bytes, in a file beside it, so that
openssl alone tells whether the record is what the station wrote:

    openssl dgst -sha256 -verify station.pub.pem -signature RECORD.json.sig RECORD.json
"""

from __future__ import annotations

import hashlib
import json
import platform
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

import tournee
from tournee.boards import image as images
from tournee.boards.image_keys import ImageSigner, fingerprint, is_development
from tournee.errors import ConfigError
from tournee.files import read_bounded, write_whole
from tournee.firmware.sesam import codes
from tournee.french import reason
from tournee.maker.card_checks import CheckResult, Family
from tournee.reader import Refused
from tournee.reader.maker import MakerReader, RunningImage
from tournee.reader.results import Identity

FORM = "tournee-production-1"
_GIVEN_MAX = 1 << 26  # bytes of an image or a runtime


@dataclass(frozen=True)
class GivenFile:
    """A file that the maker says is in the reader: the image or the runtime that was flashed."""

    name: str
    size: int
    file_sha256: str


@dataclass(frozen=True)
class ReaderTold:
    """What the reader says of itself, `state` and `image` by the names of their fields; `state` is empty
    where the board serves no maker, `image` where it has no banks."""

    identity: Identity
    state: dict[str, Any]
    image: dict[str, Any]


def asked(reader: MakerReader) -> ReaderTold:
    """Ask a reader what a record holds. ReaderError."""
    image = reader.image()
    try:
        state = asdict(reader.state())
    except Refused as refused:
        if refused.status != codes.UNKNOWN_MESSAGE:
            raise
        state = {}
    return ReaderTold(reader.identify(), state, image_told(image) or {})


def image_told(image: RunningImage | None) -> dict[str, Any] | None:
    """What a reader says of its image, the digest of what is signed: a file has its signature too."""
    if image is None:
        return None
    return {"signed_sha256": image.digest, "counter": image.counter, "next_key": image.next_key}


def given(path: Path) -> GivenFile:
    """Name, size and digest of a file. ConfigError."""
    try:
        data = read_bounded(path, _GIVEN_MAX)
    except OSError as error:
        raise ConfigError(f"{path} ne se lit pas.", cause=reason(error)) from error
    return GivenFile(path.name, len(data), hashlib.sha256(data).hexdigest())


def of_the_image(told: ReaderTold, wanted: images.Image) -> CheckResult:
    """Whether the reader runs this image: by its own digest, or by board and version where it tells none."""
    digest = hashlib.sha256(wanted.signed).hexdigest()
    mine = told.identity.board, told.identity.firmware
    good, seen = mine == (wanted.board, wanted.version_text), " ".join(mine)
    if told.image:
        good = good and told.image["signed_sha256"] == digest
        seen += f", {told.image['signed_sha256'][:16]}…"
    return CheckResult("le lecteur a l’image donnée", good, seen, 0, Family.STATE)


def status_of(findings: Sequence[CheckResult]) -> int:
    """The exit status: 0, or the lowest of the families that have a fault."""
    return min((one.family.value for one in findings if not one.good), default=0)


def record(
    told: ReaderTold,
    findings: Sequence[CheckResult],
    files: dict[str, GivenFile],
    now: datetime,
    signer: ImageSigner | None,
) -> dict[str, Any]:
    """The record of one run; `files` by what they are, `now` with its zone."""
    return {
        "form": FORM,
        "simulation": True,
        "profile": told.identity.profile,
        "date": now.isoformat(timespec="seconds"),
        "tool": {
            "name": "tournee-maker",
            "version": tournee.__version__,
            "python": platform.python_version(),
            "system": f"{platform.system()} {platform.machine()}",
        },
        "signed_by": fingerprint(signer.public) if signer else None,
        "development": is_development(signer.public) if signer else None,
        "reader": {"serial": told.state.get("serial", ""), **asdict(told.identity)},
        "state": told.state or None,
        "image": told.image or None,
        "files": {name: asdict(one) for name, one in files.items()},
        "good": sum(one.good for one in findings),
        "status": status_of(findings),
        "findings": [{**asdict(one), "family": one.family.name} for one in findings],
    }


def to_json(made: dict[str, Any]) -> bytes:
    """The record's bytes, in UTF-8."""
    return (json.dumps(made, indent=1, ensure_ascii=False) + "\n").encode()


def write_signed(path: Path, data: bytes, signer: ImageSigner) -> list[Path]:
    """Write a file and its signature beside it, the signature first: who finds the file finds both.
    ConfigError."""
    signature = path.with_name(path.name + ".sig")
    made = signer.sign(hashlib.sha256(data).digest())
    try:
        write_whole(signature, made, 0o644)
        write_whole(path, data, 0o644)
    except OSError as error:
        raise ConfigError(f"{path} ne s’écrit pas.", cause=reason(error)) from error
    return [path, signature]
