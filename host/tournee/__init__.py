"""Tournée's host: bills, certifies in the reader, exchanges with the OCT, remembers."""
