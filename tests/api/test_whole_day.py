"""A day by an editor's own means: told by dicts, certified, carried, answered, paid."""

from __future__ import annotations

from editor import CODE, Editor, blood_taken, day

from tournee import api


def test_a_day_is_billed_carried_answered_and_paid(bedside: Editor) -> None:
    (taken,) = api.take_visits(bedside.practice, day(blood_taken("mine-1"))).visits
    assert (taken.answer, taken.reference, taken.mistakes) == (api.VisitAnswer.NEW, "mine-1", ())
    cards = api.read_cards(bedside.practice)
    assert (cards.professional.ps, cards.waiting) == ("756000121", (taken.visit,))
    (done,) = api.certify(bedside.practice, CODE)
    assert (done.invoice, done.sheets, done.problem) == ("000000001", ("FSE", "DRE"), None)
    assert done.fee == done.amo + done.amc + done.patient
    assert [lot.kind for lot in api.close_lots(bedside.practice, CODE)] == ["FSE", "DRE"]
    (made,) = api.make_files(bedside.practice)
    (sent,) = api.send(bedside.practice)
    assert (sent.file, sent.standing, sent.problem) == (made.name, api.MessageStanding.SENT, None)
    (message,) = bedside.outbox.carried
    assert message.subject == sent.subject
    assert message.recipient == "factures@oct.example"
    assert message.content_type == f'Application/EDI-consent; name="{made.name}"'
    assert message.description == "FACTURE/SV/K"
    returns = [api.take_return(bedside.practice, one) for one in bedside.oct().receive(message.content)]
    assert [one.kind for one in returns][:2] == ["ART", "ARL"]
    assert all(one.settled for one in returns)
    (invoice,) = api.invoices(bedside.practice, ps="756000121", reference="mine-1").invoices
    assert (invoice.state, invoice.visit, invoice.paid) == (api.InvoiceState.PAID, taken.visit, invoice.fee)
