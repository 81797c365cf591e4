"""The practice's file with address books and calendars, both ways."""
