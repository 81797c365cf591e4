"""What was asked of services around the invoice; what programs that ask over HTTP were told."""
