"""What the bench of the link measures with: a line of a known speed, and the account of its bytes."""
