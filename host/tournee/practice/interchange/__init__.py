"""What address books and calendars read and write, as values of the practice."""
