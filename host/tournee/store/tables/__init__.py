"""One module a thing that the journal follows: all its SQL, and one object."""
