"""The back end on the package `cryptography` (OpenSSL): constant in time where a secret is in it."""
