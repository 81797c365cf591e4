"""Certifications over the agent: the same signatures, refusals and progress as from the reader itself."""

from __future__ import annotations

import pytest
import reader_sheets as sheets
from shift_rig import Shift

from tournee.errors import ReaderError
from tournee.reader import Certification, CertificationRefused, Reader
from tournee.reader.maker import MakerReader


def certify(reader: Reader, invoices: int, told: list[tuple[int, int]] | None = None) -> Certification:
    return reader.certify_lot(
        sheets.lot(invoices),
        kind="FSE",
        mode="03",
        invoices=invoices,
        total=invoices * sheets.FEE,
        on_progress=None if told is None else lambda *step: told.append(step),
    )


def test_lot_longer_than_a_frame_gets_the_signature_that_the_reader_gives_itself(shift: Shift) -> None:
    direct = certify(shift.agent.reader, 100)
    told: list[tuple[int, int]] = []
    with Reader.over(shift.join()) as reader:
        assert certify(reader, 100, told) == direct
    assert len(sheets.lot(100)) > 1 << 16
    assert told[-1] == (len(sheets.lot(100)) // 128,) * 2


def test_record_at_fault_is_named_as_the_reader_itself_names_it(shift: Shift) -> None:
    lot = bytearray(sheets.lot(3))
    lot[128 * 4 + 60 : 128 * 4 + 70] = b"\0" * 10
    refusals = []
    with Reader.over(shift.join()) as joined:
        for reader in (shift.agent.reader, joined):
            with pytest.raises(CertificationRefused) as caught:
                reader.certify_lot(bytes(lot), kind="FSE", mode="03", invoices=3, total=3 * sheets.FEE)
            refusals.append((str(caught.value), caught.value.record, caught.value.column))
    assert refusals[0] == refusals[1]
    assert refusals[0][1] == 5


def test_command_that_dies_in_the_middle_signs_nothing_and_the_next_one_goes_on(shift: Shift) -> None:
    link = shift.join()

    def die(done: int, of: int) -> None:
        link.close()
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        Reader.over(link).certify_lot(
            sheets.lot(100), kind="FSE", mode="03", invoices=100, total=100 * sheets.FEE, on_progress=die
        )
    ps = shift.board.cards["ps"]
    assert ps is not None
    assert ps.signatures == 0
    with Reader.over(shift.join()) as reader:
        certify(reader, 2)
    assert ps.signatures == 1


def test_code_is_not_given_over_a_shift(shift: Shift) -> None:
    with Reader.over(shift.join()) as reader:
        with pytest.raises(ReaderError, match="ne passe pas par une vacation ouverte"):
            reader.unlock("0000")
        assert reader.cards().ps.name == "UNLOCKED"


def test_makers_messages_do_not_pass(shift: Shift) -> None:
    with MakerReader.over(shift.join()) as maker, pytest.raises(ReaderError, match="ne passe pas par une"):
        maker.restart()
