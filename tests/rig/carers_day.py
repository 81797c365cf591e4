"""Today as the host has it: where the carer is, wherever the machine stands."""

from datetime import date, datetime
from zoneinfo import ZoneInfo


def today() -> date:
    return datetime.now(ZoneInfo("Europe/Paris")).date()
