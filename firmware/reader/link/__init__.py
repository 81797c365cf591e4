"""The reader's end of the link: bytes in, one message at a time to the service, bytes out.

How a message travels:

1.  The board's stream gives `core` some bytes; `core` feeds them to `session`, up to the end of one frame.
    While a request waits for its answer nothing more is taken, and the rest waits in the stream.
2.  `sesam.frame.Receiver` undoes COBS and checks the CRC as the bytes come, in the arena's `frame_in`. What
    is damaged is answered by NAK 0; the next 00 begins the next frame, whatever came before it.
3.  A PROTECTED frame is opened where it lies, by `protection`. A reader that has a secret takes nothing in
    clear but the handshake, two HELLO.
4.  HELLO opens a session, or goes on with the one that it names: WELCOME says which request was taken last.
    A new session forgets all of the last one, the code porteur's proof first.
5.  A REQUEST has the number behind the last one's. It is parsed in place, acknowledged by ACK, and answered
    by the service; while a card works, an ACK a second says so.
6.  The answer is kept by `sender` until the next request comes. The same request again gets the same bytes:
    nothing is done twice.
7.  RECORDS ahead of their turn are kept by `reorder_buffer`, where the board has room for it. The refusal
    says what is kept, so that the host sends again what was lost, and no more.
8.  Where no long frame passes, FETCH asks for a PART of the kept answer, and a PIECE brings a part of the
    next request; once that is whole, it goes on as in 5.
9.  What is to be said lies in two buffers of `sender`, the answer and one control frame. `core` writes as
    much as the stream takes.

Nothing here does I/O, waits, or allocates after boot. The client's rules stand in `firmware/PROTOCOL.md`.
"""
