"""What a host asks of a practice's server and what comes back: requests, answers, bounds and refusals.

JSON or raw bytes over HTTPS, one request an act, each fit to be repeated. The table of requests stands in
`host/docs/practice-server.md`; both ends read the rest here.
"""

from __future__ import annotations

import base64
import hashlib
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Protocol

from tournee.errors import ConfigError
from tournee.exchange.mail.submission import Outgoing

V1 = "/v1"
PORT = 8743
JSON_MAX = 256 * 2**10
MESSAGE_MAX = 40 * 2**20
LETTER_MAX = 64 * 2**20
PART_MAX = 6 * 2**20
BOX_MAX = 16 * 2**20
NAME_MAX = 60
CODE_LENGTH = 16
BOXES = ("cle", "fichiers")
"""What is kept of a practice beside its journal: the journal's key and its files, both encrypted."""

DIGEST = re.compile(r"[0-9a-f]{64}")
JOURNAL_ID = re.compile(r"[0-9a-f]{32}")
_LINK = re.compile(r"(https://[A-Za-z0-9.:\[\]-]{1,260})/?#([A-Z2-7]{16})(?:\.([0-9a-f]{64}))?")
_URL = re.compile(r"https://(?:[A-Za-z0-9.-]{1,253}|\[[0-9A-Fa-f:]{2,45}\])(?::[0-9]{1,5})?")


class ServerFault:
    """What the server answers by: a word, its HTTP status, and French words for who reads it."""

    def __init__(self, status: int, message: str, next_step: str) -> None:
        self.status, self.message, self.next_step = status, message, next_step


_LATER = "recommencez plus tard ; rien n’est perdu"
_UPDATE = "mettez à jour Tournée ici et sur le serveur du cabinet"
FAULTS: Mapping[str, ServerFault] = {
    "malformed": ServerFault(400, "Le serveur du cabinet ne comprend pas la demande.", _UPDATE),
    "unknown-device": ServerFault(
        401, "Le serveur du cabinet ne connaît pas cet appareil.", "reliez-le de nouveau au cabinet"
    ),
    "revoked": ServerFault(
        403, "Cet appareil n’est plus admis au cabinet.", "voyez avec qui tient le serveur du cabinet"
    ),
    "superseded": ServerFault(
        409,
        "Un autre appareil a repris ce cabinet à partir de sa copie.",
        "n’envoyez plus rien d’ici ; voyez ce que l’autre appareil n’a pas",
    ),
    "wrong-code": ServerFault(
        403, "Ce code de liaison n’est pas, ou n’est plus, valable.", "demandez-en un autre au cabinet"
    ),
    "too-many-tries": ServerFault(
        429, "Trop d’essais faux : le serveur attend.", "attendez un quart d’heure"
    ),
    "too-fast": ServerFault(429, "Trop de demandes en peu de temps.", _LATER),
    "too-large": ServerFault(413, "C’est plus que le serveur du cabinet n’accepte.", "découpez l’envoi"),
    "too-slow": ServerFault(408, "L’envoi vers le serveur du cabinet a duré trop longtemps.", _LATER),
    "not-found": ServerFault(404, "Le serveur du cabinet n’a rien de tel.", _UPDATE),
    "other-bytes": ServerFault(
        409, "Le serveur a déjà un autre message de ce nom.", "demandez de l’aide : rien n’est parti"
    ),
    "not-a-message": ServerFault(
        422, "Ce n’est pas un message que le cabinet envoie.", "vérifiez l’expéditeur et le destinataire"
    ),
    "in-clear": ServerFault(
        422, "Le serveur du cabinet ne prend rien en clair.", "scellez les fichiers de cette route"
    ),
    "older-epoch": ServerFault(
        409, "Cette copie est celle d’un journal d’avant.", "un autre appareil l’a repris : n’envoyez plus"
    ),
    "not-following": ServerFault(
        409,
        "Cette copie ne suit pas celle que le serveur a.",
        "un autre appareil a copié ce journal, ou il a été restauré",
    ),
    "others-journal": ServerFault(
        403, "Ce journal est celui d’un autre appareil.", "reliez-le pour le reprendre"
    ),
    "no-station": ServerFault(
        507, "Le serveur du cabinet n’a plus de poste libre.", "rendez-en sur le serveur du cabinet"
    ),
    "full": ServerFault(507, "Le serveur du cabinet n’a plus de place.", "prévenez qui tient le serveur"),
    "failed": ServerFault(500, "Le serveur du cabinet a échoué.", _LATER),
}
"""Every refusal by its code, which never changes its meaning."""


@dataclass(frozen=True)
class PracticeRequest:
    """One request: `body` is bytes, or a message too long to be held; `answer_max` bounds what comes back,
    in bytes; `patience` is how long its answer may take, in seconds.
    """

    method: str
    path: str
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes | Outgoing = b""
    answer_max: int = JSON_MAX
    patience: float = 30.0

    @property
    def size(self) -> int:
        """Bytes of the body."""
        return len(self.body) if isinstance(self.body, bytes) else self.body.size


@dataclass(frozen=True)
class PracticeAnswer:
    """What came back: HTTP status and the whole body, within the request's bound."""

    status: int
    body: bytes


class Carrier(Protocol):
    """What takes a request there and its answer back: sockets on a desk, `fetch` in a page."""

    def carry(
        self, request: PracticeRequest, on_reached: Callable[[], None] = lambda: None
    ) -> PracticeAnswer:
        """`on_reached` is called once the server is reached and known for what it is, before any byte of the
        body leaves; if it raises, none does.

        Raises UnreachableError, TlsRefusedError (nothing left) and UncertainError (something may have).
        """
        ...


CarrierTo = Callable[[str, str], Carrier]
"""Gives the carrier to a server, by its address and the SHA-256 of its certificate (`JoiningLink`)."""


def by_https(url: str, fingerprint: str) -> Carrier:
    """The carrier of a host that has sockets; loaded when it is wanted, for a page has none."""
    from tournee.exchange.practice_server.https import HttpsCarrier

    return HttpsCarrier(url, fingerprint)


@dataclass(frozen=True)
class JoiningLink:
    """What a QR code tells a device: where the server is, the one-time code, and the SHA-256 of the server's
    certificate ("": one that the system's authorities know).
    """

    url: str
    code: str
    fingerprint: str = ""

    def __str__(self) -> str:
        return f"{self.url}/#{self.code}" + (f".{self.fingerprint}" if self.fingerprint else "")

    @classmethod
    def parse(cls, text: str) -> JoiningLink:
        """Read one; ConfigError."""
        found = _LINK.fullmatch(text.strip())
        if found is None:
            raise ConfigError(
                "Ce n’est pas un lien de liaison au cabinet.",
                next_step="copiez-le entier, de https:// à son dernier caractère",
            )
        return cls(check_url(found[1]), found[2], found[3] or "")


def check_url(text: str) -> str:
    """A server's address, without anything behind; ConfigError."""
    if not _URL.fullmatch(text):
        raise ConfigError(
            f"« {text[:80]} » n’est pas l’adresse d’un serveur de cabinet.",
            next_step="elle est de la forme https://cabinet.example:8743",
        )
    return text


def digest_of(body: bytes | Outgoing) -> str:
    """The SHA-256 of a body, in hexadecimal: what it is known by."""
    digest = hashlib.sha256()
    for chunk in (body,) if isinstance(body, bytes) else body:
        digest.update(chunk)
    return digest.hexdigest()


def new_code(random: Callable[[int], bytes]) -> str:
    """A one-time code: 80 bits, in letters and digits that nobody takes for another."""
    return base64.b32encode(random(CODE_LENGTH * 5 // 8)).decode("ascii")
