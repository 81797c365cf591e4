"""Electronic prescriptions in a day: one looked up by its code; one whose base is down waits for it."""

from __future__ import annotations

from tournee.app.cards import read_ps, unlock
from tournee.app.practice.patients import find_patients
from tournee.app.services.phone_card.asking import asserted_by
from tournee.app.services.prescriptions.orders import carry_numbers, keep_number, number_in_picture, resolve
from tournee.emulation.cards.content import TEST_PIN
from tournee.emulation.services.prescription_base import numbers
from tournee.emulation.services.scenes.day import Stage
from tournee.emulation.services.standing import Trouble
from tournee.services.prescriptions.number import shown
from tournee.services.prescriptions.table import PREFIX
from tournee.services.qr_codes import png_of

TITLE = "Une ordonnance numérique"


def play(stage: Stage) -> tuple[list[str], list[str]]:
    """What was done, and what went wrong."""
    done, wrong = [], []
    stage.insert("ps", "infirmiere")
    base = stage.services["ordonnance"]
    with stage.office() as office, stage.reader(office) as reader:
        ps = read_ps(reader)
        unlock(reader, TEST_PIN.decode)
        asserts = asserted_by(office, reader, ps)
        first, second = find_patients(office, limit=2)
        read, typed = numbers(base.folder)[:2]
        number = number_in_picture(png_of(f"{PREFIX}{read}"))
        order = resolve(office, keep_number(office, first, number, asserts)).told
        done.append(
            f"l’ordonnance {shown(number)} est lue : {order.sessions} séances, par {order.prescriber.name}"
        )
        base.trouble = Trouble(hangs_up=True)
        waits = keep_number(office, second, typed, asserts)
        wrong.append(f"la base tombe : {waits.reason} Le numéro {shown(typed)} est gardé")
        base.trouble = Trouble()
        for _, found in carry_numbers(office, asserts):
            if found is not None:
                wrong.append(f"la base revient : ordonnance {found.id}, {found.told.sessions} séances")
    return done, wrong
