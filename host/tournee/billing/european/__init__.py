"""Visits on a European health insurance card: the card, and the lines of its care sheet."""
