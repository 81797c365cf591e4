"""The OCT had a file of these numbers from another journal: it is refused, said in plain words, and its
invoices are rescued under numbers of their own by one command. The real reader, the emulated OCT.
"""

from __future__ import annotations

from datetime import timedelta

from days import CODE, MOMENT
from life import office_of
from surroundings import Surroundings
from test_sending import make_one_file

from tournee.app.alerts import AlertKind, alerts
from tournee.app.cards import read_ps, read_vitale, unlock
from tournee.app.certify import certify_visit, pending_visits
from tournee.app.context import Office
from tournee.app.inbound import fetch
from tournee.app.outbound import close_lots, make_files, send
from tournee.app.remaking import remake_file
from tournee.reader import Reader
from tournee.store import SheetState
from tournee.store.integrity.host_note import Host

PLAIN = (
    "votre OCT a déjà reçu un fichier que ce journal ne connaît pas : "
    "journal neuf, autre tablette ou sauvegarde ancienne"
)


def bill_again(office: Office, surroundings: Surroundings) -> None:
    with Reader.open(surroundings.board.link_url) as reader:
        ps = read_ps(reader)
        unlock(reader, lambda: CODE)
        vitale = read_vitale(office, reader)
        for row, visit in pending_visits(office, ps):
            certify_visit(office, reader, ps, vitale, row, visit)
        close_lots(office, reader, ps)
    make_files(office)
    send(office)
    fetch(office)


def sheet_states(office: Office) -> set[SheetState]:
    return {state for row in office.journal.overview() if row.counts for state in row.states}


def test_a_second_tablets_invoices_are_rescued_by_one_command(surroundings: Surroundings) -> None:
    route = surroundings.world.route()
    with office_of(surroundings.journal, route) as first:
        make_one_file(first, surroundings)
        send(first)
        fetch(first)
    second = surroundings.journal.with_name("second.db")
    with office_of(second, route, host=Host(surroundings.journal.parent / "second", "second")) as office:
        office.clock = lambda: MOMENT + timedelta(hours=1)
        make_one_file(office, surroundings)
        send(office)
        assert "000000001" in {row.number for row in office.journal.overview()}
        fetch(office)
        (alert,) = [one for one in alerts(office) if one.kind is AlertKind.TAKEN_ELSEWHERE]
        assert (alert.text, alert.file) == (PLAIN, "000001")
        assert sheet_states(office) == {SheetState.REFUSED}
        (other,) = [one for one in alerts(office) if one.kind is AlertKind.OTHER_NUMBERS]
        assert "votre OCT connaît des numéros de ce poste" in other.text
        made = remake_file(office, alert.file)
        assert {number for one in made for number in one.anew} == {"000000001", "000000002"}
        bill_again(office, surroundings)
        assert not {SheetState.REFUSED, SheetState.SENT} & sheet_states(office)
        assert {row.number[:2] for row in office.journal.overview() if row.counts} != {"00"}
        assert AlertKind.TAKEN_ELSEWHERE not in {one.kind for one in alerts(office)}
        office.journal.numbers.accept()
        assert AlertKind.OTHER_NUMBERS not in {one.kind for one in alerts(office)}
