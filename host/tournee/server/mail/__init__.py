"""The mail of a practice's server: sealed files in custody until they left once, returns that wait."""
