"""Complementary insurers on line (`open-2/amc`): rights (IDB), the computed share (CLC), their directory."""
