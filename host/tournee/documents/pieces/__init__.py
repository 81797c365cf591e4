"""Paper that proves an invoice, as it is sent: read, straightened, checked, written as PDF/A-1b (SCOR)."""
