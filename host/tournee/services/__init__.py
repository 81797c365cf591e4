"""Services around the invoice, profile `open-2`: a simulation, each value in one table, each swappable."""
