"""Start of a reader whose link is Bluetooth LE: `main.py` of its board, as `usb_main`. Never yet run on
hardware."""

try:
    import micropython

    micropython.kbd_intr(-1)
    from startup import start

    start("air_link")
except KeyboardInterrupt:  # it came before that line
    from machine import reset

    reset()
