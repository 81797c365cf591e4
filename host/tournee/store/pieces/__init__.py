"""Pieces that prove invoices: of which visits each is, what went of it, what was answered (SCOR)."""
