"""What waits for services, taken up as `tournee send` and `tournee fetch` end; told in a line."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tournee.errors import TourneeError

if TYPE_CHECKING:
    from tournee.app.context import Office
    from tournee.app.services.taking_up import TakenUp
    from tournee.cli.context import Desk


def take_up_services(desk: Desk, office: Office) -> TakenUp:
    """Take up what waits; by the card in the reader, where it is there and unlocked: no code is asked for."""
    from tournee.app.services.taking_up import NOTHING, needs_card, something_waits, take_up

    if not something_waits(office):
        return NOTHING
    if not needs_card(office):
        return take_up(office)
    try:
        with desk.reader() as link:
            return take_up(office, link)
    except TourneeError as error:
        return take_up(office, why_no_card=error.message)


def services_line(desk: Desk, taken: TakenUp) -> None:
    """Tell it, where there is something to tell."""
    if taken.line:
        desk.console.print(
            ": ".join((f"{taken.line} ", " ".join(taken.reasons))) if taken.reasons else taken.line
        )
