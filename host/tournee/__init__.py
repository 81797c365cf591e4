"""Tournée's host: bills, certifies in the reader, exchanges with the OCT, remembers.

In the code, what begins with `OCT-` is a rule of host/EXCHANGE.md; `profile, Records` and `domain 2.4`
are sections of firmware/PROFILE.md.
"""

__version__ = "0.1.0"
