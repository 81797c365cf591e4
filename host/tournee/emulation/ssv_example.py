"""The example of `tournee.ssv` on an emulated reader: `python -m tournee.emulation.ssv_example`."""

from __future__ import annotations

import click

from tournee.emulation.board import EmulatedBoard
from tournee.emulation.cards import load_card
from tournee.ssv import Library
from tournee.ssv.example import CPS, LECTEUR, Result, bill, told

CODE = "1234"  # code porteur of every test card


def run() -> tuple[Library, Result]:
    """Start the reader, put both cards in, run the example. StoppedError, EmulationError."""
    ssv = Library({})
    with EmulatedBoard() as board:
        board.insert("ps", load_card("infirmiere"))
        board.insert("vitale", load_card("moreau"))
        ssv.SSV_DeclarerRessource(LECTEUR, CPS, board.link_url)
        ssv.SSV_InitLIB()
        try:
            return ssv, bill(ssv, CODE)
        finally:
            ssv.SSV_TermLIB()


def main() -> None:
    """Run it and say what the file holds."""
    for line in told(*run()):
        click.echo(line)


if __name__ == "__main__":
    main()
