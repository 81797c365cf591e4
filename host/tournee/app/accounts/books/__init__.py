"""The books: a chart of accounts, entries made of what the journal knows, files for the accountant."""
