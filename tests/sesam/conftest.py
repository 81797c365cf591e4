"""The language's tests: properties without a stop-watch, MicroPython where there is one."""

import platform
import sys

from hypothesis import HealthCheck, settings

# a loaded machine makes examples slow, not wrong
settings.register_profile("unhurried", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("unhurried")

# MicroPython's unix port is a wheel for Linux on x86-64 alone: elsewhere its tests are not collected
collect_ignore = []
if (sys.platform, platform.machine()) != ("linux", "x86_64"):
    collect_ignore.append("test_micropython.py")
