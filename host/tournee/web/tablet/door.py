"""The lock of a tablet: idle, its secrets are forgotten and the reader let go; the code starts all anew."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence

from starlette.requests import Request

from tournee.web.setting import DeviceShown
from tournee.web.tablet.vault import CODE_DIGITS, Vault

TICK_S = 1.0

Now = Callable[[], float]


class TabletDoor:
    """A `PageDoor`. `clocks` are all asked how long nobody touched anything, and the longest time counts: one
    of them may stand still while the tablet sleeps. `is_busy`: something goes on that is not to be cut, and
    idle time is no reason to lock; `close` ends all that holds a secret.
    """

    digits = CODE_DIGITS
    has_code = True

    def __init__(
        self,
        vault: Vault,
        clocks: Sequence[Now],
        lock_after: float,
        is_busy: Callable[[], bool],
        close: Callable[[], Awaitable[None]],
    ) -> None:
        self.lock_after = lock_after
        self.locked = False
        self._vault, self._clocks, self._is_busy, self._close = vault, clocks, is_busy, close
        self._touched = [now() for now in clocks]

    def devices(self, request: Request) -> Sequence[DeviceShown]:
        """None is admitted: the tablet opens by its code alone."""
        return ()

    async def choose_code(self, code: str) -> None:
        """As `PageDoor` says."""
        await self._vault.choose(code)

    async def revoke(self, device: str) -> None:
        """As `PageDoor` says."""

    def touched(self) -> None:
        """The carer did something."""
        self._touched = [now() for now in self._clocks]

    async def lock(self) -> None:
        """As `PageDoor` says; what goes on with the reader or the journal ends first."""
        if not self.locked:
            self.locked = True
            await self._close()

    async def look(self) -> None:
        """Lock when it is time."""
        idle = max(now() - then for now, then in zip(self._clocks, self._touched, strict=True))
        if idle < self.lock_after:
            return
        if self._is_busy():
            self.touched()
        else:
            await self.lock()

    async def watch(self) -> None:
        """Look again and again, until it is locked."""
        while not self.locked:
            await asyncio.sleep(TICK_S)
            await self.look()
