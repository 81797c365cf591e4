"""What the journal is given to keep whole: files and messages."""

from dataclasses import dataclass, field

from tournee.store.content import Content


@dataclass(frozen=True)
class FileDraft:
    """A file of lots in clear: its bytes from 000 to 999, how many invoices (records 2) it holds, the
    name of the route it was framed for, and the party at its end (`OT` and the OCT's number, or `direct`).
    Pieces are gone through once, in the step that keeps them.
    """

    clear: Content = field(repr=False)
    invoices: int
    route: str
    party: str = ""


@dataclass(frozen=True)
class MessageDraft:
    """A message ready to submit: `compostage` is AAAAMMJJHHMMSSxxxxx, `raw` its bytes as they will leave
    (OCT-MSG-3). Pieces are gone through once, in the step that keeps them, and not before the compostage is
    known to be new.
    """

    subject: str
    compostage: str
    raw: Content = field(repr=False)
