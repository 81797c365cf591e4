"""Commands of the reader and its pairing."""
