"""`--log-level` and `--log-file`: on every command, before or after its name; silent without them."""

from __future__ import annotations

import logging
import os
from pathlib import Path
from typing import Any

import click

from tournee import logs
from tournee.french import reason

LEVELS = ("error", "warning", "info", "debug", "traffic")
_USUAL = "info"
_KEPT = "tournee.cli.options.log_options"  # in the command's own store, for as long as it runs


def log_options() -> list[click.Option]:
    """New options of a command; they act as they are read."""
    return [
        click.Option(
            ["--log-level"],
            type=click.Choice(LEVELS),
            metavar="NIVEAU",
            expose_value=False,
            callback=_asked,
            help=f"Note ce qui se passe, jamais aucun contenu : {', '.join(LEVELS)}.",
        ),
        click.Option(
            ["--log-file"],
            type=click.Path(path_type=Path, dir_okay=False),
            metavar="FICHIER",
            expose_value=False,
            callback=_asked,
            help="Où le noter, à la suite de ce qui y est ; sinon sur la sortie d’erreur.",
        ),
    ]


def log_file(context: click.Context) -> Path | None:
    """The file that this command logs to."""
    kept: dict[str, Any] = context.find_root().meta.get(_KEPT, {})
    return kept.get("log_file")


def _asked(context: click.Context, option: click.Parameter, value: object) -> None:
    if value is None:
        return
    root = context.find_root()
    if _KEPT not in root.meta:
        root.meta[_KEPT] = {}
        root.call_on_close(lambda: _stop(root.meta[_KEPT]))
    kept: dict[str, Any] = root.meta[_KEPT]
    kept[str(option.name)] = value
    try:
        _start(kept)
    except OSError as error:
        raise click.BadParameter(f"{value} : {reason(error)}", context, option) from error


def _start(kept: dict[str, Any]) -> None:
    """Log as it is asked by now, in place of how it was asked before."""
    _stop(kept)
    if "log_file" in kept:
        file = Path(kept["log_file"])
        os.close(os.open(file, os.O_WRONLY | os.O_CREAT, 0o600))  # its owner's alone
        handler: logging.Handler = logging.FileHandler(file, encoding="utf-8")
    else:
        handler = logging.StreamHandler()
    handler.setFormatter(logs.Formatter())
    level = str(kept.get("log_level", _USUAL))
    logger = logging.getLogger("tournee")
    logger.setLevel(logs.TRAFFIC if level == "traffic" else level.upper())
    logger.addHandler(handler)
    kept["handler"] = handler


def _stop(kept: dict[str, Any]) -> None:
    handler: logging.Handler | None = kept.pop("handler", None)
    if handler is not None:
        logger = logging.getLogger("tournee")
        logger.removeHandler(handler)
        logger.setLevel(logging.NOTSET)
        handler.close()  # a file's; stderr stays open
