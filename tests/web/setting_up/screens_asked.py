"""What a page asks of its host, without a browser: screens as text, buttons as posts."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlencode

from loopback import Served

from tournee.web.desk.server import ServedPage

FORM = "application/x-www-form-urlencoded"
SCREEN = "x-tournee-ecran"


@dataclass(frozen=True)
class Answer:
    """`at` is the address of the screen that comes, `data` its bytes."""

    status: int
    at: str
    data: bytes

    @property
    def text(self) -> str:
        """The fragment."""
        return self.data.decode()


class Screens:
    """A device's page, entered by a link."""

    def __init__(self, served: Served, made: ServedPage, home: Path) -> None:
        self.served, self.made, self.home = served, made, home
        status, told = served.entry("lien", lien=made.entrance.new_link())
        assert status == 200
        self.first: str = told["aller"]
        self._token = told["jeton"]

    def show(self, address: str) -> Answer:
        """A screen."""
        return self._answer(*self.served.ask("GET", f"/ecran{address}", x_tournee=self._token))

    def post(self, address: str, **fields: str) -> Answer:
        """A button with its fields."""
        body = urlencode(fields).encode()
        asked = self.served.ask("POST", f"/ecran{address}", body, x_tournee=self._token, content_type=FORM)
        return self._answer(*asked)

    def send(self, address: str, data: bytes) -> Answer:
        """A file."""
        kind = "application/octet-stream"
        asked = self.served.ask("POST", f"/ecran{address}", data, x_tournee=self._token, content_type=kind)
        return self._answer(*asked)

    def news(self, number: str) -> str:
        """The number of the last happening, once there is one after this one; "-": at once."""
        status, _, data = self.served.ask("GET", f"/nouvelles?depuis={number}", x_tournee=self._token)
        assert status == 200
        return str(json.loads(data)["numero"])

    def _answer(self, status: int, headers: dict[str, str], data: bytes) -> Answer:
        return Answer(status, headers.get(SCREEN, ""), data)


OpenDevice = Callable[[str], Screens]
