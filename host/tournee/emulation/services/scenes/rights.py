"""A piece of the day of services: rights on line, at a patient's whose card says that they ended."""

from __future__ import annotations

from tournee.app.cards import read_ps, read_vitale, unlock
from tournee.app.services.asking import waiting_said
from tournee.app.services.rights.asking import ask_rights, ask_waiting
from tournee.app.services.rights.choosing import choose
from tournee.app.services.rights.showing import rights_seen
from tournee.emulation.services.scenes.day import Stage
from tournee.emulation.services.standing import Trouble

TITLE = "Droits en ligne (ADRi, simulation)"
_CODE = "1234"


def play(stage: Stage) -> tuple[list[str], list[str]]:
    """The service is away, the request waits; it is back, what differs is shown, the carer chooses."""
    service = stage.services["droits"]
    stage.insert("ps", "infirmiere")
    stage.insert("vitale", "martinez")
    with stage.office() as office, stage.reader(office) as reader:
        ps = read_ps(reader)
        unlock(reader, lambda: _CODE)
        patient = read_vitale(office, reader).patients[0]
        service.trouble = Trouble(hangs_up=True)
        row = ask_rights(office, patient, ps, reader)
        wrong = [f"Demande {row.id} : {waiting_said(row)}"]
        service.trouble = Trouble()
        (row,) = ask_waiting(office, ps, reader)
        wrong.append(f"Le service revient : la demande {row.id} repart d’elle-même, {row.state.label}.")
        seen = rights_seen(office, patient)
        assert seen.answer is not None
        done = [f"{seen.who} : {seen.answer.meaning}, dit par {seen.answer.row.origin}."]
        done += [f"Diffère : {one}." for one in seen.differences]
        choose(office, patient, "service")
        done.append("Choisi : les droits du service, à côté de ceux de la carte, qui restent ce qu’ils sont.")
    return done, wrong
