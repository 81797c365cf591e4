"""The example's day by a client that was generated from the description: `day.py URL TOKEN`, the visits on
stdin's first line. It prints the message that its own transport takes, reads the returns to it, prints what
it saw.
"""

import base64
import io
import json
import sys

from client import AuthenticatedClient
from client.api.default import (
    certify,
    close_lots,
    hand_over,
    invoices,
    make_files,
    note_delivery,
    price,
    take_return,
    take_visits,
    work,
    work_events,
)
from client.models import (
    CertificationAsked,
    DeliveryOutcome,
    DeliveryTold,
    LotsAsked,
    PriceDay,
    TakeVisitsDay,
)
from client.types import File


def tell(what):
    sys.stdout.write(f"{json.dumps(what)}\n")
    sys.stdout.flush()


def events_of(client, name):
    """The names of a piece of work's events, to its end."""
    with client.get_httpx_client().stream(**work_events._get_kwargs(name)) as told:
        return [line.removeprefix("event: ") for line in told.iter_lines() if line.startswith("event: ")]


def pages(client):
    """The states of the invoices of each page, one invoice a page."""
    page = invoices.sync(client=client, limit=1)
    yield ",".join(one.state for one in page.invoices)
    while page.cursor:
        page = invoices.sync(client=client, limit=1, cursor=page.cursor)
        yield ",".join(one.state for one in page.invoices)


def day(client):
    first, second = json.loads(sys.stdin.readline())
    priced = price.sync(client=client, body=PriceDay.from_dict(first))
    visits = {"client": client, "body": TakeVisitsDay.from_dict(first), "idempotency_key": "day-1"}
    taken, again = take_visits.sync_detailed(**visits), take_visits.sync_detailed(**visits)
    take_visits.sync(client=client, body=TakeVisitsDay.from_dict(second))

    begun = certify.sync_detailed(client=client, body=CertificationAsked("1234"))
    names = events_of(client, begun.parsed.id)
    certified = work.sync(begun.parsed.id, client=client)
    closing = close_lots.sync(client=client, body=LotsAsked("1234"))
    events_of(client, closing.id)
    lots = work.sync(closing.id, client=client)
    files = make_files.sync(client=client)
    (message,) = hand_over.sync(client=client, idempotency_key="out-1")
    tell(message.content)
    delivered = DeliveryTold(DeliveryOutcome.DELIVERED, "250 ok")
    noted = note_delivery.sync(message.compostage, client=client, body=delivered)
    contents = [base64.b64decode(one) for one in json.loads(sys.stdin.readline())]
    answers = [take_return.sync(client=client, body=File(io.BytesIO(one))) for one in contents]

    forged = invoices.sync(client=client, cursor="forged")
    return {
        "priced": [one.fee for one in priced.visits],
        "taken": [[one.reference, one.answer] for one in taken.parsed.visits],
        "replayed": [one.headers.get("Idempotency-Replayed") for one in (taken, again)],
        "begun": begun.status_code,
        "location": begun.headers["Location"] == f"/v1/works/{begun.parsed.id}",
        "events": names,
        "certified": [one.fee for one in certified.result],
        "lots": [one.kind for one in lots.result],
        "files": [one.route for one in files],
        "noted": noted.standing,
        "settled": sum(one.settled for one in answers),
        "pages": list(pages(client)),
        "problem": [forged.status, forged.type_],
    }


with AuthenticatedClient(sys.argv[1], sys.argv[2]) as ours:
    tell(day(ours))
