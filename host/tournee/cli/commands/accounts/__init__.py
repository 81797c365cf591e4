"""`tournee account …`: what patients owe and pay, papers, exports, the bank."""
