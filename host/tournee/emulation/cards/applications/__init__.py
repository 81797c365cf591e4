"""What runs on a virtual card: files, keys, the CPS and the Vitale."""
