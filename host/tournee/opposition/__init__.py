"""The opposition list (LOI): Vitale cards that may not be used, held in a file and looked up in place."""
