"""Statements of an account, as banks give them: CSV in their several layouts, OFX."""
