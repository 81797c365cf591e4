"""One sender, one visitor: messages leave one at a time, mailboxes are visited one at a time."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Mapping
from datetime import datetime

from tournee import logs
from tournee.errors import TourneeError
from tournee.exchange.mail.mailbox import open_mailbox
from tournee.exchange.mail.submission import SubmissionRefusedError, UncertainError, submit
from tournee.exchange.mail.transport import TransportError
from tournee.exchange.route import Mailbox, Route
from tournee.server.mail.custody import INTERRUPTED, Custody, KeptMessage
from tournee.server.mail.letters import Letters
from tournee.server.records import ServerRecords, utc

VISIT_EVERY_S = 600.0
VISIT_AGAIN_S = 3.0
"""Between two visits, so that no mail server takes many tablets for an attack."""

_IDLE_S = 60.0
_log = logging.getLogger(__name__)


class MailSender(threading.Thread):
    """Mails what is in custody, in a thread of its own, and nothing twice."""

    def __init__(
        self, records: ServerRecords, custody: Custody, letters: Letters, routes: Mapping[str, Route]
    ):
        super().__init__(name="mail-sender", daemon=True)
        self._records, self._custody, self._letters, self._routes = records, custody, letters, routes
        self._change = threading.Condition()
        self._stopped = False

    def wake(self) -> None:
        """Something is to be mailed."""
        with self._change:
            self._change.notify_all()

    def stop(self) -> None:
        """End after the message under way."""
        with self._change:
            self._stopped = True
            self._change.notify_all()

    def wait_for(self, digest: str, seconds: float) -> KeptMessage:
        """A message as it is once it is ended, or after this time."""
        with self._change:
            self._change.wait_for(lambda: self._custody.get(digest).is_ended or self._stopped, seconds)
        return self._custody.get(digest)

    def run(self) -> None:
        """Until it is stopped."""
        while not self._stopped:
            try:
                if self.mail_due():
                    continue
            except Exception:
                _log.exception("the sender failed")
            with self._change:
                if not self._stopped:
                    self._change.wait(self._idle())

    def mail_due(self) -> bool:
        """Mail the first message that is due, if any; whether there was one."""
        now = self._records.now()
        kept = [one for one in self._custody.unended() if one.state == "kept"]
        due = next((one for one in kept if one.next_try <= now), None)
        if due is None:
            return False
        self._mail(due)
        with self._change:
            self._change.notify_all()
        return True

    def _mail(self, message: KeptMessage) -> None:
        try:
            route = self._route_of(message)
            if route is None or route.submission is None:
                raise TransportError("La route de ce message n’est plus dans la configuration.")
            submit(
                route.submission,
                message.sender,
                message.recipient,
                self._custody.content(message),
                lambda: self._custody.leaving(message),
                lambda receipt: self._end(message, "sent", receipt.answer),
            )
        except UncertainError as error:
            self._end(message, "uncertain", error.cause)
        except SubmissionRefusedError as error:
            self._end(message, "refused", error.answer or error.message)
        except TourneeError as error:
            _log.warning("message %d waits: %s", message.id, logs.where(error))
            if not self._custody.get(message.digest).is_ended:
                self._custody.later(message, error.message)
        except Exception as error:  # a disk that fails once it left: nobody knows
            _log.exception("message %d", message.id)
            if self._custody.get(message.digest).state == "leaving":
                self._end(message, "uncertain", f"{INTERRUPTED} ({type(error).__name__})")

    def _end(self, message: KeptMessage, state: str, answer: str) -> None:
        _log.info("message %d: %s, %d bytes", message.id, state, message.size)
        now = self._custody.ended(message, state, answer)
        if state != "sent" and not now.awaited:
            self._letters.tell(now)

    def _route_of(self, message: KeptMessage) -> Route | None:
        named = self._routes.get(message.route)
        if named is not None and named.sender == message.sender:
            return named
        return next((one for one in self._routes.values() if one.sender == message.sender), None)

    def _idle(self) -> float:
        waiting = [one for one in self._custody.unended() if one.state == "kept"]
        if not waiting:
            return _IDLE_S
        due = datetime.fromisoformat(waiting[0].next_try)
        left = (due - datetime.fromisoformat(utc(self._records.clock()))).total_seconds()
        return min(max(left, 0.05), _IDLE_S)


class MailVisitor(threading.Thread):
    """Takes returns out of the routes' mailboxes: now and then, and when a tablet asks."""

    def __init__(self, letters: Letters, routes: Mapping[str, Route]) -> None:
        super().__init__(name="mail-visitor", daemon=True)
        self._letters, self._routes = letters, routes
        self._turn, self._over = threading.Lock(), threading.Event()
        self._began = float("-inf")
        self.troubles: dict[str, str] = {}

    def stop(self) -> None:
        """End after the visit under way."""
        self._over.set()

    def run(self) -> None:
        """Until it is stopped."""
        while not self._over.is_set():
            self.visit()
            self._over.wait(VISIT_EVERY_S)

    def visit(self) -> None:
        """Have visited every mailbox since this was called: those who wait for the same visit share it. What
        goes wrong is in `troubles`.
        """
        asked = time.monotonic()
        with self._turn:
            if self._began >= asked:
                return
            if self._over.wait(max(0.0, self._began + VISIT_AGAIN_S - time.monotonic())):
                return
            self._began = time.monotonic()
            once: dict[Mailbox, Route] = {}
            for route in self._routes.values():
                if route.mailbox is not None:
                    once.setdefault(route.mailbox, route)
            for mailbox, route in once.items():
                try:
                    self._take(route.name, mailbox)
                    self.troubles.pop(route.name, None)
                except TourneeError as error:
                    _log.warning("mailbox of route %s: %s", route.name, logs.where(error))
                    self.troubles[route.name] = error.message
                except Exception as error:
                    _log.exception("mailbox of route %s", route.name)
                    self.troubles[route.name] = type(error).__name__

    def _take(self, name: str, mailbox: Mailbox) -> None:
        def known(key: str) -> bool:
            return mailbox.keep and self._letters.known(f"{name} {key}")

        with open_mailbox(mailbox) as box:
            for letter in box.letters(known):
                if letter.problem:
                    _log.warning("route %s: a letter could not be taken", name)
                    continue
                self._letters.take(letter.raw, f"{name} {letter.key}")
                box.acknowledge(letter)
