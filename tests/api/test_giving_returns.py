"""Returns given as bytes: taken once, whole, from whoever they are."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import journal_maker
import pytest
from editor import KEY, Editor, journal_of, letter, settings
from rsp_maker import amo, invoice, person, rsp

from tournee import api
from tournee.app import inbound

PAID = rsp(invoice(), person(), amo(600, "P", 600), total=600)


@pytest.fixture
def sent(editor: Editor) -> Editor:
    """One invoice sent, nothing answered yet."""
    make = journal_maker.Maker()
    with journal_of(editor.folder) as journal:
        make.invoice(journal)
        make.sent_file(journal)
    return editor


def state(editor: Editor) -> tuple[str, int]:
    (one,) = api.invoices(editor.practice).invoices
    return one.state, one.paid


def test_a_return_pays_its_invoice(sent: Editor) -> None:
    taken = api.take_return(sent.practice, letter(PAID), source="webhook 1")
    assert (taken.kind, taken.settled, taken.already_known, taken.applied) == ("RSP", True, False, 1)
    assert taken.invoices == ("000000001",)
    assert state(sent) == ("paid", 600)


def test_the_same_bytes_again_change_nothing(sent: Editor) -> None:
    first = api.take_return(sent.practice, letter(PAID))
    again = api.take_return(sent.practice, letter(PAID))
    assert (again.number, again.already_known, again.settled) == (first.number, True, True)
    assert state(sent) == ("paid", 600)


def test_the_same_content_in_another_letter_pays_once(sent: Editor) -> None:
    api.take_return(sent.practice, letter(PAID))
    again = api.take_return(sent.practice, b"X-Way: other\r\n" + letter(PAID))
    assert (again.already_known, again.settled, again.applied, again.reason) == (
        False,
        True,
        0,
        "contenu déjà traité",
    )
    assert state(sent) == ("paid", 600)


@pytest.mark.parametrize(
    "content",
    [letter(PAID[:-140]), letter(b""), b"\0", b"\xff" * 5000, b"Subject: RSP\r\n\r\n", letter(PAID)[:300]],
    ids=["cut", "empty", "a zero", "noise", "nothing in it", "half"],
)
def test_a_damaged_return_is_set_aside_whole(sent: Editor, content: bytes) -> None:
    taken = api.take_return(sent.practice, content)
    assert (taken.settled, taken.applied) == (False, 0)
    assert taken.reason
    assert state(sent) == ("sent", 0)
    assert "quarantined" in [one.kind for one in api.alerts(sent.practice).alerts]
    assert api.take_return(sent.practice, content).already_known


def test_a_stranger_is_not_believed(sent: Editor) -> None:
    forged = rsp(invoice(), person(), amo(600, "P", 600), total=600, numero_emetteur="00000751999999")
    taken = api.take_return(sent.practice, letter(forged))
    assert (taken.settled, taken.applied) == (False, 0)
    assert "00000751999999" in taken.reason
    assert state(sent) == ("sent", 0)
    assert "quarantined" in [one.kind for one in api.alerts(sent.practice).alerts]


def test_a_strange_address_is_an_alert(sent: Editor) -> None:
    taken = api.take_return(sent.practice, letter(PAID, "factures@oct-example.biz"))
    assert taken.settled
    assert "odd" in [one.kind for one in api.alerts(sent.practice).alerts]


@pytest.mark.parametrize("content", ["text", None, 3, b"", bytearray()], ids=repr)
def test_what_is_no_return_is_refused(sent: Editor, content: object) -> None:
    with pytest.raises(api.ReturnsError):
        api.take_return(sent.practice, content)  # type: ignore[arg-type]
    assert journal_is_empty_of_returns(sent)


def journal_is_empty_of_returns(editor: Editor) -> bool:
    with journal_of(editor.folder) as journal:
        return journal.returns.find() == ()


def test_what_is_longer_than_any_return_is_refused_unread(
    sent: Editor, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(inbound, "LONGEST", 1000)
    with pytest.raises(api.ReturnsError, match="trop long : 1001 octets"):
        api.take_return(sent.practice, bytes(1001))
    assert journal_is_empty_of_returns(sent)


def test_a_return_given_by_eight_threads_at_once_is_taken_once(sent: Editor) -> None:
    with ThreadPoolExecutor(8) as threads:
        taken = list(threads.map(lambda _: api.take_return(sent.practice, letter(PAID)), range(16)))
    assert [one.already_known for one in taken].count(False) == 1
    assert state(sent) == ("paid", 600)


def test_a_return_that_a_cut_left_unsettled_is_settled_when_it_comes_again(sent: Editor) -> None:
    with journal_of(sent.folder) as journal:
        journal.returns.take(letter(PAID), "before the cut")
    taken = api.take_return(sent.practice, letter(PAID))
    assert (taken.already_known, taken.applied) == (True, 1)
    assert state(sent) == ("paid", 600)


def test_a_practice_without_mailbox_says_so(sent: Editor) -> None:
    with pytest.raises(api.ConfigError, match="Aucune boîte aux lettres"):
        api.fetch_returns(sent.practice)


def test_returns_are_fetched_from_the_mailbox_that_there_is(sent: Editor) -> None:
    box = sent.folder / "retours"
    for part in ("new", "cur", "tmp"):
        (box / part).mkdir(parents=True)
    (box / "new" / "1").write_bytes(letter(PAID))
    told = settings(sent.identity)
    told["route"]["oct"]["retours"] = {"type": "maildir", "dossier": "retours"}
    with api.open_practice(told, home=sent.folder, key=KEY, clock=sent.outbox.clock) as practice:
        done = api.fetch_returns(practice)
    assert [one.kind for one in done.returns] == ["RSP"]
    assert (done.already_known, done.letters, done.problems) == (0, (), ())
    assert state(sent) == ("paid", 600)
