"""Start of a reader whose link is the USB console: `main.py` of its board. Never yet run on hardware.

MicroPython arms Ctrl-C just before it runs main.py, and a host's frames hold 03: whatever came before the
second line would end in a REPL on the link, for good. What cannot be imported does: the board is not whole.
"""

try:
    import micropython

    micropython.kbd_intr(-1)
    from startup import start

    start("usb_link")
except KeyboardInterrupt:  # it came before that line
    from machine import reset

    reset()
