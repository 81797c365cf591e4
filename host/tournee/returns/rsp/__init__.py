"""RSP: payments and refusals in NOEMIE (576, 580, 900), read into what they say of each sheet."""
