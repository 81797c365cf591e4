"""A route: one OCT or, in direct mode, the insurers, as configuration and nothing of it in the code.

Changing the route changes where and how files go and returns come; nothing is reinstalled and what was sent
by another route stays with it (`OCT-MODE-1` to `OCT-MODE-3`). A route knows where a password is asked for,
never the password: it is handed in as a callable and appears in no representation.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from enum import StrEnum
from pathlib import Path

from tournee.errors import ConfigError
from tournee.exchange.mail_endpoints import Mailbox, MailboxKind, Security, Server, check_address
from tournee.firmware.sesam.keys import siren_ok

__all__ = [
    "Insurer",
    "MailCipher",
    "Mailbox",
    "MailboxKind",
    "Mode",
    "Route",
    "Sealing",
    "Security",
    "Server",
    "check_address",
]

IDENTIFIER_LENGTH = 14  # recipient number, record 000 columns 28+14
SIREN_LENGTH = 9
ARL_DAYS = 3
"""Days until a lot without ARL raises an alert, where a route does not say: ours, no text gives it."""
ARL_DAYS_MAX = 60
_TYPE = re.compile(r"[A-Z]{2}")
_CRF = re.compile(r"F[0-9]{8}|D[0-9]{10}")  # profile open-1, CRF
_FINGERPRINT = re.compile(r"[0-9a-f]{64}")


class Sealing(StrEnum):
    """How an attachment is protected (`OCT-MSG-7`): `ZK` compressed then encrypted, `K` encrypted.

    `CLEAR` sends readable text. It exists only because a route may say so explicitly, by this name
    (`OCT-MSG-8`).
    """

    ZK = "ZK"
    K = "K"
    CLEAR = "en-clair"

    @property
    def suffix(self) -> str:
        """What `Content-Description` carries after the profile's word: `/ZK`, `/K` or nothing."""
        return "" if self is Sealing.CLEAR else f"/{self.value}"


class Mode(StrEnum):
    """How files go: through an OCT, one that it splits (`OCT-SF`) or one for each recipient, made of FSE and
    DRE (`OCT-SS`) or of FSE that the OCT may enrich its flows from (`OCT-EF-4`); or to the insurers
    themselves (`OCT-MODE-1`).
    """

    SINGLE_FILE = "fichier-unique"
    SPLIT_AT_SOURCE = "eclatement"
    PER_RECIPIENT = "par-destinataire"
    DIRECT = "direct"


class MailCipher(StrEnum):
    """Content cipher of a sealed attachment (profile open-1, Mail)."""

    AES_256_CBC = "aes-256-cbc"
    AES_128_CBC = "aes-128-cbc"

    @property
    def key_length(self) -> int:
        """Length of the content key, in bytes."""
        return 32 if self is MailCipher.AES_256_CBC else 16


@dataclass(frozen=True)
class Insurer:
    """One recipient of direct mode: a caisse or an AMC, its mail address and its certificate.

    It is known by `type` and `number` as record 000 has them (26+2, 28+14; leading zeros may be left out), or
    by the `crf` of its lots. `name` is the carer's own word for it. Raises ConfigError on a value that cannot
    be right.
    """

    address: str
    certificate: Path | None = None
    type: str = ""
    number: str = ""
    crf: str = ""
    name: str = ""

    def __post_init__(self) -> None:
        check_address(self.address)
        number = self.number
        is_number = number.isascii() and number.isdigit() and len(number) <= IDENTIFIER_LENGTH
        if not self.crf and not (_TYPE.fullmatch(self.type) and is_number):
            raise ConfigError(
                f"Le destinataire {self.address} n’est pas désigné.",
                cause=f"type « {self.type} », numéro « {number} »",
                next_step="indiquez type (deux lettres) et numero (14 chiffres au plus), ou bien crf",
            )
        if self.crf and (self.type or number or not _CRF.fullmatch(self.crf)):
            raise ConfigError(
                f"Le CRF « {self.crf} » du destinataire {self.address} ne convient pas.",
                cause="un CRF est F et 8 chiffres ou D et 10 chiffres, et va sans type ni numero",
                next_step="indiquez type et numero, ou bien crf",
            )

    @property
    def key(self) -> str:
        """What tells this insurer from the others: type and number on 14, or the CRF."""
        return self.crf or f"{self.type} {self.number.zfill(IDENTIFIER_LENGTH)}"

    @property
    def label(self) -> str:
        """The insurer as shown to the user."""
        return f"{self.name} ({self.key})" if self.name else self.key


@dataclass(frozen=True)
class Route:
    """Everything that makes one OCT: address, identifier, certificate, sealing, servers (`OCT-MODE-2`), and
    the way files go there (`OCT-MODE-1`).

    `identifier` is the OCT's SIREN or an association's number (`OCT-SF-4`), without its leading zeros. In
    direct mode there are `insurers` instead, and no identifier; `towards` gives the route its address and
    certificate, file by file. `submission` and `mailbox` are None where a practice's server has them.
    `certificate` is the file given by the OCT (`OCT-MSG-8`); `revoked` lists certificates withdrawn by
    configuration, each by the SHA-256 of its DER in lower-case hexadecimal. `arl_days` is how long an ARL may
    take until an alert is raised. Raises ConfigError on a value that cannot be right.
    """

    name: str
    address: str
    sender: str
    identifier: str
    submission: Server | None
    mailbox: Mailbox | None
    certificate: Path | None = None
    sealing: Sealing = Sealing.ZK
    cipher: MailCipher = MailCipher.AES_256_CBC
    mode: Mode = Mode.SINGLE_FILE
    revoked: frozenset[str] = frozenset()
    arl_days: int = ARL_DAYS
    insurers: tuple[Insurer, ...] = ()

    def __post_init__(self) -> None:
        check_address(self.sender)
        if self.is_direct:
            self._check_insurers()
        else:
            self._check_oct()
        if not 1 <= self.arl_days <= ARL_DAYS_MAX:
            raise ConfigError(
                f"Le délai d’ARL de {self.name}, {self.arl_days} jours, ne convient pas.",
                next_step=f"indiquez de 1 à {ARL_DAYS_MAX} jours",
            )
        for fingerprint in self.revoked:
            if not _FINGERPRINT.fullmatch(fingerprint):
                raise ConfigError(
                    f"L’empreinte de certificat « {fingerprint} » est mal écrite.",
                    next_step="indiquez l’empreinte SHA-256 : 64 chiffres hexadécimaux minuscules",
                )

    def _check_insurers(self) -> None:
        if self.address:
            check_address(self.address)
        keys = [insurer.key for insurer in self.insurers]
        for key in keys:
            if keys.count(key) > 1:
                raise ConfigError(
                    f"Le destinataire {key} est indiqué {keys.count(key)} fois dans la route {self.name}.",
                    next_step="ne gardez que la bonne adresse et le bon certificat",
                )

    def _check_oct(self) -> None:
        check_address(self.address)
        number = self.identifier
        is_digits = number.isascii() and number.isdigit()
        if not is_digits or len(number) > IDENTIFIER_LENGTH:
            raise ConfigError(
                f"L’identifiant « {number} » de l’OCT {self.name} n’est pas un numéro.",
                next_step="indiquez le SIREN (9 chiffres) ou le numéro d’association donné par l’OCT",
            )
        if len(number) == SIREN_LENGTH and not siren_ok(number.encode(), 0):
            raise ConfigError(
                f"Le SIREN {number} de l’OCT {self.name} est faux.",
                cause="sa clé ne correspond pas : un chiffre est sans doute mal saisi",
                next_step="vérifiez le SIREN donné par l’OCT",
            )

    @property
    def recipient_number(self) -> str:
        """The identifier as record 000 and group 12 field 7 carry it: zero-filled on 14 (`OCT-SF-4`)."""
        return self.identifier.zfill(IDENTIFIER_LENGTH)

    @property
    def is_direct(self) -> bool:
        """True when files go to the insurers themselves (`OCT-MODE-1`)."""
        return self.mode is Mode.DIRECT

    @property
    def per_recipient(self) -> bool:
        """True when there is one file for each recipient (`OCT-SS-1`, `OCT-EF-4`, direct mode)."""
        return self.mode is not Mode.SINGLE_FILE

    @property
    def party(self) -> str:
        """With whom this route exchanges: `OT` and the OCT's number, or `direct`. What is framed for one
        never goes to another (`OCT-MODE-3`).
        """
        return str(Mode.DIRECT) if self.is_direct else f"OT {self.recipient_number}"

    @property
    def whose(self) -> str:
        """Whose address and certificate these are, in French: « de l'OCT … » or « de » an insurer."""
        label = self.insurers[0].label if self.is_direct and len(self.insurers) == 1 else self.name
        return f"de {label}" if self.is_direct else f"de l’OCT {label}"

    @property
    def is_clear(self) -> bool:
        """True when this route sends readable attachments: every screen that shows the route must say so."""
        return self.sealing is Sealing.CLEAR

    def towards(self, kind: str, number: str, crf: str) -> Route:
        """This route with the address and certificate of one file's recipient: type and number as record 000
        says them, CRF as its lots do. An OCT takes every file; ConfigError when no insurer is that one.
        """
        if not self.is_direct:
            return self
        for key in (f"{kind} {number}", crf):
            for insurer in self.insurers:
                if insurer.key == key:
                    return replace(
                        self, address=insurer.address, certificate=insurer.certificate, insurers=(insurer,)
                    )
        raise ConfigError(
            f"Le destinataire {kind} {number} (CRF {crf}) n’est pas dans la route {self.name}.",
            cause="en direct, chaque caisse ou organisme complémentaire a son adresse et son certificat",
            next_step=f"ajoutez dans la configuration une table [[route.{self.name}.destinataire]], ou une "
            f"table [[destinataire]] dans le fichier « destinataires » de cette route : "
            f'type = "{kind}", numero = "{number}", puis adresse et certificat',
        )
