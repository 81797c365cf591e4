"""What the service of rights said of a person, as the journal keeps it, and as it is shown and used."""

from __future__ import annotations

import base64
import json
from dataclasses import astuple, dataclass
from datetime import date, datetime

from tournee.app.context import Office
from tournee.billing.identity import Patient, Period
from tournee.billing.zones.card import BENEFICIARY, patients_from_groups
from tournee.errors import TourneeError
from tournee.formats import zones
from tournee.formats.errors import SesamError
from tournee.practice.patient_file import PatientFile
from tournee.printable import is_shown_whole
from tournee.services.failures import ServiceAnswerError
from tournee.services.rights.table import MEANINGS, STATE_AID, RightsCode
from tournee.store import ServiceRow

SERVICE = "droits"
CARD, ON_LINE, OLD_ON_LINE = "carte", "service", "service-ancien"
"""What the carer decides: the card's rights count, or those of the service; or those, though they are old."""

FRESH_DAYS = 30
"""How long an answer is used without a word."""

_NO_DAY = "00000000"


@dataclass(frozen=True)
class RightsAnswer:
    """An answer: its code; for R00 the `patient` with the rights that it says, and the days of an AME."""

    row: ServiceRow
    code: RightsCode
    patient: Patient | None = None
    state_aid: Period | None = None

    @property
    def at(self) -> datetime:
        """When it was given."""
        return datetime.fromisoformat(self.row.answered)

    @property
    def meaning(self) -> str:
        """The code in French."""
        return MEANINGS[self.code]

    def days(self, today: date) -> int:
        """How many days ago it was given; 0 when the clock was set back since."""
        return max(0, (today - self.at.date()).days)

    def is_old(self, today: date) -> bool:
        """Whether it is used only with a word."""
        return self.days(today) > FRESH_DAYS

    def counts(self, today: date) -> bool:
        """Whether the carer decided that it counts in place of the card, and it may still."""
        chosen = self.row.choice
        return self.patient is not None and (
            chosen == OLD_ON_LINE or (chosen == ON_LINE and not self.is_old(today))
        )


def subject_of(office: Office, person: Patient | PatientFile) -> bytes:
    """What stands for a person among the requests."""
    return office.journal.requests.person(person.nir, person.born, person.birth_rank)


def kept_answer(code: RightsCode, at: str, zone: bytes) -> bytes:
    """An answer as the journal keeps it."""
    return json.dumps({"code": code, "at": at, "zone": base64.b64encode(zone).decode()}).encode()


def says_same(one: ServiceRow, other: ServiceRow) -> bool:
    """Whether two answers say the same, but for when."""
    told, then = json.loads(one.answer), json.loads(other.answer)
    return (told["code"], told["zone"]) == (then["code"], then["zone"])


def opened(row: ServiceRow) -> RightsAnswer:
    """What a row that is answered says."""
    told = json.loads(row.answer)
    code = RightsCode(told["code"])
    return (
        _of_zone(row, base64.b64decode(told["zone"])) if code is RightsCode.FOUND else RightsAnswer(row, code)
    )


def latest(office: Office, person: Patient | PatientFile) -> RightsAnswer | None:
    """The service's last answer about a person; None when there is none."""
    row = office.journal.requests.latest(SERVICE, subject_of(office, person))
    return None if row is None else opened(row)


def last_asked(office: Office, person: Patient | PatientFile) -> ServiceRow | None:
    """The last request about a person, whatever came of it."""
    found = office.journal.requests.find(SERVICE, subject_of(office, person))
    return found[-1] if found else None


def checked_zone(zone: bytes, nir: str, born: str) -> None:
    """ServiceAnswerError for a zone that is none, or is of somebody else than was asked for."""
    try:
        people = patients_from_groups(zones.decode(zone))
    except (SesamError, TourneeError, ValueError):
        raise _no_answer("ses groupes ne se lisent pas") from None
    if [(one.nir, one.born) for one in people] != [(nir, born)]:
        raise _no_answer("elle parle de quelqu’un d’autre")
    if not all(is_shown_whole(astuple(one)) for one in people):
        raise _no_answer("ses textes ont des caractères qui ne s’écrivent pas")


def _of_zone(row: ServiceRow, zone: bytes) -> RightsAnswer:
    groups = zones.decode(zone)
    (patient,) = patients_from_groups(groups)
    who = next(group for group in groups if group.id == BENEFICIARY)
    aid = None
    if who.field("service_amo") == STATE_AID:
        start, end = (who.field(name)[:8] for name in ("debut_service", "fin_service"))
        aid = Period(*("" if day == _NO_DAY else day for day in (start, end)))
    return RightsAnswer(row, RightsCode.FOUND, patient, aid)


def _no_answer(why: str) -> ServiceAnswerError:
    return ServiceAnswerError(
        "Ce que dit le service des droits n’est pas une réponse.",
        cause=why,
        next_step="continuez avec la carte ; redemandez plus tard",
    )
