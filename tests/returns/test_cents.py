"""For any RSP, each cent is in one place: paid, refused, put off, left unpaid, or moved of a debt."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable

from hypothesis import given, settings
from hypothesis import strategies as st
from rsp_maker import (
    PS,
    act,
    amc,
    amo,
    close,
    debt,
    detail,
    flat,
    invoice,
    lot,
    payee,
    person,
    rejection,
    rsp,
    transfer,
)

from tournee.model import cents_of
from tournee.returns.effects import effects_of
from tournee.returns.rsp.reading import read_rsp

OTHER = "123456782"
CENTS = st.integers(0, 99_999_999)
STATES = st.sampled_from("PPPRD")
PLACE_OF = {"P": "remainder", "R": "refused", "D": "deferred"}

Books = dict[str, Counter[str]]
"""By payee, cents by their place, as the one who writes the file knows them."""


@st.composite
def shares(draw: Callable, books: Books, whose: str) -> list[bytes]:
    """What an insurer writes of one invoice: a share or both, whatever became of each."""
    parts = []
    for write in draw(st.sampled_from([(amo,), (amc,), (amo, amc)])):
        asked, state = draw(st.integers(1, 99_999_999)), draw(STATES)
        paid = draw(st.integers(0, 99_999_999)) if state == "P" else draw(st.integers(0, asked))
        sign = draw(st.sampled_from("PPPN")) if state == "P" else "P"
        signed = -paid if sign == "N" else paid
        parts.append(write(asked, state, paid, sign))
        books[whose]["paid"] += signed
        books[whose][PLACE_OF[state]] += asked - signed
    acts = [act(draw(CENTS), draw(CENTS)) for _ in range(draw(st.integers(0, 2)))]
    reasons = [rejection(part=draw(st.sampled_from("OC")))] if draw(st.booleans()) else []
    return [*parts, *acts, *reasons]


@st.composite
def outside(draw: Callable, books: Books, whose: str) -> list[bytes]:
    """Money outside invoices: a flat payment with or without its details, or something of a debt."""
    amount = draw(CENTS)
    if draw(st.booleans()):
        operation, sign = draw(st.sampled_from(["CIN", "RPR", "RDT", "PAI"])), draw(st.sampled_from("PN"))
        books[whose]["paid" if operation == "RPR" else "moved"] += -amount if sign == "N" else amount
        return [debt(operation, amount, sign)]
    books[whose]["paid"] += amount
    first = draw(st.integers(0, amount))
    return [
        flat(amount),
        *draw(st.sampled_from([[], [detail(amount)], [detail(first), detail(amount - first)]])),
    ]


@st.composite
def files(draw: Callable) -> tuple[bytes, Books]:
    """An RSP of one or several professionals, its totals right, and the books of who wrote it."""
    books: Books = {PS: Counter(), OTHER: Counter()}
    told: list[bytes] = []
    number = 0
    for whose in draw(st.lists(st.sampled_from([PS, OTHER]), min_size=1, max_size=4)):
        told += [payee(whose), transfer()] if draw(st.booleans()) else [payee(whose)]
        for rank in range(draw(st.integers(0, 3))):
            before = sum(book["paid"] for book in books.values())
            told.append(lot(f"{rank + 1:03}"))
            count = draw(st.integers(0, 3))
            for _ in range(count):
                number += 1
                kind = draw(st.sampled_from("FDBE"))
                told += [invoice(f"{number:09}", type=kind), person()]
                told += draw(shares(books, whose))
            if draw(st.booleans()):
                told.append(close("03", count, sum(book["paid"] for book in books.values()) - before))
        for _ in range(draw(st.integers(0, 2))):
            told += draw(outside(books, whose))
    total = sum(book["paid"] for book in books.values())
    return rsp(*told, total=total, reference=draw(st.sampled_from(["0576", "0900"]))), books


@settings(max_examples=200, deadline=None)
@given(files())
def test_each_cent_is_in_one_place_and_all_agree_with_the_file(made):
    content, books = made
    read = read_rsp(content)
    effects = effects_of(read)
    for whose, book in books.items():
        told = dict(vars(cents_of(effect for effect in effects if effect.ps == whose)))
        told["remainder"] += told.pop("franchise")  # the part of it that the patient owes
        assert told == {place: book[place] for place in told}
    assert sum(effect.paid for effect in effects) == sum(book["paid"] for book in books.values())
    assert read.unsound == ()
