"""The entrance as the screens see it."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

from starlette.requests import Request

from tournee.web.desk.enrolled import CODE_DIGITS
from tournee.web.desk.entrance import Entrance
from tournee.web.desk.guard import HEADER
from tournee.web.setting import DeviceShown


class DeskDoor:
    """A `PageDoor` over the entrance of a desk."""

    digits = CODE_DIGITS

    def __init__(self, entrance: Entrance) -> None:
        self._entrance = entrance

    @property
    def lock_after(self) -> float:
        """Seconds."""
        return self._entrance.lock_after

    @lock_after.setter
    def lock_after(self, seconds: float) -> None:
        self._entrance.lock_after = seconds

    @property
    def has_code(self) -> bool:
        """As `PageDoor` says."""
        return self._entrance.has_code

    def devices(self, request: Request) -> Sequence[DeviceShown]:
        """As `PageDoor` says."""
        session = self._entrance.session(request.headers.get(HEADER, ""))
        own = session.device if session else ""
        return [
            DeviceShown(one.id, one.name, one.added, one.seen, one.id == own)
            for one in self._entrance.kept.devices
        ]

    async def choose_code(self, code: str) -> None:
        """As `PageDoor` says."""
        await asyncio.to_thread(self._entrance.kept.choose_code, code)

    async def revoke(self, device: str) -> None:
        """As `PageDoor` says."""
        await self._entrance.revoke(device)

    async def lock(self) -> None:
        """As `PageDoor` says."""
        await self._entrance.lock()
