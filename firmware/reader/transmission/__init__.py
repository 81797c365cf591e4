"""ISO 7816-3: answer to reset, speed, T=0 and T=1, one command at a time."""
