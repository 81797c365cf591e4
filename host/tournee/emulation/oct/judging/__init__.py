"""The emulated OCT's judgement of files, lots and sheets, from the rules alone."""
