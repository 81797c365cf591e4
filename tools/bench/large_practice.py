"""A practice of 5,000 patients, 600 open plans of five carers and 100,000 visits, for who measures on it."""

from __future__ import annotations

import random
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

PATIENTS, PLANS, VISITS = 5_000, 600, 100_000
DAY = date(2026, 11, 16)
NOW = datetime(2026, 11, 16, 19, tzinfo=UTC)
CARERS = ("756000121", "691000343", "331000562", "751000126", "697000230")


@contextmanager
def large_practice() -> Iterator[Any]:
    """Its office, in a folder that goes with it."""
    from tournee.app.context import Office
    from tournee.app.practice.dossiers import add
    from tournee.app.visits.past import visit_facts
    from tournee.billing.judging import judge
    from tournee.billing.kept.judged import write_judged
    from tournee.billing.kept.known import Nothing
    from tournee.billing.nomenclature.table import packaged
    from tournee.billing.rules.case import carer_of
    from tournee.billing.visit import Act, Passage, Prescription, Travel, Visit
    from tournee.exchange.route import Mailbox, MailboxKind, Route, Security, Server
    from tournee.practice.patient_file import Address, PatientFile
    from tournee.practice.planning.plan_file import PlanFile, Slot, as_care
    from tournee.practice.planning.recurrence import Recurrence
    from tournee.practice.prescription_file import Prescriber, PrescriptionFile
    from tournee.store import Cipher, Journal, VisitDraft

    draw = random.Random(1)
    order = PrescriptionFile(Prescriber("", "751000126", "10100001071"), DAY - timedelta(days=60), months=6)
    care = as_care({"actes": [{"code": "AMI", "coefficient": 1}], "deplacement": {"indemnite": "IFA"}})
    numbers = []
    with tempfile.TemporaryDirectory() as folder:
        where = Path(folder)
        with Journal(where / "journal.db", Cipher(bytes(range(32))), lambda: NOW) as journal:
            route = Route(
                name="oct",
                address="factures@oct.example",
                sender="cabinet@soins.example",
                identifier="999999998",
                submission=Server("127.0.0.1", 1, Security.TLS),
                mailbox=Mailbox(MailboxKind.MAILDIR, path=where),
                certificate=where / "oct.pem",
            )
            office = Office(journal, route, lambda: NOW)
            for rank in range(PATIENTS):
                born = f"{draw.randrange(30, 99):02}{draw.randrange(1, 13):02}"
                body = f"2{born}99{rank % 1000:03}{rank // 1000 + 1:03}"
                name = "".join(draw.choices("ABCDEFGHILMNOPRSTUV", k=8))
                told = PatientFile(
                    name,
                    draw.choice(("Anne", "Paul", "Zoé")),
                    f"19{born}11",
                    nir=body,
                    key=f"{97 - int(body) % 97:02}",
                    address=Address("12 rue des Tilleuls", "75011", "Paris"),
                )
                numbers.append(body)
                patient = add(office, told)
                if rank < PLANS:
                    uid = journal.dossiers.get(add(office, order, patient=patient)).uid
                    days = frozenset(draw.sample(range(7), 2))
                    when = Recurrence(DAY - timedelta(days=60), None, days, holidays="left")
                    plan = PlanFile((Slot(care, 480 + rank % 600),), when, "IF", prescription=uid.hex())
                    add(office, plan, patient=patient, ps=CARERS[rank % len(CARERS)])
            carer = carer_of(CARERS[0], "IF")
            passage = Passage(DAY, 480, (Act("AMI", 100),), Travel("IFA"))
            prescribed = Prescription(DAY - timedelta(days=30), rpps="10100001071")
            model = judge(
                Visit(DAY, numbers[0], "", (passage,), prescribed), carer, Nothing(), packaged()
            ).visit
            for back in range(VISITS // 2_000):
                day = DAY - timedelta(days=back + 1)
                drafts = []
                for rank in range(2_000):
                    nir = numbers[(rank + back * 37) % PATIENTS]
                    visit = replace(model.visit, day=day, nir=nir, passages=(replace(passage, day=day),))
                    judged = replace(model, visit=visit)
                    drafts.append(VisitDraft(write_judged(judged), visit_facts(judged)))
                journal.visits.add_day(str(back), CARERS[back % len(CARERS)], f"{day:%Y%m%d}", drafts)
            yield office
