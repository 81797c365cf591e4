"""Asked again by the same key: nothing is done twice, and the first answer is given."""

import json

from editor import CODE, blood_taken, day

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
