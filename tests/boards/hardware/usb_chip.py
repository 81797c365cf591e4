"""The USB of a board as MicroPython has it: what the host sends waits in a buffer, but for the byte that
`micropython.kbd_intr` arms, which raises KeyboardInterrupt wherever the program is. A process of its own.

It comes up as main.py starts, so that a host that never waits is heard from the first statement on.
"""

import os
import select
import signal
import socket

OFF = 255
DOWN = 254  # the board starts anew: nothing is taken from the host before a byte is armed
_AT_ONCE = 2048  # what a pipe that has room surely takes


def attach(link):
    """Start the chip between the descriptor `link` and this process, whose standard input is the buffer then,
    and standard output the link. Return the descriptor on which a byte is armed: it is answered when that
    holds. The chip outlives a reset, as what the host sent meanwhile does."""
    ours, theirs = socket.socketpair()
    buffer, into = os.pipe()
    runtime = os.getpid()
    if not os.fork():
        for one in (0, 1, 2, buffer, theirs.fileno()):
            os.close(one)  # what is to end with the runtime is not held open here
        try:
            _serve(link, into, ours, runtime)
        finally:
            os._exit(0)
    os.close(into)
    ours.close()
    os.set_blocking(buffer, False)
    os.dup2(buffer, 0)
    os.dup2(link, 1)
    control = theirs.detach()
    os.set_inheritable(control, True)
    return control


def _serve(link, into, control, runtime):
    armed = OFF
    came = select.poll()
    came.register(control, select.POLLIN)
    room = select.poll()
    room.register(control, select.POLLIN)
    room.register(into, select.POLLOUT)
    while True:
        ready = dict(came.poll())
        if control.fileno() in ready:
            told = control.recv(1)
            if not told:
                return  # the runtime has ended
            if told[0] == DOWN:
                came = select.poll()
                came.register(control, select.POLLIN)
            else:
                armed = told[0]
                came.register(link, select.POLLIN)
            control.send(told)
        elif link in ready:
            if into not in dict(room.poll()):
                continue
            data = os.read(link, _AT_ONCE)
            if not data:
                return
            if armed != OFF and armed in data:
                os.kill(runtime, signal.SIGINT)
                data = data.replace(bytes((armed,)), b"")
            os.write(into, data)
