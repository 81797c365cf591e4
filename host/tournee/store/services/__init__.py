"""What was asked of services around the invoice, and what they said."""
