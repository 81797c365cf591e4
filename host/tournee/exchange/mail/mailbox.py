"""Taking returns out of a mailbox: one interface over IMAP, POP3 and Maildir.

Take, journal, acknowledge: a message is deleted (or marked) only once the caller says that it is journaled,
so a cut anywhere loses nothing and at worst shows a message twice. A message that cannot be taken, or is too
large, comes with its problem in place of its bytes, and the next one follows (`OCT-RET-5`).
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from tournee.exchange.mail.imap import ImapMailbox
from tournee.exchange.mail.maildir import MaildirMailbox
from tournee.exchange.mail.pop3 import Pop3Mailbox
from tournee.exchange.mail.received_mail import OpenMailbox
from tournee.exchange.route import Mailbox, MailboxKind


@contextmanager
def open_mailbox(mailbox: Mailbox) -> Iterator[OpenMailbox]:
    """The mailbox, open for the time of a `with`: `for letter in box.letters(): … box.acknowledge(letter)`.

    Leaving makes the acknowledgements final, also when the body raised: what was journaled stays
    acknowledged. Raises UnreachableError, TlsRefusedError, AuthRefusedError or MailboxError.
    """
    box = _open(mailbox)
    try:
        yield box
    finally:
        box.close()


def _open(mailbox: Mailbox) -> OpenMailbox:
    if mailbox.path is not None:
        return MaildirMailbox(mailbox.path, mailbox)
    if mailbox.server is None:
        raise ValueError("a mailbox has a path or a server")
    if mailbox.kind is MailboxKind.IMAP:
        return ImapMailbox(mailbox.server, mailbox)
    return Pop3Mailbox(mailbox.server, mailbox)
