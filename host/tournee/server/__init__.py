"""A practice's server: mails what tablets sealed, hands out returns, keeps journals' copies, gives numbers.

It opens nothing that is sealed: what it keeps of patients it cannot read.
"""
