"""Complementary insurers asked on line: directory, rights, what they engage to pay."""
