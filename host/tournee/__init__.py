"""Tournée's host: bills, certifies in the reader, exchanges with the OCT, remembers.

In the code, what begins with `OCT-` is a rule of host/EXCHANGE.md; `profile, Records` and `domain 2.4`
are sections of firmware/PROFILE.md.
"""

import logging

__version__ = "0.1.0"

logging.getLogger(__name__).addHandler(logging.NullHandler())  # silent until a program asks: tournee.logs
