"""The rules of the physiotherapist's part of the NGAP."""

from tournee.billing.rules.case import Rule

PHYSIOTHERAPIST: tuple[Rule, ...] = ()
