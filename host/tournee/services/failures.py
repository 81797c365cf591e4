"""How a service fails a caller, by kind: what the day goes on with, and what is said."""

from __future__ import annotations

from tournee.errors import ServiceError


class ServiceCallError(ServiceError):
    """The call came to no answer; it may be made again."""


class ServiceUnreachableError(ServiceCallError):
    """Nobody answers there."""


class ServiceTlsError(ServiceCallError):
    """Who answers is not the service, or does not know this client; it was told nothing."""


class ServiceSlowError(ServiceCallError):
    """The answer was not whole in time."""


class ServiceLongError(ServiceCallError):
    """The answer is longer than any that could be right."""


class ServiceCutError(ServiceCallError):
    """The line ended within the answer."""


class ServiceBusyError(ServiceCallError):
    """The service is there and has no time."""


class ServiceAnswerError(ServiceError):
    """What the service says is no answer of its kind."""


class ServiceRefusedError(ServiceError):
    """The service refuses; `code` is its own word for why."""

    def __init__(self, message: str, *, code: str = "", cause: str = "", next_step: str = "") -> None:
        super().__init__(message, cause=cause, next_step=next_step)
        self.code = code
