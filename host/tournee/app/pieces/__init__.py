"""Pieces that prove invoices: kept, asked for, sent beside their lot, answered (SCOR)."""
