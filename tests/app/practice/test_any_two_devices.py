"""Two devices of one practice through any life: both see the same, and nothing that was said is lost."""

from __future__ import annotations

from dataclasses import replace

from day_files import open_office
from hypothesis import given, settings
from hypothesis import strategies as st
from people import CHEAP, PHRASE, two_files

from tournee.app.context import Office
from tournee.app.practice.dossiers import change, of_patient
from tournee.app.practice.exchange import take_practice, write_practice
from tournee.app.practice.patients import edit_patient, find_patients, merge_patients
from tournee.practice.prescription_file import PrescriptionFile

STEPS = st.lists(
    st.tuples(st.sampled_from(["one", "two"]), st.sampled_from(["phone", "order", "merge", "close", "send"])),
    min_size=3,
    max_size=10,
)


@settings(max_examples=8, deadline=None)  # each opens two journals
@given(STEPS)
def test_whatever_two_devices_do_both_see_the_same_and_nothing_said_is_lost(tmp_path_factory, steps) -> None:
    folder = tmp_path_factory.mktemp("devices")
    for name in ("one", "two"):
        (folder / name).mkdir()
    with open_office(folder / "one") as one, open_office(folder / "two") as two:
        devices = {"one": (one, two), "two": (two, one)}
        two_files(one)

        def send(source: Office, to: Office) -> None:
            write_practice(source, folder / "file", PHRASE, CHEAP)
            assert take_practice(to, folder / "file", PHRASE).faults == []

        send(one, two)
        said = set()
        for rank, (where, what) in enumerate(steps):
            office, away = devices[where]
            found = find_patients(office)
            if what == "send":
                send(office, away)
            elif what == "phone" and found:
                said.add(f"06{rank:08}")
                edit_patient(office, found[0], replace(found[0].told, phone=f"06{rank:08}"))
            elif what == "order" and found:
                for order in of_patient(office, PrescriptionFile, found[0].id):
                    said.add(f"note {rank}")
                    change(office, order, replace(order.told, note=f"note {rank}"))
            elif what == "merge" and len(found) > 1:
                chosen = found[::-1] if rank % 2 else found
                merge_patients(office, chosen[0], chosen[1], "la même")
            elif what == "close" and len(found) > 1:
                office.journal.dossiers.close(found[-1].id, "doublon")
        for _ in range(2):
            send(one, two)
            send(two, one)
        assert everything(one) == everything(two)
        assert {word for word in said if word in " ".join(everything(one))} == said
        heads = [
            sorted(
                head for row in office.journal.dossiers.find("prescription") for head in map(str, row.heads)
            )
            for office in (one, two)
        ]
        assert heads[0] == heads[1]


def everything(office: Office) -> list[str]:
    """All that was ever said, on one device."""
    dossiers = office.journal.dossiers
    return sorted(
        revision.content.decode()
        for kind in ("patient", "prescription")
        for row in dossiers.find(kind, state=None)
        for revision in dossiers.revisions(row.id)
    )
