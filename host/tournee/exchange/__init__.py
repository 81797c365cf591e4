"""Files and their exchange: lots, single file, message, sealing, submission, mailbox, routes."""
