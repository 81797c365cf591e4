"""The courier of a host that is joined to a practice's server: files handed over and returns had by HTTPS.

The journal's copy goes first: a message leaves once the copy says that it is leaving, a return is let go of
once the copy has it. A tablet that is lost then takes nothing with it that was done through here.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING

from tournee.app.courier.port import ReturnsBox
from tournee.exchange.mail.received_mail import Known, Letter
from tournee.exchange.mail.submission import Receipt, SubmissionRefusedError, UncertainError

if TYPE_CHECKING:
    from tournee.exchange.mail.submission import Outgoing
    from tournee.exchange.practice_server.client import PracticeServer
    from tournee.exchange.practice_server.requests import WaitingLetter
    from tournee.exchange.route import Route

BOX = "cabinet"
_KEPT, _SENT = 202, 250
_log = logging.getLogger(__name__)


class PracticeCourier:
    """See `Courier`. `journal` is the id of the journal, `follow` brings its copy to its last step, `refused`
    is told the code of each refusal.
    """

    knows_again = True

    def __init__(
        self,
        server: PracticeServer,
        journal: str,
        follow: Callable[[], object],
        refused: Callable[[str], None] = lambda code: None,
    ) -> None:
        self.server = server
        self._journal, self._follow, self._refused = journal, follow, refused

    def bring_copy(self) -> None:
        """Bring the journal's copy to its last step. UnreachableError, PracticeServerError."""
        with self.noted():
            self._follow()

    def hand_over(
        self,
        route: Route,
        message: Outgoing,
        on_leaving: Callable[[], None],
        on_accepted: Callable[[Receipt], None],
        on_left: Callable[[int], None] = lambda sent: None,
    ) -> None:
        """Hand it to the server, which mails it once, however often it is handed over."""
        on_leaving()
        self._follow()
        with self.noted():
            custody = self.server.hand_over(message, self._journal, on_left=on_left)
        _log.info("message handed over: %s", custody.state)
        if custody.state == "refused":
            raise SubmissionRefusedError(
                "Le serveur de messagerie du cabinet refuse le message.",
                cause=custody.answer,
                next_step="corrigez la route avec qui tient le serveur du cabinet, avant de recommencer",
                answer=custody.answer,
            )
        if custody.state == "uncertain":
            raise UncertainError(
                "Le serveur du cabinet ne sait pas si le message est parti.",
                cause=custody.answer,
                next_step="attendez l’accusé ; ne renvoyez qu’après vous être assuré que rien n’est arrivé",
            )
        if custody.state == "kept":
            on_accepted(Receipt(_KEPT, "gardé par le serveur du cabinet, qui l’enverra"))
        else:
            on_accepted(Receipt(_SENT, custody.answer))

    def boxes(self, routes: Sequence[Route]) -> Iterator[ReturnsBox]:
        """The one place where the server keeps this device's returns, of whatever route."""
        yield ReturnsBox(BOX, False, self._open)

    @contextmanager
    def _open(self) -> Iterator[_ServerBox]:
        with self.noted():
            box = _ServerBox(self.server, self._follow)
        try:
            yield box
        finally:
            box.close()

    @contextmanager
    def noted(self) -> Iterator[None]:
        """Whatever the server refuses within is told."""
        from tournee.exchange.practice_server.requests import PracticeServerError

        try:
            yield
        except PracticeServerError as error:
            self._refused(error.code)
            raise


class _ServerBox:
    """What waits there; see `OpenMailbox`. Keys are the server's numbers."""

    def __init__(self, server: PracticeServer, follow: Callable[[], object]) -> None:
        self._server, self._follow = server, follow
        self._waiting: dict[str, WaitingLetter] = {str(one.id): one for one in server.returns()}
        self._taken: list[WaitingLetter] = []

    def letters(self, known: Known = lambda key: False) -> Iterator[Letter]:
        for key, one in self._waiting.items():
            if not known(key):
                yield Letter(key, self._server.letter(one))

    def acknowledge(self, letter: Letter) -> None:
        self._taken.append(self._waiting[letter.key])

    def close(self) -> None:
        if not self._taken:
            return
        self._follow()
        for one in self._taken:
            self._server.acknowledge(one)
