"""The host's end of the link: how a request travels to the reader, and its answer back.

    client.Reader            a method a service: one message, CBOR by `codec`
    session.Session          joins all that follows to a stream (`transports`), connects again after a cut
    conversation             state of the session: CLOSED, OPENING, IDLE, WAITING, ANSWERED; no I/O, no clock
      handshake              HELLO and WELCOME; before them, with a secret, the keys of `secure_channel`
      transmitter            what goes out, and until when it is waited for:
        send_window            requests that are out: numbers, what the reader took, keeps, or has lost
        fragments              a long frame on a bad link: the answer fetched, the request uploaded, in parts
        congestion             how long messages are, how many bytes may be in flight
        retransmit_timer       how long an answer takes on this link; when to send again, to give up
      record_layer           each frame in clear, or in a record of `secure_channel` (AES-CCM)
      framing                type, number, payload, CRC-16, zero-delimited COBS: the bytes on the stream

Down: `Session.request` gives the message to `Conversation.ask`; `Transmitter` puts it into the window, has
the record layer make its frame, and leaves it in `outgoing`; the session writes that and overwrites it.
Up: what is read goes to `Conversation.feed`, frame by frame: the frame is opened, its answer settles the
requests that it answers for, and `take_answer` gives it to the session. An ACK, a NAK, a damaged frame or
`poll`, as time passes, only move deadlines or send again. A lot's RECORDS are several requests at once:
`Session.stream` asks as many of a `record_stream` as the reader and the link have room for.

Each state has one owner: the conversation what the session stands at, the transmitter what is out and
measured, the session the stream, the attempts and who is told. Others ask; only the owner writes.
"""
