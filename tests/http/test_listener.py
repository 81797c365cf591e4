"""The line that all of ours serve on."""

import asyncio
import socket

import pytest

from tournee.asgi.serving import listener
from tournee.errors import ConfigError


def test_an_answer_in_two_pieces_is_not_held_back():
    async def accepted() -> int:
        told = asyncio.get_running_loop().create_future()

        async def met(reader, writer):
            line = writer.get_extra_info("socket")
            told.set_result(line.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY))
            writer.close()

        line = listener("127.0.0.1", 0, "")
        async with await asyncio.start_server(met, sock=line):
            _, writer = await asyncio.open_connection(*line.getsockname())
            found = await told
            writer.close()
            return found

    assert asyncio.run(accepted())


def test_a_port_that_is_taken_is_told():
    with listener("127.0.0.1", 0, "") as line, pytest.raises(ConfigError) as told:
        listener("127.0.0.1", line.getsockname()[1], "prenez-en un autre")
    assert told.value.next_step == "prenez-en un autre" and told.value.cause
