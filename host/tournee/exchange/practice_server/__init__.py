"""The way to a practice's server: what is asked and answered, and over what. Nothing here opens a file."""
