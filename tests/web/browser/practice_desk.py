"""A practice of sixty patients with its page served, as who tries it has: emulated reader, cards and OCT."""

from __future__ import annotations

import os
import re
import shutil
import signal
import socket
import subprocess
import sys
from contextlib import ExitStack
from pathlib import Path
from typing import Self

from planned_day import DAY, OTHER_DAYS, plan_day

from tournee.app.context import open_office
from tournee.config import load_config
from tournee.emulation.board import EmulatedBoard
from tournee.emulation.cards import load_card
from tournee.emulation.cards.content import card_content
from tournee.emulation.population import NURSE
from tournee.emulation.practice import CONFIG_NAME, practice
from tournee.files import write_whole
from tournee.reader.label import printed_code
from tournee.web.desk.link_file import link_file, read_link

CODE = "1234"
CHROMIUM = "/usr/bin/chromium"
_RUN = "from tournee.cli.main import main; main()"
_PATIENCE_S = 30
_LINK = re.compile(r"http://\S+")


def make_practice(directory: Path) -> Path:
    """A populated practice at rest, to be copied."""
    with practice(directory, populated=True):
        pass
    return directory


def make_day(directory: Path) -> Path:
    """A nurse's practice at rest whose round has ten visits on any day of the year."""
    with practice(directory), open_office(load_config(directory / CONFIG_NAME)) as office:
        plan_day(office, {name: card_content(name).zone for name in (*DAY, *OTHER_DAYS)}, NURSE)
    return directory


class PracticeDesk:
    """A copy of a practice at rest, standing while the context lasts; `serve` starts the page's host.

    `board` has the emulated reader's slots, `directory` the journal (`journal.db`), the configuration, what
    the OCT got (`sent/`) and the returns' Maildir (`retours/`).
    """

    def __init__(self, kept: Path, directory: Path, *, with_services: bool = False) -> None:
        self.directory, self._with_services = directory, with_services
        shutil.copytree(kept, directory)
        config = directory / CONFIG_NAME
        config.write_text(config.read_text("utf-8").replace(str(kept), str(directory)), "utf-8")
        self.config = config
        self.port = _free_port()
        self._host: subprocess.Popen[str] | None = None
        self._standing = ExitStack()

    def __enter__(self) -> Self:
        self.board: EmulatedBoard = self._standing.enter_context(
            practice(self.directory, with_services=self._with_services)
        ).board
        self._standing.callback(self.kill)
        with open_office(load_config(self.config)) as office:
            office.journal.numbers.accept()  # a copy of the kept one: with numbers of its own
        return self

    def __exit__(self, *_: object) -> None:
        self._standing.close()

    def protect(self, serial: str, secret: bytes) -> None:
        """A reader with this secret in place of the one in clear; its label's code is in `etiquette`."""
        board = EmulatedBoard(flash=self.directory / "flash")
        self.board = self._standing.enter_context(board)
        board.provision(serial, secret)
        write_whole(self.directory / "etiquette", printed_code(secret).encode())

    def configure_port(self, port: str, secret: str = "") -> None:
        """The reader of the configuration, before the page is served."""
        text = self.config.read_text("utf-8")
        line = next(line for line in text.splitlines() if line.startswith('port = "'))
        told = f'port = "{port}"' + (f'\nsecret = "{secret}"' if secret else "")
        self.config.write_text(text.replace(line, told), "utf-8")

    @property
    def origin(self) -> str:
        """Of the page."""
        return f"http://localhost:{self.port}"

    @property
    def link(self) -> str:
        """A one-time link that nobody used yet, out of the file that a browser is opened with."""
        return read_link(link_file(self.directory, self.port))

    @property
    def host(self) -> subprocess.Popen[str]:
        """The process that serves the page."""
        assert self._host is not None
        return self._host

    def serve(self) -> str:
        """Start the host as the command line does; the page's one-time link."""
        command = [sys.executable, "-c", _RUN, "--config", str(self.config)]
        with (self.directory / "host.log").open("a") as log:
            self._host = subprocess.Popen(
                [*command, "web", "--no-open", "--port", str(self.port)],
                stdout=subprocess.PIPE,
                stderr=log,
                stdin=subprocess.DEVNULL,
                env=os.environ | {"COLUMNS": "200"},
                text=True,
                start_new_session=True,
            )
        assert self._host.stdout is not None
        found = next((one for line in self._host.stdout if (one := _LINK.search(line))), None)
        assert found, (self.directory / "host.log").read_text()
        return self.link

    def kill(self) -> None:
        """End the host as a power cut would."""
        if self._host is not None:
            self._host.kill()
            self._host.wait()
            assert self._host.stdout is not None
            self._host.stdout.close()
            self._host = None

    def stop(self) -> int:
        """End the host as Ctrl-C does; its exit status."""
        self.host.send_signal(signal.SIGINT)
        status = self.host.wait(_PATIENCE_S)
        self.kill()
        return status

    def insert(self, card: str, slot: str = "vitale") -> None:
        """Put a test card into the emulated reader: `ps` or `vitale`."""
        self.board.insert(slot, load_card(card))

    def remove(self, slot: str = "vitale") -> None:
        """Take it out."""
        self.board.remove(slot)


def _free_port() -> int:
    with socket.socket() as asked:
        asked.bind(("127.0.0.1", 0))
        port: int = asked.getsockname()[1]
    return port
