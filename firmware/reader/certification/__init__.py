"""Invoices and lots, checked record by record and signed."""
