"""A visit put right in what its card says by itself: the invoice that is signed stays."""

from __future__ import annotations

import json

from chain import HUGO, Chain, check_books, visit

from tournee.app.visits.editing import edit_visit
from tournee.app.visits.importing import import_day
from tournee.app.visits.retelling import Edit


def test_an_edit_of_the_key_alone_keeps_the_signed_invoice_and_one_of_an_act_does_not(chain: Chain) -> None:
    head = {"date": "2026-11-15", "ps": "756000121", "profession": "IF"}
    told = {key: value for key, value in visit(HUGO, 1).items() if key != "cle"}
    import_day(chain.office, json.dumps({"journee": head, "visite": [told]}).encode(), "a.json")
    chain.certify()
    (before,) = chain.rows()
    done = edit_visit(chain.office, 1, Edit({"cle": HUGO["cle"]}))
    assert (done.lost, done.thing.number, chain.rows()) == ("", before.number, [before])
    check_books(chain.office)
    assert (
        edit_visit(chain.office, 1, Edit({"actes": [{"code": "AMI", "coefficient": 2}]})).lost
        == before.number
    )
