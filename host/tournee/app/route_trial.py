"""A route tried before it is needed: certificates, servers, accounts, mailbox. Nothing is sent.

Each finding is one line for the carer: what was looked at, how it stands, what to do. What speaks to servers
is loaded when one is tried: a tablet's Python has none of it, and tells certificates all the same.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum
from typing import TYPE_CHECKING

from tournee.app.context import ReturnKey
from tournee.errors import ConfigError, TourneeError
from tournee.exchange.route import Mailbox, Route, Server
from tournee.exchange.sealing.recipient import RecipientCertificate
from tournee.exchange.sealing.sealing import recipient_of

if TYPE_CHECKING:
    from tournee.exchange.practice_server.client import PracticeServer

SOON = timedelta(days=30)
"""A certificate that ends within this time is told beforehand."""


class Standing(StrEnum):
    """How a finding stands; the value is stable, for programs."""

    OK = "ok"
    WARNING = "warning"
    WRONG = "wrong"
    UNTRIED = "untried"


@dataclass(frozen=True)
class Finding:
    """One thing looked at: `code` is stable, for programs; `what`, `detail` and `next_step` are French."""

    code: str
    standing: Standing
    what: str
    detail: str = ""
    next_step: str = ""


def try_route(route: Route, now: datetime, return_key: ReturnKey | None = None) -> Iterator[Finding]:
    """Look at everything that a route needs, one thing after another; sends nothing, takes no return.

    `now` (aware) is the time by which certificates are judged, `return_key` what opens sealed returns.
    """
    yield from _addresses(route)
    yield from _certificates(route, now)
    if route.submission is not None:
        yield from _submission(route.submission)
    if route.mailbox is not None:
        yield from _mailbox(route.mailbox)
    if return_key is not None:
        yield _return_key(return_key)


def try_practice(server: PracticeServer) -> Iterator[Finding]:
    """Look at the practice's server that sends and fetches for this host: reached, known, its key taken."""
    stages = [
        ("practice-reach", "Serveur du cabinet", "il répond"),
        ("practice-tls", "Certificat du cabinet", "c’est celui qui a été relié"),
        ("practice-key", "Clé de cet appareil", "elle est admise"),
    ]
    yield from _staged(stages, server.practice)


def narrowed(route: Route) -> list[Route]:
    """The route towards each of its recipients: the OCT, or each insurer in direct mode."""
    if not route.is_direct:
        return [route]
    return [
        replace(route, address=one.address, certificate=one.certificate, insurers=(one,))
        for one in route.insurers
    ]


def certificate_ends(route: Route, now: datetime) -> datetime:
    """The first day on which a certificate of the route ends; CertificateError when one may not be used."""
    return min(recipient_of(one, now=now).ends for one in narrowed(route))


def _addresses(route: Route) -> Iterator[Finding]:
    for one in narrowed(route):
        what = f"Adresse {one.whose}"
        if one.address.lower() == route.sender.lower():
            yield Finding(
                "address",
                Standing.WRONG,
                what,
                f"{one.address} est aussi la vôtre (expediteur)",
                "indiquez l’adresse que ce destinataire vous a donnée",
            )
        else:
            yield Finding("address", Standing.OK, what, f"{one.address}, bien écrite")


def _certificates(route: Route, now: datetime) -> Iterator[Finding]:
    if route.is_clear:
        yield Finding(
            "sealing",
            Standing.WARNING,
            "Scellement",
            "les fichiers partent EN CLAIR, lisibles par quiconque les intercepte",
            'retirez scellement = "en-clair", sauf accord écrit du destinataire',
        )
        return
    for one in narrowed(route):
        what = f"Certificat {one.whose}"
        try:
            yield _certificate(what, recipient_of(one, now=now), now)
        except TourneeError as error:
            yield Finding("certificate", Standing.WRONG, what, error.cause, error.next_step)


def _certificate(what: str, recipient: RecipientCertificate, now: datetime) -> Finding:
    detail = f"RSA {recipient.key.key_size} bits, valable jusqu’au {recipient.ends:%d/%m/%Y}"
    if recipient.ends - now < SOON:
        ask = "demandez dès maintenant le suivant à ce destinataire"
        return Finding("certificate", Standing.WARNING, what, f"{detail}, bientôt", ask)
    return Finding("certificate", Standing.OK, what, detail)


def _submission(server: Server) -> Iterator[Finding]:
    from tournee.exchange.mail.submission import probe

    whose = "d’envoi"
    ready = True
    if server.username:
        password = _password("submission", whose, server)
        ready = password.standing is Standing.OK
        yield password
    tried = server if ready else replace(server, username="", password=None)
    account = f"« {server.username} » est admis" if server.username else "aucun : le serveur n’en demande pas"
    stages = [
        ("submission-reach", f"Serveur {whose}", f"{server.address} répond"),
        ("submission-tls", f"TLS {whose}", "liaison chiffrée, serveur reconnu"),
        ("submission-account", f"Compte {whose}", account),
    ]
    yield from _staged(stages if ready else stages[:-1], lambda: probe(tried))
    if not ready:
        yield Finding("submission-account", Standing.UNTRIED, f"Compte {whose}", "pas essayé")


def _mailbox(mailbox: Mailbox) -> Iterator[Finding]:
    whose, server = "des retours", mailbox.server
    folder = ("mailbox-folder", f"Boîte {whose}", f"{mailbox.path or mailbox.folder}, ouverte")
    if server is None:
        yield from _staged([folder], lambda: _open(mailbox))
        return
    stages = [
        ("mailbox-reach", f"Serveur {whose}", f"{server.address} répond"),
        ("mailbox-tls", f"TLS {whose}", "liaison chiffrée, serveur reconnu"),
        ("mailbox-account", f"Compte {whose}", f"« {server.username} » est admis"),
        folder,
    ]
    password = _password("mailbox", whose, server)
    yield password
    if password.standing is Standing.OK:
        yield from _staged(stages, lambda: _open(mailbox))
    else:
        yield from (Finding(code, Standing.UNTRIED, what, "pas essayé") for code, what, _ in stages)


def _open(mailbox: Mailbox) -> None:
    """Open the mailbox and leave it as it was."""
    from tournee.exchange.mail.mailbox import open_mailbox

    with open_mailbox(mailbox):
        pass


def _return_key(key: ReturnKey) -> Finding:
    what = "Clé des retours"
    try:
        key.check()
    except ConfigError as error:
        return Finding("return-key", Standing.WRONG, what, f"{error.message} {error.cause}", error.next_step)
    return Finding("return-key", Standing.OK, what, f"{key.key}, lisible")


def _password(code: str, whose: str, server: Server) -> Finding:
    """Whether a password is kept; it is not shown."""
    from tournee.exchange.mail.transport import AuthRefusedError, password_of

    what = f"Mot de passe {whose}"
    try:
        password_of(server)
    except AuthRefusedError:
        ask = "gardez-le dans le trousseau, ou dans le fichier que fichier_mot_de_passe nomme (configuration)"
        return Finding(
            f"{code}-password", Standing.WRONG, what, f"aucun n’est gardé pour « {server.username} »", ask
        )
    except TourneeError as error:
        return Finding(
            f"{code}-password",
            Standing.WRONG,
            what,
            f"{error.message} {error.cause}".strip(),
            error.next_step,
        )
    return Finding(f"{code}-password", Standing.OK, what, f"gardé pour « {server.username} »")


def _staged(stages: list[tuple[str, str, str]], attempt: Callable[[], object]) -> Iterator[Finding]:
    """One finding a stage: those before the one at which the attempt failed went well, those after were not
    tried.
    """
    from tournee.exchange.mail.transport import AuthRefusedError, TlsRefusedError, UnreachableError

    fails_at: dict[type[TourneeError], int] = {UnreachableError: 0, TlsRefusedError: 1, AuthRefusedError: 2}
    failed, error = len(stages), None
    try:
        attempt()
    except TourneeError as found:
        error = found
        failed = min(fails_at.get(type(found), len(stages) - 1), len(stages) - 1)
    for rank, (code, what, detail) in enumerate(stages):
        if rank < failed:
            yield Finding(code, Standing.OK, what, detail)
        elif rank == failed and error is not None:
            why = f"{error.message} {error.cause}".strip()
            yield Finding(code, Standing.WRONG, what, why, error.next_step)
        else:
            yield Finding(code, Standing.UNTRIED, what, "pas essayé")
