"""Virtual cards: two professionals' cards (CPS3) and insured persons' cards (Vitale), played at TPDU level.

People, numbers and keys are fictitious. The RSA keys in `data/*.pem` are test keys, committed so that every
run signs the same bytes; they protect nothing. Each card says that it is a test card: group 101 field 1 is
`T` on a Vitale, and group 1 field 1 (type of PS card) is the test category `80` on a CPS (domain 1.4).
"""

from tournee.emulation.cards.card import VirtualCard
from tournee.emulation.cards.content import card_names, certificate_pem, load_card
from tournee.emulation.cards.line.emission import Emission
from tournee.emulation.cards.line.faults import Fault

__all__ = ["Emission", "Fault", "VirtualCard", "card_names", "certificate_pem", "load_card"]
