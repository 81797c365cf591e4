"""The REPL that a start of MicroPython ends in, as far as `mpremote` goes: raw after 01, text executed at 04.
Runs on both Pythons."""

import io
import select
import sys

_RAW = b"raw REPL; CTRL-B to exit\r\n>"


def serve(interrupt):
    """Serve standard input until it is closed; `interrupt(c)` arms a byte, as long as text is executed."""
    poll = select.poll()
    poll.register(sys.stdin, select.POLLIN)
    out = sys.stdout.buffer
    names = {"__name__": "__main__"}
    raw = False
    text = b""
    out.write(b"\r\nMicroPython\r\n>>> ")
    while True:
        out.flush()
        poll.poll(-1)
        byte = sys.stdin.buffer.read(1)
        if not byte:
            return
        if byte == b"\x01":
            raw, text = True, b""
            out.write(_RAW)
        elif byte == b"\x02":
            raw = False
            out.write(b"\r\n>>> ")
        elif byte == b"\x03":
            text = b""
        elif raw and byte == b"\x04":
            if not text:
                out.write(b"OK\r\nMPY: soft reboot\r\n" + _RAW)
            elif text == b"\x05A":
                out.write(b"R\x00")
            else:
                out.write(b"OK")
                out.write(b"\x04" + _executed(text, names, interrupt) + b"\x04>")
            text = b""
        elif raw:
            text += byte
            if text == b"\x05A\x01":
                out.write(b"R\x00")
                text = b""


def _executed(text, names, interrupt):
    try:
        interrupt(3)
        exec(text.decode(), names)
        return b""
    except Exception as error:
        told = io.StringIO()
        sys.print_exception(error, told)
        return told.getvalue().encode()
    finally:
        interrupt(-1)
