"""The table of codes: what each status and error becomes (domain 1.5)."""

from pathlib import Path

import pytest
from codes_reached import BY_A_CALL

from tournee.errors import ConfigError
from tournee.reader import CodeMalformed, Incoherent, LinkLost, SessionForgotten
from tournee.reader.codec import CodecError
from tournee.reader.failures import failure_of_status
from tournee.reader.transports.streams import closed
from tournee.ssv import ROWS, describe
from tournee.ssv.codes import asking_ps_card, code_of

TABLE = Path(__file__).parents[1] / "vectors" / "ssv" / "reader_statuses.txt"
STATUSES = [line.split() for line in TABLE.read_text().splitlines() if not line.startswith("#")]


def raised(error, *, ps_card: bool = False) -> int:
    try:
        if ps_card:
            with asking_ps_card():
                raise error
        raise error
    except Exception as found:
        return code_of(found)


@pytest.mark.parametrize(("status", "ps_alone", "elsewhere", "name"), STATUSES)
def test_status_of_the_reader_has_its_code(status, ps_alone, elsewhere, name):
    error = failure_of_status(int(status, 16))
    assert f"{raised(error, ps_card=True):04X}" == ps_alone
    assert f"{raised(error):04X}" == elsewhere
    assert ROWS[int(elsewhere, 16)].name == name


def test_status_that_the_table_lacks_passes_as_it_is():
    assert raised(failure_of_status(0xE4FE)) == 0xE4FE
    assert describe(0xE4FE) == "E4FE : Le lecteur a refusé (code E4FE)."


@pytest.mark.parametrize(
    ("error", "code"),
    [
        (LinkLost(), 0x0400),
        (closed("/dev/rien"), 0x0400),
        (SessionForgotten(asked=True), 0xF100),
        (Incoherent("réponse à une autre demande"), 0xF0FF),
        (CodecError(0xE101), 0x0200),
        (CodeMalformed(), 0xF003),
        (ConfigError("fichier"), 0x8002),
        (UnicodeEncodeError("latin-1", "€", 0, 1, "hors table"), 0xF802),
        (MemoryError(), 0xE6FF),
    ],
)
def test_error_has_its_code(error, code):
    assert raised(error) == code


def test_code_is_described_by_its_number_its_name_and_its_words():
    assert describe(0xF001) == "F001 CPS_ABSENTE : carte de professionnel de santé absente"


def test_codes_that_no_source_names_are_marked_ours():
    assert {row.number for row in ROWS.values() if row.ours} == {code for code in ROWS if code >> 12 == 0xE}
    assert not ROWS[0xF80B].ours


def test_every_code_is_reached_by_a_call_or_from_a_status():
    assert set(BY_A_CALL) | {int(elsewhere, 16) for _, _, elsewhere, _ in STATUSES} == set(ROWS)
