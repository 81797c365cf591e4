"""Power a board: the USB console is standard input and output; status 75 asks for another start (CPython).

launch.py RUNTIME USB POWER_ON SOURCES DESCRIPTORS PAIRS HELD MAIN FLASH LINK PS VITALE

USB is 1 where LINK is the console, 0 where it is the radio's other end.
"""

import os
import signal
import sys

import usb_chip

RESET = 75
CONTROL = "USB_CONTROL"
runtime, usb, *command = sys.argv[1:]
link = int(command[7])
if usb == "1" and CONTROL not in os.environ:
    os.environ[CONTROL] = str(usb_chip.attach(link))
signal.signal(signal.SIGINT, signal.SIG_DFL)
if runtime == "cpython":
    os.execv(sys.executable, [sys.executable, "-E", "-B", "-u", *command])
from micropython_module import run_main

status = run_main(["micropython", "-X", "heapsize=4m", *command])
if status == RESET:
    os.execv(sys.executable, sys.orig_argv)
sys.exit(status)
