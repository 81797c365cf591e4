"""The courier of a host that has mail servers: SMTP out; IMAP, POP3 or a Maildir in."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from functools import partial
from typing import TYPE_CHECKING

from tournee.app.courier.port import ReturnsBox
from tournee.errors import ConfigError

if TYPE_CHECKING:
    from tournee.exchange.mail.submission import Outgoing, Receipt
    from tournee.exchange.route import Mailbox, Route, Server


class MailCourier:
    """See `Courier`: each route's own servers. A mail server knows no message again."""

    knows_again = False

    def hand_over(
        self,
        route: Route,
        message: Outgoing,
        on_leaving: Callable[[], None],
        on_accepted: Callable[[Receipt], None],
        on_left: Callable[[int], None] = lambda sent: None,
    ) -> None:
        """Submit it to the route's server."""
        from tournee.exchange.mail.submission import submit

        server = submission_of(route)
        submit(server, route.sender, route.address, message, on_leaving, on_accepted, on_left)

    def boxes(self, routes: Sequence[Route]) -> Iterator[ReturnsBox]:
        """The mailboxes of these routes, each once, by the name of its first route."""
        from tournee.exchange.mail.mailbox import open_mailbox

        once: dict[Mailbox, Route] = {}
        for route in routes:
            once.setdefault(mailbox_of(route), route)
        for mailbox, route in once.items():
            yield ReturnsBox(route.name, mailbox.keep, partial(open_mailbox, mailbox))


def submission_of(route: Route) -> Server:
    """The server that a route submits to; ConfigError when it has none."""
    if route.submission is None:
        raise _no_servers(route)
    return route.submission


def mailbox_of(route: Route) -> Mailbox:
    """Where a route's returns wait; ConfigError when it has no mailbox."""
    if route.mailbox is None:
        raise _no_servers(route)
    return route.mailbox


def _no_servers(route: Route) -> ConfigError:
    return ConfigError(
        f"La route {route.name} n’a pas de messagerie.",
        cause="elle passait par le serveur du cabinet, ou par un autre logiciel, qui n’est plus là",
        next_step="indiquez ses tables « envoi » et « retours », ou reliez cet appareil au cabinet",
    )
