"""Bluetooth without a radio: Bumble's real host stacks on two virtual controllers, in bleak's terms."""
