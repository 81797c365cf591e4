"""A person's rights asked of her insurer on line (IDB): dated, beside what the card or the file says."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from tournee.app.context import Office
from tournee.app.services.asking import Carry, Said, ask, carry_one, waiting_said
from tournee.app.services.insurers.listed import listed
from tournee.errors import StoreError
from tournee.formats.text import upper_ascii
from tournee.practice.patient_file import PatientError, PatientFile
from tournee.services.insurers.asking import put
from tournee.services.insurers.bounded_json import read_object
from tournee.services.insurers.messages import InsuredAsked, InsurerRights, idb_answer, idb_question
from tournee.services.insurers.table import IDB, RIGHTS, SERVICE
from tournee.store import RequestState, ServiceRow

ORIGIN = "IDB"


@dataclass(frozen=True)
class InsurerRightsTold:
    """What came of a question: `rights` None while it waits, failed or was refused, and `reason` says why.
    `at` is when it was answered (ISO 8601).
    """

    request: int
    insurer: str
    name: str
    state: RequestState
    at: str
    rights: InsurerRights | None
    reason: str

    def said(self) -> str:
        """In French, a line."""
        who = self.name or self.insurer
        if self.rights is None:
            return f"{who} : {self.reason}"
        if not self.rights.known:
            return f"{who} ne connaît pas cet adhérent{self._when()}."
        natures = ", ".join(RIGHTS[one] for one in self.rights.natures) or "aucun"
        end = f" jusqu’au {self.rights.end:%d/%m/%Y}" if self.rights.end else ""
        return f"{who} : droits ouverts{end} ({natures}){self._when()}."

    def _when(self) -> str:
        return f", dit le {datetime.fromisoformat(self.at):%d/%m/%Y à %H:%M} ({ORIGIN})"


def ask_rights(office: Office, who: InsuredAsked, *, ps: str = "") -> InsurerRightsTold:
    """Ask an insurer of the directory; off line the question waits. StoreError for one that is not asked on
    line.
    """
    entry = listed(office, who.insurer)
    if entry is None or not entry.idb:
        raise StoreError(
            f"La mutuelle {who.insurer} ne répond pas en ligne.",
            cause="l’annuaire ne lui donne pas de service de droits" if entry else "l’annuaire ne l’a pas",
            next_step="prenez ce que dit l’attestation",
        )

    subject = office.journal.requests.person(who.nir, who.born, who.birth_rank)
    carry = _carrier(office, entry.idb)
    return _told(office, ask(office, SERVICE, subject, idb_question(who), carry, ps=ps))


def ask_waiting(office: Office) -> list[ServiceRow]:
    """Ask all that waits, each insurer as long as it answers; what became of each. What an insurer was to
    engage itself for is asked with its invoice alone: of a day before, it is asked no more.
    """
    done, away = [], set()
    today = f"{office.clock():%Y-%m-%d}"
    for row in office.journal.requests.waiting(SERVICE):
        told = read_object(row.request)
        if "lignes" in told:
            if row.asked[: len(today)] < today:
                office.journal.requests.fail(row.id, row.reason)
            continue
        number = str(told["amc"])
        entry = listed(office, number)
        if entry is None or not entry.idb:
            office.journal.requests.fail(row.id, f"La mutuelle {number} ne répond plus en ligne.")
        elif number not in away:
            done.append(carry_one(office, row.id, _carrier(office, entry.idb)))
            if done[-1].state is RequestState.WAITING:
                away.add(number)
    return done


def _carrier(office: Office, where: str) -> Carry:
    def carry(row: ServiceRow) -> Said:
        answer = put(office.services.of(SERVICE).point, IDB, where, row.request)
        idb_answer(read_object(answer))
        return Said(ORIGIN, answer)

    return carry


def insured_of(office: Office, file: PatientFile, number: str = "", member: str = "") -> InsuredAsked:
    """Of whom to ask, by a patient's file: its own insurer, or another. PatientError when none is known."""
    read = file.last_read
    known = file.amc or (read.beneficiary.amc if read is not None else None)
    asked = number or (known.number if known is not None else "")
    if not asked or not file.nir:
        raise PatientError(
            f"Dossier de {file.who} : sa mutuelle ou son numéro n’est pas connu.",
            next_step="lisez sa carte, ou recopiez son attestation",
        )
    own = known.member if known is not None and known.number == asked else ""
    day = office.clock().date()
    return InsuredAsked(asked, upper_ascii(member or own), file.nir, file.born, file.birth_rank, day)


def last_rights(office: Office, nir: str, born: str, birth_rank: str) -> InsurerRightsTold | None:
    """What an insurer said last of a person; None when it never did."""
    row = office.journal.requests.latest(SERVICE, office.journal.requests.person(nir, born, birth_rank))
    return _told(office, row) if row is not None else None


def _told(office: Office, row: ServiceRow) -> InsurerRightsTold:
    number = str(read_object(row.request)["amc"])
    entry = listed(office, number)
    rights = idb_answer(read_object(row.answer)) if row.has_answer else None
    name = entry.name if entry else ""
    why = waiting_said(row) if row.state is RequestState.WAITING else row.reason
    return InsurerRightsTold(row.id, number, name, row.state, row.answered, rights, why)
