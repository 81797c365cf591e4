"""What comes back from the OCT: ARL, RSP (NOEMIE) and ART, told apart, decoded, or set aside whole."""
