"""Contracts of replacement: who replaces whom, who billed what, statements of rétrocession."""
