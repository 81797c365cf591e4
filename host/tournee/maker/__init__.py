"""What an equipment maker does with a reader: flash, provision, update, check."""
