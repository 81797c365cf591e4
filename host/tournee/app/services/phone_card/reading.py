"""A phone read: its code judged by the service, the context kept, the patient shown as by a card.

Off line it is impossible: the code lives 90 seconds, so that nothing waits. A context that still lives serves
again, also to another run of the program.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import astuple, dataclass
from datetime import datetime
from functools import partial
from pathlib import Path

from tournee.app.cards import VitaleInReader
from tournee.app.context import Office
from tournee.billing.identity import IdentityError, Patient
from tournee.billing.zones.card import patients_from_groups
from tournee.crypto import certificates
from tournee.crypto.values import UnreadableCertificate
from tournee.errors import BillingError, ConfigError, ServiceError
from tournee.files import read_bounded
from tournee.formats import zones
from tournee.formats.errors import SesamError
from tournee.printable import is_shown_whole
from tournee.services.calling import ServiceAnswerError
from tournee.services.phone_card import table
from tournee.services.phone_card.code import PhoneCode, code_of_text, require_fresh
from tournee.services.phone_card.contactless import read_phone as read_laid_phone
from tournee.services.phone_card.contactless_line import transmit_over
from tournee.services.phone_card.context import PhoneContext, context_of
from tournee.services.phone_card.service import open_context, seal_digest
from tournee.services.qr_codes import find_code
from tournee.store import ServiceRow

SERVICE, ORIGIN = "apcv", "ApCV"
_SEAL_KEY, _CONTACT_KEY = "sceau", "sans_contact"
_CERTIFICATE_MAX = 16_384
_SEALED = "scellé"
_log = logging.getLogger(__name__)


class PhoneOverError(BillingError):
    """The half hour of a phone's reading is over."""


@dataclass(frozen=True)
class PhoneRead:
    """A phone that was read: `request` is where the journal has it, `card` what it shows as a card would."""

    request: int
    context: PhoneContext
    card: VitaleInReader

    @property
    def insured(self) -> Patient:
        """The insured person."""
        return self.card.patients[0]


def code_in_picture(picture: bytes) -> PhoneCode:
    """The code that a camera's picture shows. Raises a ServiceError."""
    text = find_code(picture, table.PREFIX)
    if not text:
        raise ServiceError(
            "Aucun code de l’appli carte Vitale n’est lisible sur cette image.",
            cause="il est flou, coupé, ou ce n’est pas lui",
            next_step="approchez la caméra de l’écran, le code entier et de face",
        )
    return code_of_text(text)


def code_by_contact(office: Office) -> PhoneCode:
    """The code of the phone that lies on the contactless reader of the configuration. A ServiceError."""
    told = office.services.of(SERVICE).own.get(_CONTACT_KEY, "")
    if not told:
        raise ConfigError(
            "Aucun lecteur sans contact n’est dit.",
            cause=f"la table [services.{SERVICE}] n’a pas {_CONTACT_KEY}",
            next_step="ajoutez-le, ou lisez le code du téléphone",
        )
    return read_laid_phone(transmit_over(Path(told)))


def read_phone(
    office: Office, code: PhoneCode, assertion: Callable[[], bytes], *, ps: str = "", renews: str = ""
) -> PhoneRead:
    """Have a code judged, told by the carer's `assertion` who asks; keep the context that it opens.

    `renews`: the NIR (13) of the person whose reading is over, and whose phone alone may follow. Raises a
    ServiceError.
    """
    require_fresh(code, office.clock())
    choice, requests = office.services.of(SERVICE), office.journal.requests
    former = _last(office, renews) if renews else None
    known = context_of(former.answer, _seal(office)).identifier if former is not None else ""
    context = open_context(choice.point, _seal(office), code, assertion(), known)
    people = _people(context)
    number = requests.ask(SERVICE, _subject(office, people[0].nir), b"", ps=ps)
    requests.answer(number, ORIGIN, context.as_json())
    _log.info("phone read, request %d", number)
    return _read(office, number, context, people)


def phone_of(office: Office, nir: str) -> PhoneRead | None:
    """What was read of this insured person's phone (NIR, 13) and still lives; None when there is none."""
    if not office.services.has(SERVICE):
        return None
    row = _last(office, nir)
    if row is None:
        return None
    context = context_of(row.answer, _seal(office))
    return _read(office, row.id, context, _people(context)) if context.left(office.clock()) else None


def phone_over(office: Office, nir: str) -> PhoneRead | None:
    """What was read of this insured person's phone and is over since less than half an hour: the same phone
    may take it up, and no other. None when there is none.
    """
    row = _last(office, nir) if office.services.has(SERVICE) and nir else None
    if row is None or not row.has_answer or not _is_recent(row, office.clock()):
        return None
    context = context_of(row.answer, _seal(office))
    return None if context.left(office.clock()) else _read(office, row.id, context, _people(context))


def phone_read_last(office: Office) -> PhoneRead:
    """The phone that was read last, while it lives. PhoneOverError when there is none."""
    found = living(office)
    if not found:
        raise PhoneOverError(
            "Aucun téléphone n’a été lu depuis 30 minutes.",
            cause="une lecture ne vaut qu’une demi-heure",
            next_step="lisez le téléphone du patient, ou insérez sa carte Vitale",
        )
    return found[-1]


def living(office: Office) -> list[PhoneRead]:
    """All phones that were read in the last half hour, one a person, the last one read last."""
    found: dict[bytes, PhoneRead] = {}
    if office.services.has(SERVICE):
        for row in office.journal.requests.find(SERVICE):
            if row.has_answer and _is_recent(row, office.clock()):
                context = context_of(row.answer, _seal(office))
                if context.left(office.clock()):
                    found.pop(row.subject, None)
                    found[row.subject] = _read(office, row.id, context, _people(context))
    return list(found.values())


def forget_phone(office: Office, nir: str) -> None:
    """Overwrite what was ever read of this insured person's phone."""
    office.journal.requests.erase(_subject(office, nir))


def _is_recent(row: ServiceRow, now: datetime) -> bool:
    return (now - datetime.fromisoformat(row.answered)).total_seconds() <= 2 * table.CONTEXT_SECONDS


def _read(office: Office, number: int, context: PhoneContext, people: list[Patient]) -> PhoneRead:
    seals = partial(_sealed, office, number, context)
    card = VitaleInReader("", people, _seal(office), context.zone, seals, context.ends)
    return PhoneRead(number, context, card)


def _sealed(office: Office, number: int, context: PhoneContext, digest: bytes) -> bytes:
    """The seal of the service over this digest. PhoneOverError, or a ServiceError."""
    if not context.left(office.clock()):
        raise PhoneOverError(
            "Les 30 minutes depuis la lecture du téléphone sont passées.",
            cause="l’appli ne scelle plus pour cette lecture",
            next_step="lisez de nouveau le téléphone du patient, puis sécurisez la visite",
        )
    seal = seal_digest(office.services.of(SERVICE).point, context, digest)
    office.journal.requests.choose(number, _SEALED)
    return seal


def _people(context: PhoneContext) -> list[Patient]:
    try:
        people = patients_from_groups(zones.decode(context.zone))
    except (IdentityError, SesamError) as error:
        raise ServiceAnswerError(
            "Les droits que donne l’appli carte Vitale sont illisibles.",
            cause=str(error),
            next_step="demandez la carte Vitale, ou passez sans carte",
        ) from error
    if not all(is_shown_whole(astuple(one)) for one in people):
        raise ServiceAnswerError(
            "Les droits que donne l’appli carte Vitale sont illisibles.",
            cause="leurs textes ont des caractères qui ne s’écrivent pas",
            next_step="demandez la carte Vitale, ou passez sans carte",
        )
    if not people:
        raise ServiceAnswerError(
            "L’appli carte Vitale ne donne aucune personne.", next_step="demandez la carte Vitale"
        )
    return people


def _last(office: Office, nir: str) -> ServiceRow | None:
    return office.journal.requests.latest(SERVICE, _subject(office, nir))


def _subject(office: Office, nir: str) -> bytes:
    return office.journal.requests.subject("phone", nir)


def _seal(office: Office) -> bytes:
    """The certificate (DER) of the service's seal. ConfigError."""
    told = office.services.of(SERVICE).own.get(_SEAL_KEY, "")
    if not told:
        raise ConfigError(
            "Le certificat du sceau de l’appli carte Vitale n’est pas dit.",
            next_step=f"ajoutez {_SEAL_KEY} à la table [services.{SERVICE}]",
        )
    try:
        return certificates.read_pem(read_bounded(Path(told), _CERTIFICATE_MAX)).der
    except UnreadableCertificate as error:
        raise ConfigError(
            f"Le certificat du sceau, {told}, est illisible.", cause=str(error), next_step="remettez-le"
        ) from error
