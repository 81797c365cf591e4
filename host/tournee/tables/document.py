"""A text of tables, TOML or JSON, as values; and the line of each of them.

A stranger's text is measured before it is parsed: size, nesting and length of dotted keys have a bound.
"""

from __future__ import annotations

import json
import re
import tomllib
from collections import Counter
from decimal import Decimal, InvalidOperation
from functools import cached_property
from pathlib import Path
from typing import Any, Protocol

from tournee.errors import TourneeError
from tournee.files import read_bounded
from tournee.french import reason
from tournee.tables.positions import Place, lines_of

SIZE_MAX = 4 << 20
"""Bytes of the longest text: a day of some 10,000 visits."""

DEPTH_MAX = 32
"""Levels of tables and arrays, and parts of a dotted key."""

VALUES_MAX = 250_000
"""Values of a TOML text: its parser takes some ten microseconds for each."""

_COMMENT_OR_TEXT = re.compile(
    r'#[^\n]*+|"""(?:[^"\\]|\\.|"(?!""))*+(?:"{3,5})?|' + r"'''(?:[^']|'(?!''))*+(?:'{3,5})?|"
    r'"(?:[^"\\\n]|\\.)*+"?|' + r"'[^'\n]*+'?",
    re.DOTALL,
)  # an end that lacks is no reason to look at the same text again
_MAY_BE_ALONE = re.compile(r"\\u[dD][89a-fA-F]")
_PART = r"[\w\"'-]++[ \t]*+\."
_DOTTED = re.compile(rf"(?<![\w\"'.-]){_PART}(?:[ \t]*+{_PART}){{{DEPTH_MAX - 1}}}")
_BRACKETS = re.compile(r"[\[\]{}]")
_AT = re.compile(r"\(at line (\d+), column (\d+)\)$")

_REASONS = {
    "Expected '=' after a key": "le signe = est attendu après la clé",
    "Invalid statement": "une table entre crochets ou une ligne clé = valeur est attendue",
    "Invalid initial character for a key": "nom de clé incorrect",
    "Invalid value": "valeur incorrecte ; un texte s’écrit entre guillemets",
    "Cannot redefine": "cette table est déjà écrite plus haut",
    "Cannot overwrite": "cette clé est déjà écrite plus haut",
    "Cannot declare": "cette table est déjà écrite plus haut",
    "Cannot mutate": "cette table est déjà écrite plus haut",
    "Duplicate inline table key": "cette clé est déjà écrite plus haut",
    "Unclosed array": "il manque un crochet fermant",
    "Expected ']": "il manque un crochet fermant",
    "Unclosed inline table": "il manque une accolade fermante",
    "Unterminated string": "il manque un guillemet fermant",
    "Expected newline": "la ligne devrait s’arrêter là",
    "Expected ": "il manque un guillemet fermant",
    "Illegal character": "caractère interdit",
    "Found invalid character": "caractère interdit",
    "Invalid control character": "caractère interdit",
    "Unescaped": "une barre oblique inverse se double, ou le texte se met entre apostrophes",
    "Escaped character": "caractère impossible",
    "Invalid \\": "une barre oblique inverse se double",
    "Invalid date": "date incorrecte",
    "Invalid hex": "caractère impossible",
    "Expecting property name": "une clé entre guillemets est attendue",
    "Expecting ',' delimiter": "une virgule est attendue",
    "Expecting ':' delimiter": "un deux-points est attendu",
    "Expecting value": "une valeur est attendue",
    "Extra data": "du texte suit la fin",
}
_LONGEST = 40


class _Readable(Protocol):
    def read_text(self, encoding: str | None = None) -> str: ...


class DocumentError(ValueError):
    """A text that is no document: why, in French, its line and column (0: not known)."""

    def __init__(self, why: str, line: int = 0, column: int = 0) -> None:
        place = f"ligne {line}, colonne {column} : " if line else ""
        super().__init__(place + why)
        self.line, self.column = line, column


class TableText:
    """The values of a text, and where they stand in it."""

    def __init__(self, values: dict[str, Any], text: str) -> None:
        self.values = values
        self.text = text

    @cached_property
    def _lines(self) -> dict[Place, int]:
        return lines_of(self.text)

    def line_of(self, path: Place) -> int:
        """The line of a value, or of the nearest table around it; 0 when not known, as in JSON."""
        for length in range(len(path), 0, -1):
            if path[:length] in self._lines:
                return self._lines[path[:length]]
        return 0


def parse(data: bytes, *, is_json: bool = False) -> TableText:
    """Read a text in UTF-8; numbers with a point are Decimal. DocumentError."""
    if len(data) > SIZE_MAX:
        raise DocumentError(f"le texte est trop long : {len(data)} octets, {SIZE_MAX} au plus")
    try:
        text = data.decode("utf-8-sig").replace("\r\n", "\n")
    except UnicodeDecodeError as error:
        before = data[: error.start]
        line, column = before.count(b"\n") + 1, error.start - before.rfind(b"\n")
        raise DocumentError("ce caractère n’est pas de l’UTF-8", line, column) from None
    _measure(text, is_json)
    try:
        return TableText(_json(text), "") if is_json else TableText(_toml(text), text)
    except DocumentError:
        raise
    except json.JSONDecodeError as error:
        raise DocumentError(_french(error.msg), error.lineno, error.colno) from None
    except tomllib.TOMLDecodeError as error:
        at = _AT.search(str(error))
        end = text.count("\n") + 1, len(text) - text.rfind("\n")
        line, column = (int(at[1]), int(at[2])) if at else end
        raise DocumentError(_french(str(error)), line, column) from None
    except UnicodeEncodeError:
        raise DocumentError("caractère impossible") from None
    except RecursionError:
        raise DocumentError(_TOO_DEEP) from None
    except ValueError:  # Python reads no whole number of more than 4,300 digits
        raise DocumentError("un nombre a trop de chiffres") from None


def load(path: Path, what: str, error: type[TourneeError], next_step: str = "") -> TableText:
    """Read a TOML file. `error`, which names the file by `what` (« Le fichier … »), says why it cannot be."""
    try:
        return parse(read_bounded(path, SIZE_MAX))
    except OSError as refusal:
        read = "lue" if what.startswith("La ") else "lu"
        raise error(
            f"{what} {path} ne peut pas être {read}.", cause=reason(refusal), next_step=next_step
        ) from None
    except DocumentError as refusal:
        raise error(f"{what} {path} n’est pas du TOML.", cause=str(refusal)) from None


def packaged(package: str, name: str) -> dict[str, Any]:
    """The values of `name`.toml, which comes with one of our packages."""
    from importlib.resources import files  # takes a moment, and a command may need none

    return read_ours(files(package) / f"{name}.toml")


def read_ours(file: _Readable) -> dict[str, Any]:
    """The values of a TOML file of our own, which is right: a table, a board, a card."""
    return tomllib.loads(file.read_text(encoding="utf-8"))


def words_for(value: object) -> str:
    """A value as a message shows it: short, whatever it is."""
    if isinstance(value, dict):
        return "une table"
    if isinstance(value, list):
        return "une liste"
    if isinstance(value, int) and abs(value) >= 10**_LONGEST:
        return "un nombre bien plus grand"
    if isinstance(value, Decimal):
        return str(value)[:_LONGEST].replace(".", ",")
    shown = repr(value[: _LONGEST + 1] if isinstance(value, str) else value)
    return shown if len(shown) <= _LONGEST else f"{shown[:_LONGEST]}…"


_TOO_DEEP = f"plus de {DEPTH_MAX} niveaux l’un dans l’autre"


def _measure(text: str, is_json: bool) -> None:
    """Refuse what takes a parser more than it is worth. DocumentError."""
    bare = _outside_json_texts(text) if is_json else _COMMENT_OR_TEXT.sub('""', text)
    depth = 0
    for bracket in _BRACKETS.finditer(bare):
        depth += 1 if bracket[0] in "[{" else -1
        if depth > DEPTH_MAX:
            raise DocumentError(_TOO_DEEP)
    if not is_json and bare.count(",") + bare.count("=") > VALUES_MAX:
        raise DocumentError(f"plus de {VALUES_MAX} valeurs")
    if not is_json and _DOTTED.search(bare):
        raise DocumentError(f"une clé a plus de {DEPTH_MAX} parties")


def _outside_json_texts(text: str) -> str:
    """What stands outside quotes, up to the first fault of writing, where a parser stops too."""
    return "".join(text.replace("\\\\", "").replace('\\"', "").split('"')[::2])


def _number(text: str) -> Decimal:
    try:
        return Decimal(text)
    except InvalidOperation:
        raise DocumentError("un nombre est trop grand") from None


def _toml(text: str) -> dict[str, Any]:
    return tomllib.loads(text, parse_float=_number)


def _json(text: str) -> dict[str, Any]:
    def unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        table = dict(pairs)
        if len(table) != len(pairs):
            twice = sorted(key for key, count in Counter(key for key, _ in pairs).items() if count > 1)
            raise DocumentError(f"clé répétée : {', '.join(key[:_LONGEST] for key in twice[:3])}")
        return table

    def refused(word: str) -> Any:
        raise DocumentError(f"nombre interdit : {word}")

    document = json.loads(text, parse_float=_number, parse_constant=refused, object_pairs_hook=unique)
    if not isinstance(document, dict):
        raise DocumentError("le fichier n’est pas une table")
    if _MAY_BE_ALONE.search(text):
        json.dumps(document, ensure_ascii=False, default=str).encode()  # `\ud800` alone is no character
    return document


def _french(message: str) -> str:
    for english, french in _REASONS.items():
        if message.startswith(english):
            return french
    return "écriture incorrecte"
