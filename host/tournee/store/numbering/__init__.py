"""Numbers of invoices, lots, files and messages, each given once in the world."""
