"""Emulated counterparts of the services around the invoice: of the client each knows the profile's tables."""
