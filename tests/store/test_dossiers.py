"""Documents of the practice's file: found, revised, changed on two devices, made one, erased."""

import sqlite3
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from journal_maker import KEY, NOW

from tournee.errors import StoreError
from tournee.store import Cipher, DossierDraft, DossierState, Journal

LAMBERT = DossierDraft(b"Yvonne", name="2440367482001", words="LAMBERT YVONNE 12 RUE DES LILAS")
GARNIER = DossierDraft(b"Denise", name="2510275113042", words="GARNIER DENISE")


def test_a_document_is_given_back_as_it_was_told(journal: Journal) -> None:
    one = journal.dossiers.add("patient", LAMBERT)
    found = journal.dossiers.get(one)
    assert (found.content, found.kind, found.state) == (b"Yvonne", "patient", DossierState.OPEN)
    assert len(found.heads) == 1


@pytest.mark.parametrize(
    ("words", "found"),
    [
        (["LAMB"], [b"Yvonne"]),
        (["AMBERT", "YVO"], [b"Yvonne"]),
        (["LILAS"], [b"Yvonne"]),
        (["DENISE", "YVONNE"], []),
        (["E"], [b"Denise", b"Yvonne"]),
        ([], [b"Denise", b"Yvonne"]),
    ],
)
def test_a_document_is_found_by_any_part_of_its_words(journal: Journal, words, found) -> None:
    journal.dossiers.add("patient", LAMBERT)
    journal.dossiers.add("patient", GARNIER)
    journal.dossiers.add("prescriber", DossierDraft(b"doctor", words="LAMBERT"))
    assert [row.content for row in journal.dossiers.search("patient", words)] == found


def test_the_first_of_many_are_given_and_all_are_counted(journal: Journal) -> None:
    for rank in range(30):
        journal.dossiers.add("patient", DossierDraft(str(rank).encode(), words=f"NOM{rank:04}"))
    assert [row.content for row in journal.dossiers.search("patient", ["NOM"], 2)] == [b"0", b"1"]
    assert journal.dossiers.count("patient", ["NOM"]) == 30


def test_names_fill_several_pages_and_all_are_looked_at(journal: Journal) -> None:
    for rank in range(300):
        journal.dossiers.add("patient", DossierDraft(str(rank).encode(), words=f"NOM{rank:04}"))
    assert [row.content for row in journal.dossiers.search("patient", ["NOM0299"])] == [b"299"]
    assert [row.content for row in journal.dossiers.search("patient", ["NOM0000"])] == [b"0"]
    assert len(journal.db.rows("SELECT id FROM name_page")) == 2


def test_a_name_is_one_document_s_of_its_kind(journal: Journal) -> None:
    one = journal.dossiers.add("patient", LAMBERT)
    with pytest.raises(StoreError, match=f"dossier {one}"):
        journal.dossiers.add("patient", replace(GARNIER, name=LAMBERT.name))
    journal.dossiers.add("prescriber", LAMBERT)
    named = journal.dossiers.named("patient", LAMBERT.name)
    assert named is not None
    assert named.id == one
    assert journal.dossiers.named("patient", "another") is None


def test_a_change_keeps_what_was_said_before(journal: Journal) -> None:
    one = journal.dossiers.add("patient", LAMBERT)
    (head,) = journal.dossiers.get(one).heads
    journal.dossiers.change(one, replace(LAMBERT, content=b"Yvonne L.", words="LAMBERTI"), [head.uid])
    assert journal.dossiers.get(one).content == b"Yvonne L."
    assert [said.content for said in journal.dossiers.revisions(one)] == [b"Yvonne", b"Yvonne L."]
    assert journal.dossiers.search("patient", ["LILAS"]) == ()
    assert [row.id for row in journal.dossiers.search("patient", ["LAMBERTI"])] == [one]


def test_a_change_of_what_another_window_changed_is_refused(journal: Journal) -> None:
    one = journal.dossiers.add("patient", LAMBERT)
    (head,) = journal.dossiers.get(one).heads
    journal.dossiers.change(one, replace(LAMBERT, content=b"first"), [head.uid])
    with pytest.raises(StoreError, match="vient d’être changé"):
        journal.dossiers.change(one, replace(LAMBERT, content=b"second"), [head.uid])
    assert journal.dossiers.get(one).content == b"first"


def test_two_devices_change_the_same_document_and_both_are_seen(journal: Journal) -> None:
    one = journal.dossiers.add("patient", LAMBERT)
    row = journal.dossiers.get(one)
    (base,) = row.heads
    journal.dossiers.change(one, replace(LAMBERT, content=b"here"), [base.uid])
    taken = journal.dossiers.take_in(
        "patient", row.uid, b"r" * 16, [base.uid], replace(LAMBERT, content=b"there")
    )
    assert taken
    heads = journal.dossiers.get(one).heads
    assert {head.content for head in heads} == {b"here", b"there"}
    journal.dossiers.change(one, replace(LAMBERT, content=b"both"), [head.uid for head in heads])
    assert [head.content for head in journal.dossiers.get(one).heads] == [b"both"]


def test_a_revision_that_comes_twice_adds_nothing(journal: Journal) -> None:
    told = ("patient", b"u" * 16, b"r" * 16, [], LAMBERT)
    assert journal.dossiers.take_in(*told)
    assert not journal.dossiers.take_in(*told)
    (found,) = journal.dossiers.search("patient", [])
    assert (found.uid, [head.content for head in found.heads]) == (b"u" * 16, [b"Yvonne"])


def test_a_document_of_another_device_that_is_ahead_replaces_what_it_was_made_of(journal: Journal) -> None:
    one = journal.dossiers.add("patient", LAMBERT)
    row = journal.dossiers.get(one)
    newer = replace(LAMBERT, content=b"newer")
    journal.dossiers.take_in("patient", row.uid, b"r" * 16, [row.heads[0].uid], newer)
    assert [head.content for head in journal.dossiers.get(one).heads] == [b"newer"]


def test_revisions_may_come_in_any_order(journal: Journal) -> None:
    first, second, uid = b"1" * 16, b"2" * 16, b"u" * 16
    journal.dossiers.take_in(
        "patient", uid, second, [first], replace(LAMBERT, content=b"second", words="NEWER")
    )
    journal.dossiers.take_in("patient", uid, first, [], replace(LAMBERT, content=b"first"))
    (found,) = journal.dossiers.find("patient")
    assert [head.content for head in found.heads] == [b"second"]
    assert journal.dossiers.search("patient", ["NEWER"]) == (found,)


def test_two_documents_of_one_person_become_one(journal: Journal) -> None:
    one, other = journal.dossiers.add("patient", LAMBERT), journal.dossiers.add("patient", GARNIER)
    order = journal.dossiers.add("prescription", DossierDraft(b"AMI", patient=other))
    journal.dossiers.merge(other, one, replace(LAMBERT, content=b"both"), "the same person")
    assert journal.dossiers.get(one).content == b"both"
    assert journal.dossiers.get(order).patient == one
    merged = journal.dossiers.get(other)
    assert (merged.state, merged.became) == (DossierState.MERGED, one)
    assert [row.id for row in journal.dossiers.search("patient", [])] == [one]
    assert journal.dossiers.named("patient", GARNIER.name) is None
    with pytest.raises(StoreError):
        journal.dossiers.merge(one, one, LAMBERT, "itself")


@pytest.mark.parametrize(
    ("first", "last", "found"),
    [("20261101", "20261130", [b"open", b"month"]), ("20261201", "", [b"open"]), ("", "20261031", [])],
)
def test_documents_are_found_by_their_days(journal: Journal, first, last, found) -> None:
    days = {"first_day": "20261102"}
    journal.dossiers.add("plan", DossierDraft(b"open", **days))
    journal.dossiers.add("plan", DossierDraft(b"month", last_day="20261120", **days))
    assert [row.content for row in journal.dossiers.find("plan", first=first, last=last)] == found


def test_a_document_set_aside_is_not_found_and_comes_back(journal: Journal) -> None:
    one = journal.dossiers.add("patient", LAMBERT)
    journal.dossiers.close(one, "moved away")
    assert journal.dossiers.search("patient", []) == ()
    assert journal.dossiers.find("patient") == ()
    with pytest.raises(StoreError, match="clos"):
        journal.dossiers.change(one, LAMBERT, [journal.dossiers.get(one).heads[0].uid])
    journal.dossiers.reopen(one, LAMBERT.words, "back")
    assert [row.id for row in journal.dossiers.search("patient", [])] == [one]


def test_what_is_erased_is_nowhere_in_the_file_any_more(journal: Journal, path) -> None:
    one = journal.dossiers.add("patient", LAMBERT)
    (head,) = journal.dossiers.get(one).heads
    journal.dossiers.change(one, replace(LAMBERT, content=b"more"), [head.uid])
    journal.dossiers.erase([one], "ten years")
    assert journal.dossiers.get(one).state is DossierState.ERASED
    assert [said.content for said in journal.dossiers.revisions(one)] == [b"", b""]
    with sqlite3.connect(path) as raw:
        assert raw.execute("SELECT count(*) FROM revision WHERE content_sealed IS NOT NULL").fetchone() == (
            0,
        )
        assert raw.execute("SELECT name, page FROM dossier").fetchone() == (None, None)
        sealed = raw.execute("SELECT names_sealed FROM name_page").fetchone()[0]
    assert Cipher(KEY).decrypt(sealed, "name_page.names.1") == b"{}"
    row = journal.dossiers.get(one)
    assert not journal.dossiers.take_in("patient", row.uid, b"r" * 16, [], LAMBERT)


def test_nothing_of_a_document_is_readable_in_the_file(journal: Journal, path) -> None:
    journal.dossiers.add("patient", LAMBERT)
    journal.close()
    raw = b"".join(part.read_bytes() for part in path.parent.iterdir())
    for word in (b"Yvonne", b"LAMBERT", b"LILAS", b"2440367482001"):
        assert word not in raw


def test_a_document_too_long_is_refused_whole(journal: Journal) -> None:
    with pytest.raises(StoreError, match="trop long"):
        journal.dossiers.add("patient", DossierDraft(b"x" * 65_537))
    assert journal.dossiers.find("patient") == ()


@settings(max_examples=25)  # each opens a journal
@given(
    st.lists(
        st.tuples(st.integers(0, 3), st.sampled_from(["here", "there", "settle"])), min_size=1, max_size=12
    )
)
def test_whatever_two_devices_do_nothing_said_is_lost(tmp_path_factory, steps) -> None:
    folder = tmp_path_factory.mktemp("devices")
    with Journal(folder / "journal.db", Cipher(KEY), lambda: NOW, station=0) as journal:
        one = journal.dossiers.add("patient", LAMBERT)
        uid, said, known = journal.dossiers.get(one).uid, [b"Yvonne"], [journal.dossiers.get(one).heads]
        for rank, (base, where) in enumerate(steps):
            content = f"{where} {rank}".encode()
            heads = journal.dossiers.get(one).heads
            draft = replace(LAMBERT, content=content)
            if where == "there":
                old = known[min(base, len(known) - 1)]
                journal.dossiers.take_in("patient", uid, rank.to_bytes(16), [head.uid for head in old], draft)
            else:
                journal.dossiers.change(one, draft, [head.uid for head in heads])
                assert [head.content for head in journal.dossiers.get(one).heads] == [content]
            said.append(content)
            known.append(journal.dossiers.get(one).heads)
        assert sorted(head.content for head in journal.dossiers.revisions(one)) == sorted(said)
        parents = {
            row["parents"][start : start + 16]
            for row in journal.db.rows("SELECT parents FROM revision")
            for start in range(0, len(row["parents"]), 16)
        }
        everything = {head.uid for head in journal.dossiers.revisions(one)}
        assert {head.uid for head in journal.dossiers.get(one).heads} == everything - parents
