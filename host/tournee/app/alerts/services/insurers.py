"""Alerts of insurers on line: a directory that is old or not believed, an engagement about to end unsent."""

from __future__ import annotations

from datetime import date, timedelta

from tournee.app.alerts.alert import Alert, AlertKind, age
from tournee.app.context import Office
from tournee.errors import TourneeError

_SERVICE = "amc"
_SOON = timedelta(days=2)


def of_insurers(office: Office) -> list[Alert]:
    """What is to be looked into; nothing where no insurer is asked on line."""
    if not office.services.has(_SERVICE):
        return []
    return [*_directory(office), *_engagements(office)]


def _directory(office: Office) -> list[Alert]:
    from tournee.app.services.insurers.listed import held_directory  # for who asks insurers only

    today = office.clock().date()
    try:
        directory = held_directory(office)
    except TourneeError as error:
        return [_about_directory("", 0, error.message, error.next_step or "reprenez-le")]
    if directory is None:
        return [_about_directory("", 0, "aucun : les mutuelles ne sont pas interrogées", "prenez-en un")]
    if not directory.is_old(today):
        return []
    days = directory.age(today)
    text = f"il a {days} jours : des mutuelles ont pu changer d’adresse"
    return [_about_directory(directory.day.isoformat(), days, text, "demandez le dernier à son éditeur")]


def _about_directory(since: str, days: int, text: str, next_step: str) -> Alert:
    return Alert(AlertKind.INSURER_DIRECTORY, "annuaire des mutuelles", since, days, text, next_step)


def _engagements(office: Office) -> list[Alert]:
    from tournee.app.services.insurers.engaging import unsent_engagements

    today, found = office.clock().date(), []
    for one in unsent_engagements(office):
        if one.expires - today > _SOON:
            continue
        text = f"l’engagement de la mutuelle {_until(one.expires, today)} et la facture n’est pas partie"
        found.append(
            Alert(
                AlertKind.ENGAGEMENT_ENDING,
                f"facture {one.invoice}",
                one.since,
                age(office, one.since).days,
                text,
                "envoyez-la : après, la mutuelle refuse la demande",
                one.ps,
                urgent=one.expires < today,
                invoices=(one.invoice,),
                visits=(one.visit,),
            )
        )
    return found


def _until(expires: date, today: date) -> str:
    return f"a expiré le {expires:%d/%m/%Y}" if expires < today else f"finit le {expires:%d/%m/%Y}"
