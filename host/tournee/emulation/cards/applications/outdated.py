"""Cards that a reader names and cannot use: CPS2ter (domain 3.5), Vitale 1, and those of other kinds.

What they hold is not published: these say who they are, and refuse all else as such a card does.
"""

from tournee.emulation.cards.applications.application import Command, Response

ATR_VITALE1 = bytes.fromhex("3f6525002c09699000")  # inverse convention
_SELECT = 0xA4
_CLASS_CPS2TER = 0xA0
_MF = bytes.fromhex("3f00")
_FCI_WAITS = 0x9F0C
_UNKNOWN_CLA, _UNKNOWN_INS, _NOT_FOUND = 0x6E00, 0x6D00, 0x9404
_NO_APPLICATION = 0x6A82


class OutdatedApplication:
    """A card of one class whose only known command, if any, is SELECT of one identifier at a time."""

    signatures = 0

    def __init__(self, cla: int | None, not_found: int = _NOT_FOUND) -> None:
        self._cla = cla
        self._not_found = not_found

    def reset(self) -> None:
        """Nothing is kept."""

    def refusal(self, cla: int, ins: int) -> int:
        """6E00 on any other class, 6D00 on any other instruction."""
        if cla != self._cla:
            return _UNKNOWN_CLA
        return 0 if ins == _SELECT else _UNKNOWN_INS

    def sends(self, cla: int, ins: int) -> bool:
        """Nothing is read."""
        return False

    def execute(self, command: Command) -> Response:
        """SELECT: 9Fxx for the master file, 9404 (6A82 on a stranger) for all else."""
        return Response(_FCI_WAITS if command.data == _MF else self._not_found)


def cps2ter() -> OutdatedApplication:
    """A CPS2ter."""
    return OutdatedApplication(_CLASS_CPS2TER)


def vitale1() -> OutdatedApplication:
    """A Vitale 1: no command of its own is published."""
    return OutdatedApplication(None)


def stranger() -> OutdatedApplication:
    """A card of another kind: it finds no application that it is asked for."""
    return OutdatedApplication(0, _NO_APPLICATION)
