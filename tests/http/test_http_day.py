"""An editor's whole day over HTTP: visits, cards, invoices, lots, a file, its message, its returns."""

import json

from editor import CODE, blood_taken, day


def test_from_visits_to_paid_invoices(at_bedside):
    ask, wait = at_bedside.client, at_bedside.wait
    told = json.loads(json.dumps(day(blood_taken("mine-1")), default=str))
    priced = ask.post("/v1/prices", json=told).json()
    assert priced["visits"][0]["fee"] > 0 and not priced["visits"][0]["mistakes"]
    taken = ask.post("/v1/visits", json=told).json()
    assert [(one["answer"], one["reference"]) for one in taken["visits"]] == [("new", "mine-1")]
    cards = ask.get("/v1/cards").json()
    assert cards["waiting"] == [taken["visits"][0]["visit"]]

    done = wait(ask.post("/v1/certifications", json={"code": CODE}))
    assert (done["kind"], done["state"]) == ("certifications", "done")
    (certified,) = done["result"]
    assert certified["invoice"] and certified["problem"] is None
    assert certified["fee"] == priced["visits"][0]["fee"]
    lots = wait(ask.post("/v1/lots", json={"code": CODE}))["result"]
    assert [one["kind"] for one in lots] == ["FSE", "DRE"]
    (made,) = ask.post("/v1/files").json()
    assert made["name"] and made["route"] == "oct"

    (message,) = ask.post("/v1/messages").json()
    assert ask.post("/v1/messages").json() == []
    content = message["content"].encode()
    stamp = message["compostage"]
    noted = ask.put(
        f"/v1/messages/{stamp}/delivery", json={"outcome": "delivered", "answer": "250 ok"}
    ).json()
    assert noted["standing"] == "sent"

    answers = at_bedside.editor.oct().receive(content)
    assert answers
    for answer in answers:
        told_back = ask.post("/v1/returns", content=answer, headers={"content-type": "message/rfc822"}).json()
        assert told_back["settled"], told_back
    page = ask.get("/v1/invoices", params={"states": ["paid"]}).json()
    assert [one["number"] for one in page["invoices"]] == [certified["invoice"]]
    assert page["cursor"] == ""


def test_each_visit_is_an_event_and_the_last_one_tells_all(at_bedside):
    ask = at_bedside.client
    ask.post("/v1/visits", json=json.loads(json.dumps(day(blood_taken("a")), default=str)))
    begun = ask.post("/v1/certifications", json={"code": CODE})
    with ask.stream("GET", f"{begun.headers['location']}/events") as events:
        assert events.headers["content-type"].startswith("text/event-stream")
        lines = [line for line in events.iter_lines() if line]
    names = [line.removeprefix("event: ") for line in lines if line.startswith("event: ")]
    assert names == ["visit", "done"]
    last = json.loads(lines[-1].removeprefix("data: "))
    assert last["result"][0]["invoice"] == json.loads(lines[2].removeprefix("data: "))["invoice"]
    with ask.stream("GET", f"{begun.headers['location']}/events", headers={"last-event-id": "1"}) as events:
        again = [line for line in events.iter_lines() if line.startswith("event: ")]
    assert again == ["event: done"], "a client that lost the line goes on where it was"


def test_a_wrong_code_ends_the_work_and_says_so(at_bedside):
    ask = at_bedside.client
    ask.post("/v1/visits", json=json.loads(json.dumps(day(blood_taken("a")), default=str)))
    done = at_bedside.wait(ask.post("/v1/certifications", json={"code": "9999"}))
    assert done["state"] == "failed" and done["problem"]["type"] == "urn:tournee:problem:reader"
    assert "9999" not in json.dumps(done)
