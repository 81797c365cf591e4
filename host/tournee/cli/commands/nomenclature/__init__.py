"""Commands about acts and prices: finding them, and the tables they come from."""
