"""An emulated OCT: unseals, checks, splits and answers, from the specification alone (issue "Emulated OCT").

It shares with the application the record tables and nothing of what makes lots, files and messages, so that
each judges the other. Simulation profile open-1: it bills nobody.
"""

from tournee.emulation.oct.concentrator import EmulatedOct
from tournee.emulation.oct.identity import load_mail_identity, make_mail_identity, make_oct_identity
from tournee.emulation.oct.judging.scenario import FlatPayment, Retention, Scenario, ScenarioRejection

__all__ = [
    "EmulatedOct",
    "FlatPayment",
    "Retention",
    "Scenario",
    "ScenarioRejection",
    "load_mail_identity",
    "make_mail_identity",
    "make_oct_identity",
]
