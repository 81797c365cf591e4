"""Click's own words in French: what it refuses, and what its help adds to ours."""

from __future__ import annotations

import re

import click

_HELP = (
    ("[default: ", "[par défaut : "),
    ("required]", "obligatoire]"),
)
"""What click adds to the help of an option."""

_REFUSED = (
    (r"No such command '(.*?)'", "La commande « {} » n’existe pas."),
    (r"Missing command", "Il manque une commande."),
    (r"Got unexpected extra arguments? \((.*)\)", "« {} » est de trop."),
    (r"Option '(.*?)' requires an argument", "L’option « {} » attend une valeur."),
    (r"Option '(.*?)' requires (\d+) arguments", "L’option « {} » attend {} valeurs."),
    (r"Option '(.*?)' does not take a value", "L’option « {} » n’attend pas de valeur."),
    (r"'(.*?)' is not a valid (?:integer|float)", "« {} » n’est pas un nombre."),
    (r"(\S+) is not in the range (.*?)\.?$", "« {} » est hors des bornes ({})."),
    (r"'(.*?)' is not (?:one of )?(.*?)\.?$", "« {} » n’est pas l’un de : {}."),
    (r"(?:File|Directory|Path) '(.*?)' does not exist", "« {} » n’existe pas."),
    (r"(?:File|Path) '(.*?)' is a directory", "« {} » est un dossier."),
    (r"(?:Directory|Path) '(.*?)' is a file", "« {} » est un fichier."),
    (
        r"(?:File|Directory|Path) '(.*?)' is not (?:readable|writable|executable)",
        "Vos droits ne permettent pas d’ouvrir « {} ».",
    ),
)
"""What click says, and how we say it."""

_OURS = frozenset("«’àéèê")
"""Only our own words have these: they are French already."""


def usage_in_french(error: click.ClickException) -> str:
    """Say what click refused, in French, keeping the words the user typed."""
    match error:
        case click.MissingParameter():
            name = _named(error.param) if error.param is not None else error.param_hint
            return f"Il manque « {name} »."
        case click.NoSuchOption():
            return f"L’option « {error.option_name} » n’existe pas."
        case click.BadParameter():
            name = _named(error.param) if error.param is not None else ""
            return f"Valeur refusée pour « {name} » : {_told(error.message)}"
        case _:
            return _told(error.message)


def help_in_french(told: str) -> str:
    """The help of an option, with what click added to it."""
    for pattern, french in _HELP:
        told = told.replace(pattern, french)
    return told


def _named(param: click.Parameter) -> str:
    """An option as it is typed, an argument as the help shows it."""
    return max(param.opts, key=len) if isinstance(param, click.Option) else param.human_readable_name


def _told(message: str) -> str:
    if _OURS & set(message):
        return message
    for pattern, french in _REFUSED:
        if found := re.search(pattern, message):
            return french.format(*(_plain(group) for group in found.groups()))
    return message  # what none of click's own is: ours


def _plain(text: str) -> str:
    """A list as click writes it, without its quotes."""
    return re.sub(r"'(.*?)'", r"\1", text)
