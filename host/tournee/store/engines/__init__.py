"""What a journal can stand on: a file of SQLite's, a practice of a PostgreSQL database."""
