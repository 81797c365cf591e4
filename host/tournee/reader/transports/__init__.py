"""What carries the link: serial lines, Bluetooth, PC/SC."""
