"""What waits for services, taken up where the carer goes on line anyway: rights, insurers, prescriptions.

One deadline for all of it; what a service does wrong is said and stops nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from tournee.app.cards import PsOnDuty, read_ps
from tournee.app.context import Office
from tournee.app.services.asking import SIGNED
from tournee.crypto import IS_NATIVE
from tournee.errors import TourneeError
from tournee.reader import Reader
from tournee.store import RequestState, ServiceRow

SECONDS = 10.0
"""How long all of it may take."""

_RIGHTS, _INSURERS, _ORDERS = "droits", "amc", "ordonnance"


@dataclass(frozen=True)
class TakenUp:
    """What came of it: requests answered and refused, visits recorded at the base of prescriptions, requests
    that wait on, and why some do or were refused, each reason once.
    """

    answered: int = 0
    recorded: int = 0
    refused: int = 0
    waiting: int = 0
    reasons: tuple[str, ...] = ()

    @property
    def line(self) -> str:
        """In French, one line without its reasons; "" where nothing was to be done."""
        told = [
            f"{many} {one if many < 2 else several}"
            for many, one, several in (
                (self.answered, "demande répondue", "demandes répondues"),
                (self.recorded, "visite notée sur son ordonnance", "visites notées sur leur ordonnance"),
                (
                    self.refused,
                    "demande refusée ou sans réponse utile",
                    "demandes refusées ou sans réponse utile",
                ),
                (self.waiting, "attend encore", "attendent encore"),
            )
            if many
        ]
        return f"Services en ligne : {', '.join(told)}" if told else ""


NOTHING = TakenUp()


def something_waits(office: Office) -> bool:
    """Whether there is anything to take up; notes what is done of prescriptions as it looks. A page without
    sockets takes nothing up.
    """
    if not IS_NATIVE or not office.services.chosen:
        return False
    if office.services.has(_ORDERS):
        from tournee.app.services.prescriptions.recording import note_sent

        note_sent(office)
    return bool(_waiting(office))


def needs_card(office: Office) -> bool:
    """Whether the carer's card is to sign some of what waits."""
    return any(row.service in SIGNED for row in _waiting(office))


def take_up(
    office: Office,
    reader: Reader | None = None,
    ps: PsOnDuty | None = None,
    *,
    seconds: float = SECONDS,
    why_no_card: str = "",
) -> TakenUp:
    """Take up all that waits, within so many seconds; `ps` is whose card the reader has, read where None;
    without a reader what a card has to sign waits on, and `why_no_card` is told of it.
    """
    from tournee.services.calling import within

    rows: list[ServiceRow] = []
    reasons = [why_no_card] if why_no_card else []

    def attempt(work: Callable[[], Iterable[ServiceRow]]) -> None:
        try:
            rows.extend(work())
        except TourneeError as error:
            reasons.append(error.message)

    with within(seconds):
        for work in _works(office, reader, ps):
            attempt(work)
    answered = [row for row in rows if row.has_answer]
    refused = [row for row in rows if row.state in (RequestState.REFUSED, RequestState.FAILED)]
    recorded = sum(_is_recorded(row) for row in answered)
    reasons += [row.reason for row in rows if row.reason]
    waits = len(_waiting(office))
    return TakenUp(
        *(len(answered) - recorded, recorded, len(refused), waits), reasons=tuple(dict.fromkeys(reasons))
    )


def _works(
    office: Office, reader: Reader | None, ps: PsOnDuty | None
) -> Iterable[Callable[[], Iterable[ServiceRow]]]:
    services = office.services
    if services.has(_INSURERS):
        from tournee.app.services.insurers.rights import ask_waiting as ask_insurers

        yield lambda: ask_insurers(office)
    if reader is None or not needs_card(office):
        return
    there: list[PsOnDuty] = [] if ps is None else [ps]

    def read() -> Iterable[ServiceRow]:
        if not there:
            there.append(read_ps(reader))
        return ()

    yield read
    if not there:
        return
    carer = there[0]
    if services.has(_RIGHTS):
        from tournee.app.services.rights.asking import ask_waiting as ask_rights

        yield lambda: ask_rights(office, carer, reader)
    if services.has(_ORDERS):
        from tournee.app.services.phone_card.asking import asserted_by
        from tournee.app.services.prescriptions.orders import carry_numbers
        from tournee.app.services.prescriptions.recording import carry_done

        asserts = asserted_by(office, reader, carer)
        yield lambda: [row for row, _ in carry_numbers(office, asserts)]
        yield lambda: carry_done(office, asserts, carer.identity)


def _waiting(office: Office) -> tuple[ServiceRow, ...]:
    return tuple(row for row in office.journal.requests.waiting() if office.services.has(row.service))


def _is_recorded(row: ServiceRow) -> bool:
    if row.service != _ORDERS:
        return False
    from tournee.app.services.prescriptions.orders import is_done

    return is_done(row)
