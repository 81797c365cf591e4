"""Accounts on the screen: what patients owe, debts, the bank."""
