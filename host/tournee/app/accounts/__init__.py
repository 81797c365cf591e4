"""The accounts: what three owe, who paid, the papers, what the accountant and the bank are told."""
