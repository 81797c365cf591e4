"""Tableau: the money of a month, drawn as SVG by the host, every number in text beside."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from datetime import date
from functools import partial

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from tournee.app.accounts.books.tables import receipts_csv
from tournee.app.accounts.month import MonthMoney, MonthState, fee_weeks, mean_delay, month_money
from tournee.app.bedside.carer import CarerShown, carer_shown
from tournee.app.certifying.last_read import carer_named
from tournee.app.context import Office
from tournee.app.to_settle.reasons import CAUSES, asked_by
from tournee.french import of_name
from tournee.web.face import face_of, show

_FILLS = {
    MonthState.PAID: "b",
    MonthState.ACCEPTED: "a",
    MonthState.SENT: "c",
    MonthState.TO_SEND: "e",
    MonthState.TO_SETTLE: "d",
}
_WIDE, _HIGH, _FOOT, _GOAL_DAYS = 280, 120, 118, 7
_LENGTH = len("2026-11")


async def board(request: Request) -> Response:
    """`/tableau`, with `?mois=AAAA-MM` of another month, `?de=` of another carer of the journal."""
    face = face_of(request)
    today = face.clock().date()
    first = _month(request.query_params.get("mois", ""), today)
    at = await face.ports.ask_journal(partial(_whose, request))
    money = await face.ports.ask_journal(lambda office: month_money(office, first, at.carer))
    return show(
        request,
        "board.html",
        money=money,
        board=at,
        fills=_FILLS,
        meter=_meter(money),
        delay=mean_delay(money),
        delays=_line(money),
        weeks=fee_weeks(money),
        bars=_bars(money),
        causes=Counter(CAUSES[asked_by(one)] for one in money.reasons).most_common(),
        before=_shifted(first, -1),
        after=_shifted(first, 1) if _shifted(first, 1) <= today else None,
        goal=_GOAL_DAYS,
        of=of_name,
    )


@dataclass(frozen=True)
class BoardOf:
    """Whose board it is; the other carers with invoices, by number; `is_others`: not hers who looks."""

    carer: CarerShown
    others: tuple[CarerShown, ...]
    is_others: bool

    @property
    def query(self) -> str:
        """What names the carer in an address, after others."""
        return f"&de={self.carer.number}" if self.is_others else ""


def _whose(request: Request, office: Office) -> BoardOf:
    """Hers whose work is shown, or another's that was asked for."""
    hers = carer_shown(office, face_of(request).watch.state.ps)
    numbers = [one for one in office.journal.owing.professionals() if one != hers.number]
    others = tuple(CarerShown(one, _name(office, one)) for one in numbers) if hers.number else ()
    asked = next((one for one in others if one.number == request.query_params.get("de")), None)
    if asked is None:
        return BoardOf(hers, others, is_others=False)
    return BoardOf(asked, (hers,), is_others=True)


def _name(office: Office, ps: str) -> str:
    name = carer_named(office, ps)
    return f"collègue n° {name}" if name == ps else name


def _month(text: str, today: date) -> date:
    """The month that was asked for, this one for what is none or is to come."""
    this = today.replace(day=1)
    try:
        asked = date.fromisoformat(f"{text}-01") if len(text) == _LENGTH else this
    except ValueError:
        return this
    return min(asked, this)


def _shifted(first: date, months: int) -> date:
    index = first.year * 12 + first.month - 1 + months
    return date(index // 12, index % 12 + 1, 1)


def _meter(money: MonthMoney) -> list[tuple[str, float, float]]:
    """Parts of one bar of 100: fill, where it begins, how wide it is."""
    found, at = [], 0.0
    for state, fill in _FILLS.items():
        wide = 100 * money.states.get(state, 0) / max(1, money.invoices)
        if wide:
            found.append((fill, round(at, 2), round(max(wide - 0.6, 0.4), 2)))
        at += wide
    return found


def _line(money: MonthMoney) -> tuple[str, int]:
    """The path of the mean delays by week, and how high the mark of the goal is."""
    known = [week.delay for week in money.weeks if week.delay is not None]
    top = max([*known, _GOAL_DAYS * 1.5])
    step = _WIDE / max(1, len(money.weeks) - 1)

    def high(days: float) -> int:
        return round(_FOOT - (_FOOT - 8) * days / top)

    points = [
        f"{round(at * step)} {high(week.delay)}"
        for at, week in enumerate(money.weeks)
        if week.delay is not None
    ]
    return (f"M{'L'.join(points)}" if len(points) > 1 else ""), high(_GOAL_DAYS)


def _bars(money: MonthMoney) -> list[tuple[int, int, int, bool]]:
    """Where each week's bar begins, its top, its height, and whether it is the last."""
    weeks = fee_weeks(money)
    top = max([week.fees for week in weeks] + [1])
    step = _WIDE // len(weeks)
    found = []
    for at, week in enumerate(weeks):
        high = round((_FOOT - 8) * week.fees / top)
        found.append((at * step + 6, _FOOT - high, high, at == len(weeks) - 1))
    return found


async def receipts(request: Request) -> Response:
    """What came in that month, for the accountant, as CSV."""
    face = face_of(request)
    first = _month(request.query_params.get("mois", ""), face.clock().date())
    since, until = f"{first:%Y%m}01", f"{first:%Y%m}31"

    def made(office: Office) -> bytes:
        number = _whose(request, office).carer.number
        return receipts_csv(office, ps=number, since=since, until=until)[0]

    content = await face.ports.ask_journal(made)
    named = {"Content-Disposition": f'attachment; filename="recettes-{first:%Y-%m}.csv"'}
    return Response(content, media_type="text/csv", headers=named)


BOARD = (Route("/tableau", board), Route("/tableau/recettes.csv", receipts))
