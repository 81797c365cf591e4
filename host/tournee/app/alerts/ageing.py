"""What ages until nothing can be sent or checked with it: certificates, and the list of opposition."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

from tournee.app.alerts.alert import Alert, AlertKind
from tournee.app.context import Office
from tournee.exchange.sealing.end_date import end_of

CERTIFICATE_DAYS = 30
"""Days before its end from which a certificate is told of: ours, time enough to be given another."""


def of_ageing(office: Office) -> Iterator[Alert]:
    """Certificates of the route in force and of returns that end, a list of opposition that is old."""
    yield from _route(office)
    yield from _returns(office)
    yield from _list(office)


def _route(office: Office) -> Iterator[Alert]:
    route, now = office.route, office.clock()
    if route.is_clear or not (route.certificate or route.is_direct):
        return
    files = [one.certificate for one in route.insurers] if route.is_direct else [route.certificate]
    if not any(_may_end(office, file) for file in files):
        return
    from tournee.app.route_trial import narrowed
    from tournee.exchange.sealing.recipient import CertificateError, Flaw
    from tournee.exchange.sealing.sealing import recipient_of

    for one in narrowed(route):
        about = f"certificat {one.whose}"
        try:
            yield from _ending(office, about, recipient_of(one, now=now).ends)
        except CertificateError as error:  # any other flaw is told when something is to be sent
            if error.flaw is Flaw.EXPIRED:
                yield _alert(about, 0, "il a pris fin : rien ne part plus par cette route", urgent=True)


def _returns(office: Office) -> Iterator[Alert]:
    if office.return_certificate is None or not _may_end(office, office.return_certificate):
        return
    from tournee.exchange.sealing.recipient import CertificateError, read_certificate

    try:
        ends = read_certificate(office.return_certificate, "vous").ends
    except CertificateError:  # told when a sealed return comes
        return
    yield from _ending(office, "votre certificat de messagerie", ends)


def _may_end(office: Office, certificate: Path | None) -> bool:
    """Whether a certificate is worth a whole reading, which each start would pay: it ends soon, as far as one
    look tells. One that cannot be read is told when something is to be sent.
    """
    if certificate is None:
        return False
    try:
        ends = end_of(certificate)
    except OSError:
        return False
    return ends is None or (ends - office.clock()).days < CERTIFICATE_DAYS


def _ending(office: Office, about: str, ends: datetime) -> Iterator[Alert]:
    left = (ends - office.clock()).days
    if left < CERTIFICATE_DAYS:
        told = f"il a pris fin le {ends:%d/%m/%Y}" if left < 0 else f"il prend fin le {ends:%d/%m/%Y}"
        yield _alert(about, max(-left, 0), told, urgent=left < 0)


def _alert(about: str, days: int, text: str, *, urgent: bool) -> Alert:
    next_step = "demandez le suivant à qui l’a donné, et indiquez-le dans la configuration"
    return Alert(AlertKind.CERTIFICATE_ENDING, about, "", days, text, next_step, urgent=urgent)


def _list(office: Office) -> Iterator[Alert]:
    """An old list only: a practice that never had one is told so at each card."""
    from tournee.app.opposition.in_force import STALE_DAYS, list_path, list_state
    from tournee.errors import OppositionError

    if not list_path(office).exists():
        return
    try:
        state = list_state(office)
    except OppositionError as error:
        yield _of_list(0, f"elle est abîmée : {error.message}")
        return
    if state.age is not None and state.age >= STALE_DAYS:
        yield _of_list(state.age, f"elle a {state.age} jours : une carte déclarée depuis n’y est pas")


def _of_list(days: int, text: str) -> Alert:
    return Alert(AlertKind.LIST_AGEING, "liste d’opposition", "", days, text, "demandez la suite à votre OCT")
