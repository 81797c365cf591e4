"""What tells that the journal was changed by another hand, or put back to an older state."""
