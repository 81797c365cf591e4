"""Screens of the services around the invoice, a module a service."""
