"""Which counterparts there are; all of them standing in one folder, and the configuration to ask them."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from contextlib import ExitStack
from datetime import datetime
from importlib import import_module
from pathlib import Path
from types import TracebackType
from typing import Self

import tomlkit

from tournee.emulation.cards import card_names, certificate_pem
from tournee.emulation.services.counterpart import Counterpart, CounterpartSetting
from tournee.emulation.services.standing import FOLDER, StandingService, own_tls

COUNTERPARTS: Mapping[str, str] = {
    "amc": "amc:counterpart",
    "droits": "rights:made",
    "maj": "card_update:made",
    "apcv": "phone_service:made",
    "ordonnance": "prescription_base:made",
}
"""By the service's word in the configuration: `module:function` under `tournee.emulation.services`; the
function makes a Counterpart of a CounterpartSetting.
"""


class StandingServices:
    """Counterparts in `directory/services`, one folder each; `names` are those that stand, all when None."""

    def __init__(
        self, directory: Path, clock: Callable[[], datetime], names: Sequence[str] | None = None
    ) -> None:
        self.folder = directory / FOLDER
        self._stack = ExitStack()
        tls = own_tls(self.folder)
        cards = self.folder / "cartes"
        cards.mkdir(parents=True, exist_ok=True)
        for name in card_names():
            (cards / f"{name}.pem").write_bytes(certificate_pem(name))
        self.standing: dict[str, StandingService] = {}
        for name in COUNTERPARTS if names is None else names:
            folder = self.folder / name
            folder.mkdir(exist_ok=True)
            counterpart = _made(COUNTERPARTS[name], CounterpartSetting(folder, clock, cards))
            self.standing[name] = StandingService(counterpart, folder, tls)

    def __enter__(self) -> Self:
        for one in self.standing.values():
            self._stack.enter_context(one)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._stack.close()

    def __getitem__(self, name: str) -> StandingService:
        return self.standing[name]

    def settings(self) -> dict[str, dict[str, str]]:
        """The tables `[services.NAME]` by which a host asks them."""
        return {name: one.settings() for name, one in self.standing.items()}

    def write_settings(self, config: Path) -> None:
        """Put them into a configuration file, in place of where these services were; its other keys stay."""
        document = tomlkit.parse(config.read_text("utf-8"))
        services = document.setdefault("services", tomlkit.table(is_super_table=True))
        for name, table in self.settings().items():
            services.setdefault(name, tomlkit.table()).update(table)
        config.write_text(tomlkit.dumps(document), "utf-8")


def _made(target: str, setting: CounterpartSetting) -> Counterpart:
    module, function = target.split(":")
    made: Counterpart = getattr(import_module(f"tournee.emulation.services.{module}"), function)(setting)
    return made
