"""What invoices come to, who paid, and what the bank says of it."""
