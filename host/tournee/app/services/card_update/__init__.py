"""Vitale cards that are to be brought up to date: said, and written down when it was done."""
