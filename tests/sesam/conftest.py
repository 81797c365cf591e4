"""MicroPython's unix port is a wheel for Linux on x86-64 alone: elsewhere its tests are not collected."""

import platform
import sys

collect_ignore = []
if (sys.platform, platform.machine()) != ("linux", "x86_64"):
    collect_ignore.append("test_micropython.py")
