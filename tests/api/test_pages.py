"""Pages of invoices and alerts: each row once, whatever is added between two pages."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any

import pytest
from editor import Editor, journal_of
from hypothesis import given, settings
from hypothesis import strategies as st
from journal_maker import PS, Maker

from tournee import api
from tournee.api.asking import _key
from tournee.app.alerts import Alert, AlertKind
from tournee.store import SheetState


def bill(editor: Editor, count: int) -> None:
    """So many certified invoices more."""
    make = Maker()
    with journal_of(editor.folder) as journal:
        for _ in range(count):
            make.invoice(journal)


def numbers(page: api.InvoicePage) -> list[int]:
    return [int(one.number) for one in page.invoices]


def test_pages_are_stable_while_rows_are_added(editor: Editor) -> None:
    bill(editor, 7)
    page = api.invoices(editor.practice, limit=3)
    seen = numbers(page)
    while page.cursor:
        bill(editor, 2)
        page = api.invoices(editor.practice, limit=3, cursor=page.cursor)
        seen += numbers(page)
    assert seen == [7, 6, 5, 4, 3, 2, 1]
    assert numbers(api.invoices(editor.practice, limit=3)) == [11, 10, 9]


def test_the_last_page_has_no_cursor_even_when_it_is_full(editor: Editor) -> None:
    bill(editor, 4)
    first = api.invoices(editor.practice, limit=2)
    last = api.invoices(editor.practice, limit=2, cursor=first.cursor)
    assert (numbers(last), last.cursor) == ([2, 1], "")


def test_filters_say_which_invoices(editor: Editor) -> None:
    bill(editor, 2)
    with journal_of(editor.folder) as journal:
        Maker().sent_file(journal)
    bill(editor, 1)
    ask = editor.practice
    assert numbers(api.invoices(ask, states=[api.InvoiceState.SENT])) == [2, 1]
    assert numbers(api.invoices(ask, states=[api.InvoiceState.CERTIFIED])) == [3]
    assert numbers(api.invoices(ask, states=[api.InvoiceState.PAID])) == []
    assert numbers(api.invoices(ask, ps=PS)) == [3, 2, 1]
    assert numbers(api.invoices(ask, ps="756000121")) == []
    assert numbers(api.invoices(ask, since=date(2026, 3, 2))) == [3, 2, 1]
    assert numbers(api.invoices(ask, since=date(2026, 3, 3))) == []
    assert numbers(api.invoices(ask, patient="lefevre")) == [3, 2, 1]
    assert numbers(api.invoices(ask, patient="nobody")) == []
    assert numbers(api.invoices(ask, ps=PS, reference="none")) == []


@pytest.mark.parametrize("limit", [0, -1, 1001])
def test_a_page_has_bounds(editor: Editor, limit: int) -> None:
    for ask in (api.invoices, api.alerts):
        with pytest.raises(api.CursorError, match="de 1 à 1000"):
            ask(editor.practice, limit=limit)


def damaged(cursor: str) -> list[str]:
    return ["x", "0", cursor[:-1] + "é", cursor + "x", cursor[1:], "1." * 100, f"{cursor}\n", f"i{cursor}"]


def test_a_cursor_of_another_question_or_none_is_refused(editor: Editor) -> None:
    bill(editor, 4)
    cursor = api.invoices(editor.practice, limit=1).cursor
    for one in damaged(cursor):
        with pytest.raises(api.CursorError, match="curseur"):
            api.invoices(editor.practice, cursor=one)
    with pytest.raises(api.CursorError, match="curseur"):
        api.invoices(editor.practice, cursor=cursor, ps=PS)
    with pytest.raises(api.CursorError, match="curseur"):
        api.alerts(editor.practice, cursor=cursor)


def test_alerts_are_told_page_by_page_each_once(editor: Editor) -> None:
    for rank in range(4):
        api.take_return(editor.practice, b"noise %d" % rank)
    whole = api.alerts(editor.practice).alerts
    assert [one.kind for one in whole] == ["quarantined"] * 4
    page = api.alerts(editor.practice, limit=1)
    seen = list(page.alerts)
    while page.cursor:
        page = api.alerts(editor.practice, limit=1, cursor=page.cursor)
        seen += page.alerts
        if len(seen) < 4:
            api.take_return(editor.practice, b"more noise %d" % len(seen))
    assert [one for one in seen if one in whole] == list(whole)
    assert len(seen) == len(set(seen))


def test_alerts_are_filtered(editor: Editor) -> None:
    make = Maker()
    with journal_of(editor.folder, days_ago=10) as journal:
        make.invoice(journal)
        make.sent_file(journal)
    api.take_return(editor.practice, b"noise")

    def kinds(**filters: Any) -> list[str]:
        return sorted({one.kind for one in api.alerts(editor.practice, **filters).alerts})

    assert kinds() == ["no_arl", "quarantined"]
    assert kinds(kinds=["no_arl", "of later"]) == ["no_arl"]
    assert kinds(ps=PS) == ["no_arl"]
    assert kinds(urgent=True) == sorted(
        {one.kind for one in api.alerts(editor.practice).alerts if one.urgent}
    )


ALERTS = st.builds(
    Alert,
    kind=st.sampled_from(AlertKind),
    about=st.sampled_from(["lot 001", "lot 002", "facture 1"]),
    since=st.sampled_from(["2026-11-15T08:00:00+01:00", "2026-11-16T08:00:00", "2026-11-16", ""]),
    days=st.just(0),  # they follow from `since`: no two alerts differ by them alone
    text=st.sampled_from(["a", "b"]),
    next_step=st.just(""),
    urgent=st.booleans(),
)


@settings(max_examples=30)
@given(st.sets(ALERTS, max_size=12), st.sets(ALERTS, max_size=4), st.integers(1, 4))
def test_the_order_of_alerts_leaves_out_none_that_stays(
    there: set[Alert], added: set[Alert], limit: int
) -> None:
    """As `alerts` goes from page to page, with others between."""
    seen: list[str] = []
    after = ""
    now = set(there)
    while True:
        left = sorted(key for one in now if (key := _key(one)) > after)
        seen += left[:limit]
        if len(left) <= limit:
            break
        after = left[limit - 1]
        now |= added
    assert len(seen) == len(set(seen))
    assert {_key(one) for one in there} <= set(seen)


def test_states_are_those_of_the_journal() -> None:
    told: Callable[[object], list[str]] = lambda kinds: [one.value for one in kinds]  # type: ignore[attr-defined]  # noqa: E731
    assert told(api.InvoiceState) == told(SheetState)
