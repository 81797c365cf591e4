"""What returns change, and what is put right after them."""
