"""What the demonstration and the tests run against: virtual cards, an emulated board, an emulated OCT.

Fictitious throughout, under the simulation profile open-1: nothing here bills anybody. The application never
imports this package.
"""
