"""The screens: each module has the fragments of one part of the day, and what their buttons do."""

from __future__ import annotations

from starlette.routing import Route

from tournee.web.screens.rounds import ROUNDS

SCREENS: tuple[Route, ...] = (*ROUNDS,)
