"""Commands of the practice's file."""
