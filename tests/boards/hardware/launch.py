"""Power a board: the USB console is standard input and output; status 75 asks for another start (CPython).

launch.py RUNTIME USB POWER_ON SOURCES DESCRIPTORS PAIRS MAIN FLASH LINK PS VITALE

USB is 1 where LINK is the console, 0 where it is the radio's other end.
"""

import os
import sys

RESET = 75
runtime, usb, *command = sys.argv[1:]
link = int(command[6])
if usb == "1":
    os.dup2(link, 0)
    os.dup2(link, 1)
if runtime == "cpython":
    os.execv(sys.executable, [sys.executable, "-E", "-B", "-u", *command])
from micropython_module import run_main

status = run_main(["micropython", "-X", "heapsize=4m", *command])
if status == RESET:
    os.execv(sys.executable, sys.orig_argv)
sys.exit(status)
