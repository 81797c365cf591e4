"""The language's tests: MicroPython where there is one."""

import platform
import sys

# MicroPython's unix port is a wheel for Linux on x86-64 alone: elsewhere its tests are not collected
collect_ignore = []
if (sys.platform, platform.machine()) != ("linux", "x86_64"):
    collect_ignore.append("test_micropython.py")
