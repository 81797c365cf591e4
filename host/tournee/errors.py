"""The host's errors: one root, one child for each layer, each told in the carer's words."""


class TourneeError(Exception):
    """What went wrong, its likely cause and what to do next; the command line gives each class a status.

    `message` says what happened, `cause` why it probably did, `next_step` what the carer can do: in French,
    with no command in it, for every face shows it. `remedy` is a word for programs: by it a face may say how
    the next step is done there.
    """

    remedy = ""

    def __init__(self, message: str, *, cause: str = "", next_step: str = "", remedy: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.cause = cause
        self.next_step = next_step
        self.remedy = remedy or self.remedy

    def __str__(self) -> str:
        parts = [self.message]
        if self.cause:
            parts.append(f"Cause probable : {self.cause}")
        if self.next_step:
            parts.append(f"À faire : {self.next_step}")
        return "\n".join(parts)


class ConfigError(TourneeError):
    """A setting is missing or wrong."""


class ReaderError(TourneeError):
    """The reader, its link or a card refused or failed."""


class BillingError(TourneeError):
    """A day file, an act or an invoice breaks a rule."""


class ExchangeError(TourneeError):
    """A lot, a file, a message, its sealing or its transport failed."""


class ReturnsError(TourneeError):
    """A return cannot be read."""


class StoreError(TourneeError):
    """The journal cannot be opened, read or written."""


class OppositionError(TourneeError):
    """A card is opposed, or the opposition list cannot be read or brought forward."""


class AccountsError(TourneeError):
    """A bank's file cannot be read, or the accounts cannot be told as asked."""


class ServiceError(TourneeError):
    """A remote service was not reached, refused what it was asked, or says what cannot be used."""


class EmulationError(TourneeError):
    """An emulated part did not start or stopped."""
