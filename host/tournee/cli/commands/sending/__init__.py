"""Commands of what is sent, and to whom: files, routes, recipients."""
