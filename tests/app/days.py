"""The day that the tests of the use cases bill: one patient with his card and an AMC, one typed by hand."""

from __future__ import annotations

from datetime import datetime
from importlib.resources import files
from zoneinfo import ZoneInfo

MOMENT = datetime(2026, 11, 16, 19, 30, tzinfo=ZoneInfo("Europe/Paris"))
PS_CARD = "infirmiere"
VITALE_CARD = "moreau"
CODE = "1234"


def short_day(date: str = "2026-11-15") -> bytes:
    """Two visits of the nurse's demonstration day: FSE and DRE with a card, and one in mode 05."""
    text = files("tournee.emulation").joinpath("days", "infirmier.toml").read_text("utf-8")
    head, *visits = text.split("[[visite]]")
    kept = [visit for visit in visits if "Hugo MOREAU" in visit or "Paul MARTINEZ" in visit]
    assert len(kept) == 2
    return "[[visite]]".join([head.replace("2026-11-15", date), *kept]).encode()
