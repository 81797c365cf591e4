"""A carer's day as a screen shows it and acts on it: its round, one stop, a series of several days."""
