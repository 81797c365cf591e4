"""The opposition list at work: in force over each card read, asked for and brought forward by mail."""
