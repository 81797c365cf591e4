"""Copies of the journal at the practice's server: an encrypted one follows, and rebuilds a tablet."""
