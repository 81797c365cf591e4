"""A release of the page is signed: the exact list of its files, a version that only grows, ECDSA on P-256.

P-256 and not Ed25519: Android's Chrome has Ed25519 in WebCrypto since 137 (May 2025) only. A key that takes
another's place is handed over by it; the passages from key to key lie beside the newest one and travel with
each release, so that a tablet that missed some follows them.
"""

from __future__ import annotations

import base64
import hashlib
import json
import os
from pathlib import Path
from typing import Any

from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature

RELEASE, GUARDIAN = "release.json", "service_worker.js"
_LIST, _PASSAGE = b"tournee release 1\n", b"tournee key 1\n"
_HALF = 32  # bytes of one number of a signature


class NotSigned(Exception):  # noqa: N818 - what happened
    """A key that is none, or is there already."""


def new_key(path: Path, after: Path | None = None) -> None:
    """Make a key, for its owner alone; `after`: the key whose place it takes, which says so. NotSigned."""
    key = ec.generate_private_key(ec.SECP256R1())
    pem = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    passages: list[dict[str, str]] = []
    if after is not None:
        old = read_key(after)
        told = {"from": public(old), "to": public(key)}
        signed = signature(old, _PASSAGE + f"{told['from']}\n{told['to']}".encode())
        passages = [*_passages(after), told | {"signature": signed}]
    path.parent.mkdir(parents=True, exist_ok=True)
    try:
        number = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        raise NotSigned(f"{path} is there already") from None
    with os.fdopen(number, "wb") as file:
        file.write(pem)
    if passages:
        _beside(path).write_text(json.dumps(passages, indent=1) + "\n")


def read_key(path: Path) -> ec.EllipticCurvePrivateKey:
    """A key in PEM. NotSigned for what is none on P-256."""
    try:
        key = serialization.load_pem_private_key(path.read_bytes(), None)
    except (OSError, ValueError, TypeError) as error:
        raise NotSigned(f"{path}: {error}") from error
    if not isinstance(key, ec.EllipticCurvePrivateKey) or key.curve.name != "secp256r1":
        raise NotSigned(f"{path} is no key on P-256")
    return key


def public(key: ec.EllipticCurvePrivateKey) -> str:
    """Its public point, uncompressed (SEC 1 2.3.3), in base 64: what a tablet pins."""
    point = key.public_key().public_bytes(
        serialization.Encoding.X962, serialization.PublicFormat.UncompressedPoint
    )
    return base64.b64encode(point).decode()


def signature(key: ec.EllipticCurvePrivateKey, data: bytes) -> str:
    """r and s as WebCrypto takes them (IEEE P1363), in base 64."""
    r, s = decode_dss_signature(key.sign(data, ec.ECDSA(hashes.SHA256())))
    return base64.b64encode(r.to_bytes(_HALF, "big") + s.to_bytes(_HALF, "big")).decode()


def sign(site: Path, key_file: Path, version: int) -> None:
    """Write the signed list of a site's files beside them, in place of an older one. NotSigned."""
    key = read_key(key_file)
    names = sorted(path for path in site.rglob("*") if path.is_file())
    files = {
        "./" if path.name == "index.html" else f"./{path.relative_to(site).as_posix()}": _digest(path)
        for path in names
        if path.relative_to(site).as_posix() not in (RELEASE, GUARDIAN)
    }
    release = hashlib.sha256(json.dumps(files).encode()).hexdigest()[:16]
    told = {"version": version, "release": release, "guardian": _digest(site / GUARDIAN), "files": files}
    text = json.dumps(told, indent=0)
    whole: dict[str, Any] = {
        "list": text,
        "key": public(key),
        "signature": signature(key, _LIST + text.encode()),
    }
    whole["passages"] = _passages(key_file)
    (site / RELEASE).write_text(json.dumps(whole, indent=0))


def _digest(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


def _beside(key_file: Path) -> Path:
    return key_file.with_name(key_file.name + ".passages.json")


def _passages(key_file: Path) -> list[dict[str, str]]:
    beside = _beside(key_file)
    return json.loads(beside.read_text()) if beside.exists() else []
