"""A reader's production record: what it said, what was tried and seen, signed; as JSON and on paper."""
