"""A patient on one page: what is prescribed and left, what was billed, what is owed, what is kept."""
