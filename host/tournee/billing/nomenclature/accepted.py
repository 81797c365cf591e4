"""Whether a table's bytes are those that were promised: by their digest, or by a signature of a known key."""

from __future__ import annotations

from collections.abc import Mapping
from hashlib import sha256
from hmac import compare_digest
from pathlib import Path

from tournee.billing.nomenclature.reading import TableError
from tournee.crypto import IS_NATIVE
from tournee.crypto.detached import KEY_MAX, SIGNATURE_MAX, NoKeyError, signer_of
from tournee.crypto.values import NotDoneHere
from tournee.files import read_bounded
from tournee.french import reason

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
    if not keys:
        raise TableError(
            "Aucune clé d’éditeur n’est connue.",
            next_step="ajoutez sa clé publique à la configuration, table [nomenclature.editeurs]",
        )
    signed = _read(signature, SIGNATURE_MAX, "La signature")
    try:
        whose = signer_of(data, signed, {name: _read(path, KEY_MAX, "La clé") for name, path in keys.items()})
    except NoKeyError as error:
        name = str(error)
        raise TableError(
            f"La clé de l’éditeur {name} n’en est pas une : {keys[name]}.",
            cause="une clé publique Ed25519 en PEM est attendue",
        ) from None
    if not whose:
        raise TableError(
            "La signature de la table n’est celle d’aucun éditeur connu.",
            cause=f"le fichier est abîmé, ou signé par un autre ; connus : {', '.join(keys)}",
            next_step=_NEXT,
        )
    return f"signature {whose}"


def _read(path: Path, most: int, what: str) -> bytes:
    try:
        return read_bounded(path, most)
    except OSError as error:
        raise TableError(f"{what} {path} ne peut pas être lue.", cause=reason(error)) from None
