"""What is flashed, and the language that both ends speak: `tournee.firmware.sesam` to the host.

The package is there for the host alone. On a device, `sesam` and `reader` are packages of their own.
"""
