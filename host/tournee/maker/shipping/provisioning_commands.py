"""`tournee-maker provision` and `batch`: one reader, or a list of them, gets number, secret and label."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable
from pathlib import Path

import click

from tournee.cli.french import FrenchCommand
from tournee.errors import ReaderError
from tournee.extras import require
from tournee.maker.shipping import options
from tournee.maker.shipping.label import check_name, write_label
from tournee.maker.shipping.label_forms import label_form
from tournee.maker.shipping.register import WITHDRAWN, check_serial
from tournee.maker.shipping.serials import serials_of
from tournee.maker.shipping.station import ABSENT, BUSY, ProvisioningStation

_LOOK_AGAIN_S = 0.3
_WAITING = {
    BUSY: "ce lecteur a déjà son secret : mettez le suivant",
    ABSENT: "aucun lecteur ne répond : mettez-en un",
}
_labels = click.option(
    "--labels", type=click.Path(path_type=Path), default=Path(), help="Dossier des étiquettes."
)
_same = click.option(
    "--same-reader", "same", is_flag=True, help="Le lecteur présent est celui qui y était à la coupure."
)


@click.command(
    "provision", cls=FrenchCommand, short_help="Donne numéro de série et secret, une fois pour toutes."
)
@options.port_option
@click.argument("serial", metavar="NUMÉRO")
@options.register_option
@options.opened_by
@_labels
@options.printed
@_same
@options.json_option
def provision(
    port: str,
    serial: str,
    register: Path,
    key_file: Path | None,
    passphrase_fd: int | None,
    labels: Path,
    form: str,
    name: str,
    dpi: str,
    same: bool,
    as_json: bool,
) -> None:
    """Donne au lecteur son NUMÉRO de série et son propre secret, note ce dernier, fait l’étiquette.

    Le lecteur redémarre : dès lors il ne répond plus qu’à qui connaît son secret.
    """
    require("maker")  # a reader in use without its label would be lost
    check_serial(serial)
    drawn = label_form(form)
    check_name(name)
    options.check_written(folder=labels)
    station = ProvisioningStation(
        port, options.opened(register, key_file, passphrase_fd), lambda pending: same
    )
    made = station.provision(serial)
    paths = [str(one) for one in write_label(labels, serial, made.secret, drawn, name, int(dpi))]
    words = [f"Étiquette : {one}" for one in paths]
    words.append(f"Lecteur {serial} mis en service ; son secret est dans {register}")
    options.say(made.told() | {"labels": paths}, "\n".join(words), as_json=as_json)


@click.command("batch", cls=FrenchCommand, short_help="Met en service une liste de lecteurs, un par un.")
@options.port_option
@click.argument("listed", metavar="LISTE", type=click.Path(path_type=Path))
@options.register_option
@options.opened_by
@_labels
@options.printed
@_same
@click.option("--wait", type=click.FloatRange(0), help="Secondes d’attente d’un lecteur, sinon sans fin.")
@options.json_option
def batch(
    port: str,
    listed: Path,
    register: Path,
    key_file: Path | None,
    passphrase_fd: int | None,
    labels: Path,
    form: str,
    name: str,
    dpi: str,
    same: bool,
    wait: float | None,
    as_json: bool,
) -> None:
    """Met en service les lecteurs de LISTE (un numéro par ligne, ou CSV), l’un après l’autre sur un port.

    Coupée à tout moment, elle se relance telle quelle : ce qui est fait le reste, aucun numéro n’est donné
    deux fois.
    """
    require("maker")
    serials = serials_of(listed)
    drawn = label_form(form)
    check_name(name)
    options.check_written(folder=labels)
    console = options.screen(stderr=as_json)
    station = ProvisioningStation(
        port,
        options.opened(register, key_file, passphrase_fd),
        lambda pending: same or _is_the_same(pending),
    )
    waiting = _Waiting(wait, console.print)
    done: dict[str, str] = {}
    for step in station.run(serials, waiting.wait):
        serial = step.reader.serial
        done[serial] = step.reader.state
        if step.reader.state == WITHDRAWN:
            console.print(f"{step.rank}/{step.of} {serial} : retiré, passé")
            continue
        if not step.was or not (labels / f"{serial}.pdf").exists():
            write_label(labels, serial, step.reader.secret, drawn, name, int(dpi))
        console.print(f"{step.rank}/{step.of} {serial} : {'déjà fait' if step.was else 'mis en service'}")
        sys.stdout.flush()
        waiting.begin()
    words = f"{len(done)} lecteurs sur {len(serials)} ; étiquettes dans {labels}"
    options.say({"readers": done}, words, as_json=as_json)


def _is_the_same(serial: str) -> bool:
    """Whether whoever stands at the station says that the blank reader is the one of the cut."""
    if not sys.stdin.isatty():
        return False
    return click.confirm(
        f"{serial} était en cours à la coupure, le lecteur présent est vierge. Est-ce bien le même ?",
        default=False,
        err=True,
    )


class _Waiting:
    """Waits for the next reader and says once for what, for so many seconds at most."""

    def __init__(self, seconds: float | None, tell: Callable[[str], None]) -> None:
        self._seconds = seconds
        self._tell = tell
        self.begin()

    def begin(self) -> None:
        """A reader is done: the next one is waited for from now on."""
        self._said = ""
        self._end = None if self._seconds is None else time.monotonic() + self._seconds

    def wait(self, seen: str) -> None:
        """Let a moment pass. ReaderError once it was long enough."""
        if seen != self._said:
            self._tell(_WAITING[seen])
            self._said = seen
        if self._end is not None and time.monotonic() > self._end:
            raise ReaderError(
                "Aucun lecteur vierge n’est venu.", next_step="mettez-en un, puis relancez la même commande"
            )
        time.sleep(_LOOK_AGAIN_S)
