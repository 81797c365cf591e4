"""Billing: who, what was done, at which price, who owes what, and the invoice's records.

Knows no card, no mail, no file: zone groups and a day file come in, 128-byte records go out. Invoice numbers
are given from outside (the journal allocates them and never reuses one).
"""
