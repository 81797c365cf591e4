"""What the journal keeps of a visit: its judged form, the facts for others, what makes it the same."""
