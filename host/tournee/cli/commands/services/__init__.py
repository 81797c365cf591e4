"""The commands of the services around the invoice, and of replacements."""
