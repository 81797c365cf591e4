"""A practice for each test of the interface: own journal and clock; a board and an OCT for a module."""

from editor_practices import bedside, board, editor, identity, waiting

__all__ = ["bedside", "board", "editor", "identity", "waiting"]
