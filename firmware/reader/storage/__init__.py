"""What lasts without power: the journal, and which of two images starts."""
