"""An evening's sending: what waits, what one touch does step by step, what came of it."""
