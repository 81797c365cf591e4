"""Asked again by the same key: nothing is done twice, and the first answer is given."""

import json

import pytest
from editor import CODE, blood_taken, day

from tournee.errors import StoreError
from tournee.store.services.replies import Replies

TOLD = json.loads(json.dumps(day(blood_taken("a")), default=str))
KEY = {"idempotency-key": "my-key-1"}


def test_the_first_answer_is_given_again(here):
    first = here.client.post("/v1/visits", json=TOLD, headers=KEY)
    again = here.client.post("/v1/visits", json=TOLD, headers=KEY)
    assert first.json()["visits"][0]["answer"] == "new"
    assert again.content == first.content and again.headers["idempotency-replayed"] == "true"
    assert "idempotency-replayed" not in first.headers
    other = here.client.post("/v1/visits", json=TOLD, headers={"idempotency-key": "my-key-2"})
    assert other.json()["visits"][0]["answer"] == "known"


def test_a_key_of_another_demand_is_refused(here):
    assert here.client.post("/v1/visits", json=TOLD, headers=KEY).status_code == 200
    changed = {**TOLD, "journee": {**TOLD["journee"], "date": "2026-11-14"}}
    for got in (
        here.client.post("/v1/visits", json=changed, headers=KEY),
        here.client.post("/v1/visits?twins=true", json=TOLD, headers=KEY),
        here.client.post("/v1/files", headers=KEY),
    ):
        assert got.status_code == 422 and "clé" not in got.json()["title"]
        assert got.headers["content-type"] == "application/problem+json"


def test_a_refusal_is_not_kept(here):
    wrong = {"journee": {"date": "2026-11-15"}}
    assert here.client.post("/v1/visits", json=wrong, headers=KEY).status_code == 422
    assert here.client.post("/v1/visits", json=wrong, headers=KEY).status_code == 422


def test_keys_out_of_their_form_are_refused(here):
    for key in ("", "a b", "x" * 129, "tab\there"):
        assert here.client.post("/v1/visits", json=TOLD, headers={"idempotency-key": key}).status_code == 400


def test_messages_that_were_taken_away_are_given_to_the_same_key_again(at_bedside):
    ask, wait = at_bedside.client, at_bedside.wait
    ask.post("/v1/visits", json=TOLD)
    wait(ask.post("/v1/certifications", json={"code": CODE}))
    wait(ask.post("/v1/lots", json={"code": CODE}))
    ask.post("/v1/files")
    first = ask.post("/v1/messages", headers=KEY)
    assert len(first.json()) == 1
    assert ask.post("/v1/messages", headers=KEY).json() == first.json(), "its answer was lost on the way"
    assert ask.post("/v1/messages").json() == []


def test_work_is_begun_once_for_a_key(at_bedside):
    ask = at_bedside.client
    ask.post("/v1/visits", json=TOLD)
    begun = [ask.post("/v1/certifications", json={"code": CODE}, headers=KEY) for _ in range(3)]
    assert len({one.json()["id"] for one in begun}) == 1
    assert {one.headers["location"] for one in begun} == {begun[0].headers["location"]}
    assert at_bedside.wait(begun[2])["result"][0]["invoice"]


@pytest.fixture
def unkept(monkeypatch):
    """A journal that keeps no reply's end."""

    def refused(*told):
        raise StoreError("occupé")

    monkeypatch.setattr(Replies, "end", refused)


def test_an_answer_that_cannot_be_kept_is_given_all_the_same(here, unkept):
    first = here.client.post("/v1/visits", json=TOLD, headers=KEY)
    assert first.status_code == 200 and first.json()["visits"][0]["answer"] == "new"
    assert here.client.post("/v1/visits", json=TOLD, headers=KEY).json()["visits"][0]["answer"] == "known"


@pytest.mark.parametrize(
    ("path", "told"),
    [("/v1/messages", None), ("/v1/files/000001/sendings", {"ps": "1", "accepted": True})],
    ids=["hand_over", "send_again"],
)
def test_what_would_be_done_twice_is_not_done_again_by_a_key_whose_answer_is_unknown(
    here, unkept, path, told
):
    first = here.client.post(path, json=told, headers=KEY)
    assert first.status_code < 300, first.text
    again = here.client.post(path, json=told, headers=KEY)
    assert again.status_code == 409 and "on ne sait pas" in again.json()["cause"]


def test_a_refused_demand_may_be_made_again_by_its_key_where_it_would_be_done_twice(here):
    for _ in range(2):
        assert (
            here.client.post("/v1/files/000001/sendings", json={"accepted": 2}, headers=KEY).status_code
            == 422
        )


def test_work_that_could_not_begin_takes_no_place(here, monkeypatch):
    def refused(*told):
        raise StoreError("occupé")

    with monkeypatch.context() as patched:
        patched.setattr(Replies, "begin", refused)
        for _ in range(40):
            assert here.client.post("/v1/sendings").status_code == 409
    assert here.wait(here.client.post("/v1/sendings"))["state"]
