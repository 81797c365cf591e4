"""Codes that every floor writes the same way: kinds of sheet, securing modes, shares."""

FSE, DRE = "FSE", "DRE"
"""Kinds of sheet: to the AMO, and to the AMC."""

KINDS = (FSE, DRE)

SECURED, VISIT, DESYNCHRONISED, NO_CARD, DEGRADED = "03", "02", "04", "01", "05"
"""Securing modes, two digits as in record 1 (domain 1.7): both cards; both, away from the practice; both, the
PS's later; no Vitale; one that is not read.
"""

WITH_VITALE = (SECURED, VISIT, DESYNCHRONISED)
"""The modes in which the Vitale card seals every invoice."""

AMO, AMC = "AMO", "AMC"
"""Shares of an invoice: the compulsory insurance's, and the complementary one's."""
