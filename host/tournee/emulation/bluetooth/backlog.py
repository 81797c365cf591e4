"""How much a host's stack holds for a connection: who sends waits while it is full, as in real ones."""

from __future__ import annotations

import asyncio

from bumble.device import Connection

PACKETS = 12  # buffers of a controller, two turns of the air: a sender that is late by one loses nothing


def is_full(connection: Connection) -> bool:
    """Whether the connection takes no packet now."""
    queue = connection.data_packet_queue
    return queue is not None and queue.pending >= PACKETS


async def room_on(connection: Connection) -> None:
    """Wait until the connection takes one more packet; for ever once it is gone: race its disconnection."""
    queue = connection.data_packet_queue
    if queue is None:
        return
    flow = asyncio.Event()
    queue.on("flow", flow.set)
    try:
        while is_full(connection):
            flow.clear()
            await flow.wait()
    finally:
        queue.remove_listener("flow", flow.set)
