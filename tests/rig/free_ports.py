"""Ports for servers of others, which are told a number and bind it later.

Below those that the kernel gives to outgoing connections: none of these takes one in between. Drawn by
chance, so that two test processes hardly ever try the same.
"""

from __future__ import annotations

import socket
from contextlib import ExitStack
from random import SystemRandom

LOWEST, HIGHEST = 12_000, 32_000
_chance = SystemRandom()


def free_ports(count: int, host: str = "") -> list[int]:
    """So many free ports in a row."""
    while True:
        first = _chance.randrange(LOWEST, HIGHEST)
        ports = list(range(first, first + count))
        with ExitStack() as stack:
            try:
                for port in ports:
                    stack.enter_context(socket.socket()).bind((host, port))
            except OSError:
                continue
            return ports
