"""Whether a table's bytes are those that were promised: by their digest, or by a signature of a known key."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Mapping
from hashlib import sha256
from hmac import compare_digest
from pathlib import Path
from typing import TYPE_CHECKING

from tournee.billing.nomenclature.reading import TableError
from tournee.crypto import IS_NATIVE
from tournee.crypto.values import NotDoneHere
from tournee.files import read_bounded
from tournee.french import reason

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

_SIGNATURE_SIZE = 64
_SIGNATURE_MAX, _KEY_MAX = 1 << 10, 1 << 14
_NEXT = "demandez une copie entière à qui vous l’a donnée ; rien n’a changé"


def by_digest(data: bytes, told: str) -> str:
    """Check the bytes of a table against the SHA-256 that its editor gave; says by what. TableError."""
    given = "".join(told.split()).lower()
    if not compare_digest(sha256(data).hexdigest().encode(), given.encode()):
        raise TableError(
            "La table n’a pas l’empreinte annoncée.",
            cause="le fichier est abîmé, ou n’est pas celui que l’éditeur a publié",
            next_step=_NEXT,
        )
    return "sha256"


def by_signature(data: bytes, signature: Path, keys: Mapping[str, Path]) -> str:
    """Check a detached Ed25519 signature, raw or in base64, by the keys that the carer trusts; says whose.

    `keys` gives for each name a file with the public key in PEM. TableError, NotDoneHere in a page.
    """
    if not IS_NATIVE:
        raise NotDoneHere(
            "La signature d’une table ne se vérifie pas sur cet appareil.",
            cause="il n’a pas de quoi vérifier une signature Ed25519",
            next_step="donnez l’empreinte SHA-256 que l’éditeur a publiée",
        )
    from cryptography.exceptions import InvalidSignature

    if not keys:
        raise TableError(
            "Aucune clé d’éditeur n’est connue.",
            next_step="ajoutez sa clé publique à la configuration, table [nomenclature.editeurs]",
        )
    signed = _signature(_read(signature, _SIGNATURE_MAX, "La signature"))
    for name, path in keys.items():
        try:
            _key(name, path).verify(signed, data)
        except InvalidSignature:
            continue
        return f"signature {name}"
    raise TableError(
        "La signature de la table n’est celle d’aucun éditeur connu.",
        cause=f"le fichier est abîmé, ou signé par un autre ; connus : {', '.join(keys)}",
        next_step=_NEXT,
    )


def _signature(data: bytes) -> bytes:
    if len(data) == _SIGNATURE_SIZE:
        return data
    try:
        return base64.b64decode(b"".join(data.split()), validate=True)
    except binascii.Error:
        return b""


def _key(name: str, path: Path) -> Ed25519PublicKey:
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
    from cryptography.hazmat.primitives.serialization import load_pem_public_key

    try:
        key = load_pem_public_key(_read(path, _KEY_MAX, "La clé"))
    except ValueError:
        key = None
    if not isinstance(key, Ed25519PublicKey):
        raise TableError(
            f"La clé de l’éditeur {name} n’en est pas une : {path}.",
            cause="une clé publique Ed25519 en PEM est attendue",
        )
    return key


def _read(path: Path, most: int, what: str) -> bytes:
    try:
        return read_bounded(path, most)
    except OSError as error:
        raise TableError(f"{what} {path} ne peut pas être lue.", cause=reason(error)) from None
