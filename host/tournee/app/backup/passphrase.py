"""Whether a passphrase is worth anything: who holds the file may try as many as they like."""

from __future__ import annotations

import unicodedata

from tournee.errors import ConfigError

LENGTH_MIN, LENGTH_MAX = 12, 1024
_ENOUGH = 20
_DIFFERENT_MIN = 6
_RUNS = ("0123456789", "9876543210", "abcdefghijklmnopqrstuvwxyz", "azertyuiopqsdfghjklmwxcvbn", "qwertyuiop")
_NEXT = "prenez cinq ou six mots sans lien entre eux, et notez-les sur papier, ailleurs que le fichier"


def check_passphrase(passphrase: str) -> str:
    """What there is to say of a passphrase for a new backup, "" for nothing. ConfigError for one that is
    guessed at once.
    """
    text = unicodedata.normalize("NFC", passphrase)
    if len(text) > LENGTH_MAX:
        raise _refused(f"elle a plus de {LENGTH_MAX} caractères")
    if len(text) < LENGTH_MIN:
        raise _refused(f"elle a {len(text)} caractères, il en faut {LENGTH_MIN} au moins")
    plain = text.casefold()
    if len(set(plain)) < _DIFFERENT_MIN or _is_repeated(plain) or _is_run(plain):
        raise _refused("elle se devine : toujours les mêmes signes, ou une suite du clavier")
    if text.isdigit() and len(text) < _ENOUGH:
        raise _refused("elle n’a que des chiffres")
    if len(text) < _ENOUGH:
        return f"cette phrase de passe est courte : {_NEXT}"
    return ""


def _refused(why: str) -> ConfigError:
    return ConfigError("Cette phrase de passe est trop faible.", cause=why, next_step=_NEXT)


def _is_repeated(text: str) -> bool:
    return text in (text + text)[1:-1]


def _is_run(text: str) -> bool:
    """Whether most of it is made of stretches of the keyboard."""
    stretches = {run[at : at + 4] for run in _RUNS for at in range(len(run) - 3)}
    hits = sum(text[at : at + 4] in stretches for at in range(len(text) - 3))
    return hits * 2 > len(text)
