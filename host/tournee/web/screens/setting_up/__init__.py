"""The screens that set the page up: code, lock, reader, backup, second device, routes, first use."""
