"""NOEMIE returns: entities of 128 bytes, read one by one or by the batch."""
