"""What this board keeps without power: its flash, as the boards' README has it."""

from nor import Region

_STORE = 3


class Flash:
    """The journal is the whole of the store."""

    def __init__(self) -> None:
        self.journal = Region(_STORE)
