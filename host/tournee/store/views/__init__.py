"""Questions across what the journal follows."""
