"""The virtual card's end of the line: contacts, T=0, T=1, scripted faults."""
