"""dLOI letters put into the mailbox of returns, as an OCT would of its own accord."""

from __future__ import annotations

from days import MOMENT

from tournee.emulation.oct.judging.answers import Postman
from tournee.emulation.oct.opposition import Request, increments_file
from tournee.emulation.world import OCT_ADDRESS, PS_ADDRESS, SIREN, World
from tournee.model import Increment

NUMBER = "00000756000121"


def deliver(world: World, name: int, *increments: Increment, damage: bytes = b"") -> None:
    """One letter with these increments; `damage` stands in place of the file's first bytes after the 000."""
    request = Request(NUMBER, "IF", "000001", 0)
    content = increments_file(request, increments, siren=SIREN, name=f"{name:06}", now=MOMENT)
    content = content[:128] + damage + content[128 + len(damage) :]
    letter = Postman(OCT_ADDRESS, PS_ADDRESS, NUMBER, MOMENT).file("DLOI", content, f"{name:06}", name)
    folder = world.directory / "retours" / "new"
    folder.mkdir(parents=True, exist_ok=True)
    (folder / f"{name}.dloi").write_bytes(letter)
