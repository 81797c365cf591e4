"""Properties of imports: in any split, order, repetition a visit is taken once, billed ones never change."""

from __future__ import annotations

from collections import Counter
from datetime import date, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from day_files import DAY, LUCIEN, ROBERT, YVONNE, bill, import_visits, open_office, pending, visit
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from tournee.app.visits.imported import Answer
from tournee.billing.kept.judged import read_judged
from tournee.store import VisitState

HOURS = ("07:30", "12:00", "18:00")
_VISITS = st.tuples(
    st.sampled_from((YVONNE, ROBERT, LUCIEN)),
    st.sampled_from((0, 1)),
    st.sampled_from(("", *HOURS)),
    st.sampled_from(("AMI 1", "AMI 1.5", "AMI 3")),
    st.sampled_from(("non", "amo")),
)
Told = tuple[dict[str, str], int, str, str, str]


def key(told: Told) -> str:
    return repr(told)


def written(told: Told) -> tuple[date, dict[str, Any]]:
    whom, back, hour, act, payer = told
    more = {"heure": hour} if hour else {}
    return DAY - timedelta(days=back), visit(whom, act, tiers_payant=payer, **more)


def kept(office: Any) -> Counter[str]:
    """What is to be billed, as it was told."""
    found: Counter[str] = Counter()
    for row in office.journal.visits.find(VisitState.PENDING):
        told = read_judged(row.payload).visit
        (passage,) = told.passages
        found[repr((told.nir, passage.day, passage.minute, passage.acts, told.third_party))] += 1
    return found


@st.composite
def tellings(draw: Any) -> list[tuple[str, date, list[Told]]]:
    """Files, each a name, a day and visits of that day, drawn from a few visits again and again."""
    visits = draw(st.lists(_VISITS, min_size=1, max_size=6, unique_by=key))
    files = []
    for _ in range(draw(st.integers(1, 6))):
        day = draw(st.sampled_from((0, 1)))
        of_day = [one for one in visits if one[1] == day]
        chosen = draw(st.lists(st.sampled_from(of_day), max_size=5)) if of_day else []
        if chosen:
            files.append((draw(st.sampled_from(("a.json", "b.json"))), DAY - timedelta(days=day), chosen))
    return files


_SETTINGS = settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow])


_ONCE, _OTHERWISE = ((YVONNE, 0, "", act, "non") for act in ("AMI 1", "AMI 1.5"))


@_SETTINGS
@given(tellings())
@example([("a.json", DAY, [_ONCE, _OTHERWISE]), ("a.json", DAY, [_ONCE, _ONCE])])
def test_no_visit_is_pending_twice_whatever_files_tell_it(files: list[tuple[str, date, list[Told]]]) -> None:
    with TemporaryDirectory() as folder, open_office(Path(folder)) as office:
        for name, day, told in files:
            import_visits(office, *(written(one)[1] for one in told), name=name, day=day)
            assert all(count == 1 for count in kept(office).values())


@_SETTINGS
@given(tellings())
def test_what_was_imported_is_known_the_next_time(files: list[tuple[str, date, list[Told]]]) -> None:
    with TemporaryDirectory() as folder, open_office(Path(folder)) as office:
        for name, day, told in files:
            visits = [written(one)[1] for one in told]
            first = import_visits(office, *visits, name=name, day=day)
            before = kept(office)
            again = import_visits(office, *visits, name=name, day=day)
            assert kept(office) == before
            for one, other in zip(first.visits, again.visits, strict=True):
                if one.answer in (Answer.NEW, Answer.CHANGED, Answer.KNOWN):
                    assert other.answer is Answer.KNOWN
                    assert other.id == one.id


@_SETTINGS
@given(tellings(), st.data())
def test_a_billed_visit_never_changes(files: list[tuple[str, date, list[Told]]], data: Any) -> None:
    with TemporaryDirectory() as folder, open_office(Path(folder)) as office:
        billed: dict[int, bytes] = {}
        for name, day, told in files:
            flags = {flag: data.draw(st.booleans()) for flag in ("replaces", "twins")}
            if all(flags.values()):
                flags = {}
            import_visits(office, *(written(one)[1] for one in told), name=name, day=day, **flags)
            if waiting := pending(office):
                chosen = data.draw(st.sampled_from(waiting))
                bill(office, chosen)
                billed[chosen] = office.journal.visits.get(chosen).payload
            for one, payload in billed.items():
                row = office.journal.visits.get(one)
                assert (row.payload, row.state) == (payload, VisitState.DONE)
        assert office.journal.health.check() == ()


@_SETTINGS
@given(st.lists(_VISITS, min_size=1, max_size=6, unique_by=lambda one: repr(one[:3])), st.randoms())
def test_a_day_split_into_files_is_taken_as_a_whole(visits: list[Told], random: Any) -> None:
    """Visits of hours that are told: nobody has to be asked which is which."""
    visits = [one for one in visits if one[2]]
    wholes = []
    for size in (len(visits), 1):
        random.shuffle(visits)
        with TemporaryDirectory() as folder, open_office(Path(folder)) as office:
            for start in range(0, len(visits), max(size, 1)):
                for day in (DAY, DAY - timedelta(days=1)):
                    told = [w for d, w in map(written, visits[start : start + size]) if d == day]
                    if told:
                        done = import_visits(office, *told, name=f"{start}.json", day=day)
                        assert {one.answer for one in done.visits} == {Answer.NEW}
            wholes.append(kept(office))
    assert wholes[0] == wholes[1]
