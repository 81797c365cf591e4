"""A key of images that stays in its token, reached by PKCS#11: a smart card, an HSM, SoftHSM.

The place is a URI (RFC 7512):

    pkcs11:token=maker;object=firmware?module-path=/usr/lib/softhsm/libsofthsm2.so

`token` and `serial` tell the token, `object` and `id` the key; `pin-source` is a file with the PIN, its
owner's alone, without which the PIN is asked for. The token is asked for a signature of the digest
(CKM_RSA_PKCS), which every token makes; no image goes into it.
"""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import unquote_to_bytes

import pkcs11
from cryptography.hazmat.primitives.asymmetric import rsa

from tournee.boards.image_keys import EXPONENT, SIGNATURE, URI, ImageError, Password
from tournee.secrets import read_secret

_DIGEST_INFO = bytes.fromhex("3031300d060960864801650304020105000420")  # of SHA-256 (RFC 8017 9.2)
_PATH = {"token": "token_label", "serial": "token_serial", "object": "label", "id": "id"}
_QUERY = ("module-path", "pin-source")
_URI_MAX = 4096
_PAIR = re.compile(r"([a-z-]+)=((?:[^%\s]|%[0-9A-Fa-f]{2})*)")
_EXAMPLE = "pkcs11:token=NOM;object=CLE?module-path=/usr/lib/…/module.so"


class TokenSigner:
    """The key at a URI; each signature opens the token anew, and closes it. ImageError for a URI that is
    none, a module, token, PIN or key that is not there, a key that is none for images."""

    def __init__(self, uri: str, password: Password | None) -> None:
        told = _parts(uri)
        self._module = told["module-path"].decode()
        self._token: dict[str, Any] = {}
        self._key: dict[str, Any] = {"object_class": pkcs11.ObjectClass.PRIVATE_KEY}
        for name, argument in _PATH.items():
            if name in told:
                binary = name in ("serial", "id")
                where = self._token if argument.startswith("token") else self._key
                where[argument] = told[name] if binary else told[name].decode()
        self._name = told.get("token", told.get("serial", b"")).decode(errors="replace")
        self._pin = _pin(told.get("pin-source"), password, self._name)
        with self._opened() as key:
            number = int.from_bytes(key[pkcs11.Attribute.MODULUS], "big")
        if number.bit_length() != SIGNATURE * 8:
            raise ImageError(f"La clé du module « {self._name} » n’est pas une clé RSA de 2048 bits.")
        self.public = rsa.RSAPublicNumbers(EXPONENT, number).public_key()

    def sign(self, digest: bytes) -> bytes:
        """As `ImageSigner`."""
        with self._opened() as key:
            return bytes(key.sign(_DIGEST_INFO + digest, mechanism=pkcs11.Mechanism.RSA_PKCS))

    @contextmanager
    def _opened(self) -> Iterator[Any]:
        """The key, in an open session."""
        try:
            token = pkcs11.lib(self._module).get_token(**self._token)
            with token.open(user_pin=self._pin) as session:
                yield session.get_key(**self._key)
        except (pkcs11.PKCS11Error, KeyError) as error:
            raise ImageError(
                f"Le module de sécurité « {self._name} » ne signe pas.",
                cause=_cause(error),
                next_step=f"contrôlez la clé indiquée ({_EXAMPLE}) et le code du module",
            ) from None


_CAUSES = {
    "NoSuchToken": "aucun module de ce nom",
    "MultipleTokensReturned": "plusieurs modules répondent à ce nom",
    "NoSuchKey": "il n’a pas cette clé",
    "MultipleObjectsReturned": "plusieurs de ses clés répondent à ce nom",
    "PinIncorrect": "son code est un autre ; quelques essais de plus le bloquent",
    "PinLenRange": "son code n’a pas cette longueur",
    "PinLocked": "son code est bloqué",
    "AttributeTypeInvalid": "la clé n’est pas une clé RSA",
}


def _cause(error: Exception) -> str:
    """What went wrong, in French; the library's own words are for nobody."""
    if type(error) is pkcs11.PKCS11Error:  # what it raises for a file that is none
        return "sa bibliothèque PKCS#11 ne se charge pas"
    return _CAUSES.get(type(error).__name__, type(error).__name__)


def _parts(uri: str) -> dict[str, bytes]:
    """The attributes of a `pkcs11:` URI, as bytes. ImageError for one that is not known, or lacks a part."""
    path, _, query = uri.removeprefix(URI).partition("?")
    pairs = [_PAIR.fullmatch(one) for one in (*path.split(";"), *filter(None, query.split("&")))]
    found = {pair[1]: unquote_to_bytes(pair[2]) for pair in pairs if pair}
    known = {*_PATH, *_QUERY, "type"}
    whole = all(pairs) and len(found) == len(pairs) and found.keys() <= known and len(uri) <= _URI_MAX
    if not whole or "module-path" not in found or not {"token", "serial"} & found.keys():
        raise ImageError(
            "Cette adresse pkcs11: n’en est pas une.",
            cause="il y faut un module (token ou serial), sa bibliothèque (module-path), rien d’inconnu",
            next_step=f"écrivez {_EXAMPLE} ; un code ne s’y écrit pas : pin-source nomme son fichier",
        )
    try:
        for name in found.keys() - {"id", "serial"}:
            found[name].decode()
    except UnicodeDecodeError:
        raise ImageError("Cette adresse pkcs11: n’est pas de l’UTF-8.") from None
    return found


def _pin(source: bytes | None, password: Password | None, name: str) -> str:
    if source is not None:
        file = Path(source.decode().removeprefix("file:"))
        return read_secret(file, "le code du module", ImageError).strip()
    if password is None:
        raise ImageError(f"Le module « {name} » a un code.", next_step="indiquez-le")
    return password(f"Code du module « {name} »")
