"""Mail as it travels: submission, mailboxes, what is received."""
