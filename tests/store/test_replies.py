"""What a program that asks over HTTP was told, found again by its key; nothing of it in clear."""

from datetime import timedelta

from journal_maker import NOW


def test_a_key_finds_its_reply_and_whether_the_same_is_asked(journal):
    assert journal.replies.find("a", b"asked") is None
    journal.replies.begin("a", b"asked")
    begun = journal.replies.find("a", b"asked")
    assert (begun.is_same, begun.status, begun.body) == (True, 0, b"")
    journal.replies.end("a", 201, b'{"visit": 1}')
    done = journal.replies.find("a", b"asked")
    assert (done.is_same, done.status, done.body) == (True, 201, b'{"visit": 1}')
    assert not journal.replies.find("a", b"other").is_same
    assert journal.replies.find("b", b"asked") is None


def test_what_is_begun_anew_has_no_reply_yet(journal):
    for body in (b"first", b"second"):
        journal.replies.begin("a", b"asked")
        assert journal.replies.find("a", b"asked").status == 0
        journal.replies.end("a", 200, body)
    assert journal.replies.find("a", b"asked").body == b"second"


def test_an_end_of_what_was_never_begun_changes_nothing(journal):
    journal.replies.end("a", 200, b"late")
    assert journal.replies.find("a", b"asked") is None


def test_a_reply_goes_after_a_week(open_journal):
    journal = open_journal()
    journal.replies.begin("a", b"asked")
    journal.replies.end("a", 200, b"old")
    journal.close()
    later = open_journal(now=NOW + timedelta(days=7, seconds=1))
    assert later.replies.find("a", b"asked") is None
    later.replies.begin("b", b"asked")
    assert len(later.db.rows("SELECT id FROM reply")) == 1


def test_neither_key_nor_body_stands_in_clear(journal, path):
    journal.replies.begin("caller/key-42", b"1480369123017")
    journal.replies.end("caller/key-42", 200, b"Yvonne")
    journal.close()
    data = b"".join(one.read_bytes() for one in path.parent.iterdir() if one.is_file())
    assert not any(word in data for word in (b"key-42", b"1480369123017", b"Yvonne"))
