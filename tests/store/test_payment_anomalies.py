"""Money is kept whatever the return says; what is not as computed is shown (domain: payment state A)."""

import itertools
from dataclasses import replace

import pytest

from tournee.model import Effect, Outcome, Target
from tournee.store import SheetState

PAID = Effect(Target.INVOICE, Outcome.PAID, invoice="000000001", document="FSE")
REJECTED = replace(PAID, outcome=Outcome.REJECTED, code="R01", label="DROITS")
DEFERRED = replace(PAID, outcome=Outcome.DEFERRED)

BESIDE_A_DRE = [
    ([(600, 600)], SheetState.PAID, ""),
    ([(0, 600)], SheetState.PAID, ""),
    ([(600, 1968)], SheetState.PAID, "payé 19,68 € pour 6,00 € demandés"),
    (
        [(1968, 1968)],
        SheetState.PAID,
        "demandé 19,68 € au lieu de 6,00 € ; payé 19,68 € pour 6,00 € demandés",
    ),
    ([(1968, 600)], SheetState.PAID, "demandé 19,68 € au lieu de 6,00 €"),
    (
        [(400, 400)],
        SheetState.PARTLY_PAID,
        "demandé 4,00 € au lieu de 6,00 € ; payé 4,00 € pour 6,00 € demandés",
    ),
    ([(600, 400)], SheetState.PARTLY_PAID, "payé 4,00 € pour 6,00 € demandés"),
    ([(600, 400), (600, 200)], SheetState.PAID, ""),
    ([(600, 600), (600, 600)], SheetState.PAID, "payé 12,00 € pour 6,00 € demandés"),
    ([(600, 700), (600, -100)], SheetState.PAID, ""),
    ([(600, 600), (600, -600)], SheetState.PAYMENT_REFUSED, "payé 0,00 € pour 6,00 € demandés"),
    ([(600, 0)], SheetState.SENT, "payé 0,00 € pour 6,00 € demandés"),
]
ALONE = [
    ([(600, 600)], SheetState.PAID, ""),
    ([(400, 400)], SheetState.PAID, ""),
    ([(1000, 1000)], SheetState.PAID, ""),
    ([(600, 600), (400, 400)], SheetState.PAID, ""),
    ([(600, 600), (400, 300)], SheetState.PARTLY_PAID, "payé 9,00 € pour 10,00 € demandés"),
    ([(1000, 600), (1000, 400)], SheetState.PAID, ""),
    ([(600, 600), (600, 600)], SheetState.PAID, "payé 12,00 € pour 6,00 € demandés"),
    (
        [(700, 700)],
        SheetState.PAID,
        "demandé 7,00 € au lieu de 6,00 € ou 10,00 € ou 4,00 € ; payé 7,00 € pour 6,00 € demandés",
    ),
]


@pytest.mark.parametrize(
    ("kinds", "payments", "state", "reason"),
    [(("FSE", "DRE"), *case) for case in BESIDE_A_DRE] + [(("FSE",), *case) for case in ALONE],
    ids=str,
)
def test_a_sheet_says_what_is_amiss_in_its_money(journal, make, settle, kinds, payments, state, reason):
    make.invoice(journal, *kinds)
    make.sent_file(journal)
    for asked, paid in payments:
        effects = settle(replace(PAID, asked=asked, paid=paid))
    sheet = journal.invoices.sheets()[0]
    assert (sheet.state, sheet.reason) == (state, reason)
    assert effects[0].note == reason
    row = journal.overview()[0]
    assert (row.reason, row.paid) == (reason, sum(paid for _, paid in payments))


def test_a_dre_asks_the_complementary_share_alone(journal, sent, settle):
    settle(replace(PAID, document="DRE", asked=1000, paid=1000))
    assert journal.overview()[0].reason == (
        "demandé 10,00 € au lieu de 4,00 € ; payé 10,00 € pour 4,00 € demandés"
    )
    assert journal.invoices.sheets()[1].state is SheetState.PAID


@pytest.mark.parametrize("order", list(itertools.permutations(range(3))))
def test_no_other_return_hides_what_is_amiss(journal, sent, settle, order):
    told = [replace(PAID, asked=600, paid=1968), REJECTED, DEFERRED]
    for place in order:
        settle(told[place])
    sheet = journal.invoices.sheets()[0]
    assert sheet.state is SheetState.PAID
    assert sheet.reason == "R01 DROITS ; payé 19,68 € pour 6,00 € demandés"


def test_the_history_says_what_was_amiss(journal, sent, settle):
    settle(replace(PAID, asked=600, paid=1968))
    last = [row for row in journal.history.find("sheet", 1) if row.state == "paid"]
    assert [row.detail for row in last] == ["payé 19,68 € pour 6,00 € demandés"]


@pytest.mark.parametrize("effect", [REJECTED, DEFERRED], ids=["rejected", "deferred"])
def test_what_is_not_paid_is_no_anomaly_of_its_own(journal, sent, settle, effect):
    settle(effect)
    assert journal.invoices.sheets()[0].reason == effect.reason


@pytest.mark.parametrize(
    ("paid", "franchise", "state", "reason"),
    [
        (400, 200, SheetState.PAID, ""),
        (300, 200, SheetState.PARTLY_PAID, "payé 3,00 € pour 4,00 € demandés"),
        (600, 200, SheetState.PAID, "payé 6,00 € pour 4,00 € demandés"),
    ],
)
def test_a_franchise_that_is_held_back_is_not_missing(journal, make, settle, paid, franchise, state, reason):
    make.invoice(journal, "FSE", "DRE")
    make.sent_file(journal)
    settle(replace(PAID, asked=600, paid=paid, franchise=franchise))
    sheet, row = journal.invoices.sheets()[0], journal.overview()[0]
    assert (sheet.state, sheet.reason, row.paid) == (state, reason, paid)
