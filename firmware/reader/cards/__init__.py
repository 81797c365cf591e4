"""The two cards: what they hold is read once, kept as long as they stay, and asked of them."""
