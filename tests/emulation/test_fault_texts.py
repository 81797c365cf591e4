import pytest

from tournee.emulation.cards import Fault
from tournee.errors import EmulationError


def test_text_of_a_fault_is_read_whole():
    fault = Fault.from_text("replace at=b0 nth=3 byte=-1 count=2 delay_ms=50 data=0a0B lasting")
    assert fault == Fault("replace", "B0", 3, -1, 2, 50, b"\x0a\x0b", lasting=True)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "explode at=atr",
        "silence",
        "silence at=zz",
        "late at=atr delay_ms=soon",
        "late at=atr when=now",
        "garbage at=atr data=0",
    ],
)
def test_text_that_is_no_fault_is_refused(text):
    with pytest.raises(EmulationError):
        Fault.from_text(text)
