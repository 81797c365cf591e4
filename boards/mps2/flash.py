"""What this board keeps without power: its flash, as the boards' README has it."""

from nor import Region, running
from release import COUNTER, KEY, PRODUCTION

_BOOT = 2
_STORE = 3


class Flash:
    """Two banks, boot records, the journal (the whole of the store), and the key of the next image."""

    def __init__(self) -> None:
        self.running = running()
        self.key = KEY
        self.production = PRODUCTION
        self.counter = COUNTER
        self.banks = (Region(0), Region(1))
        self.boot = Region(_BOOT)
        self.journal = Region(_STORE)
