"""A person's rights as they are shown: the card's beside the service's, with age, origin and differences."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from tournee.app.context import Office
from tournee.app.practice.patients import find_patient
from tournee.app.services.rights.answer import RightsAnswer, last_asked, latest
from tournee.app.services.rights.differing import RightsDifference, differences
from tournee.billing.identity import Patient
from tournee.billing.zones.card import patients_from_groups
from tournee.formats import zones
from tournee.practice.patient_file import PatientFile
from tournee.store import CardKind, RequestState, ServiceRow

_NIR, _KEYED = 13, 15
_DAY = "%Y%m%d"


@dataclass(frozen=True)
class RightsSeen:
    """`card` is what the card said on `card_day`, `answer` what the service said last, `asked` the last
    request where it has come to nothing yet or to a refusal.
    """

    who: str
    person: Patient | PatientFile
    card: Patient | None
    card_day: date | None
    answer: RightsAnswer | None
    asked: ServiceRow | None
    differences: tuple[RightsDifference, ...] = ()

    @property
    def is_to_choose(self) -> bool:
        """Whether the service says otherwise than the card and the carer has not decided."""
        return bool(self.differences) and self.answer is not None and not self.answer.row.choice


def rights_seen(office: Office, person: Patient | PatientFile, day: date | None = None) -> RightsSeen:
    """All that is known of a person's rights, on a day or today."""
    card, read_on = _card_of(office, person)
    answer, asked = latest(office, person), last_asked(office, person)
    on = day or office.clock().date()
    differ = differences(card, answer, on) if card is not None and answer is not None else ()
    open_ = asked if asked is not None and asked.state not in _ANSWERED else None
    return RightsSeen(_who(person), person, card, read_on, answer, open_, differ)


_ANSWERED = (RequestState.ANSWERED, RequestState.USED, RequestState.ERASED)


def find_person(office: Office, words: Sequence[str], born: date | None = None) -> Patient | PatientFile:
    """Whom these words name: a patient of the practice's file, or a NIR whose card was read here, `born` then
    telling one of the family from the others. StoreError when they name nobody, or several.
    """
    number = "".join(words).replace(" ", "")
    if len(number) in (_NIR, _KEYED) and number[:1].isdecimal():
        people = [
            one for one in _people(office, number[:_NIR]) if born is None or one.born == f"{born:{_DAY}}"
        ]
        if people:
            return people[0]
    return find_patient(office, words).told


def _card_of(office: Office, person: Patient | PatientFile) -> tuple[Patient | None, date | None]:
    """A person by the card that was read last here, or by its file."""
    reads = [one for one in person.rights if one.origin == "card"] if isinstance(person, PatientFile) else []
    told: tuple[Patient | None, date | None] = (
        (reads[-1].beneficiary, reads[-1].day) if reads else (None, None)
    )
    kept = office.journal.cards.find(CardKind.VITALE, person.nir) if person.nir else None
    for one in _people(office, person.nir) if kept is not None else ():
        if (one.born, one.birth_rank) == (person.born, person.birth_rank):
            assert kept is not None
            read_on = datetime.strptime(kept.day, _DAY).date()
            return told if told[1] is not None and told[1] > read_on else (one, read_on)
    return told if isinstance(person, PatientFile) else (person, None)


def _people(office: Office, nir: str) -> list[Patient]:
    kept = office.journal.cards.find(CardKind.VITALE, nir)
    return [] if kept is None else patients_from_groups(zones.decode(kept.zone))


def _who(person: Patient | PatientFile) -> str:
    return person.who if isinstance(person, PatientFile) else f"{person.first_name} {person.name}".title()


def age_of(answer: RightsAnswer, today: date) -> str:
    """How old an answer is, as it is said."""
    days = answer.days(today)
    if not days:
        return f"aujourd’hui à {answer.at:%H:%M}"
    return "hier" if days == 1 else f"il y a {days} jours, le {answer.at:%d/%m/%Y}"
