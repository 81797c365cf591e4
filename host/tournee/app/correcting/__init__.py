"""What is put right once it is billed: invoices corrected, cancelled, settled; what waits for a return."""
