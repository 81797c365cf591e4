"""Acts and amounts found by words of everyday French, or by a piece of their code.

Accents, capitals, order and articles do not matter. Every word has to be found: in the label, at the
beginning of one of its words, inside one, or by what it stands for (`synonyms.toml`). A number is a
coefficient (`8,12`, `8.12`, `812`, `4`), or its beginning; a letter may be joined to it (`AMI1,5`).
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from difflib import get_close_matches
from functools import cache, lru_cache

from tournee.billing.nomenclature.rows import Coming, Cotation, Price, Profession, Rate, Zone, words
from tournee.billing.nomenclature.table import LIKE_AMI, Nomenclature, coefficient_told
from tournee.tables.document import packaged

QUERY_MAX = 200
"""Characters of a search that are looked at."""

_TOKENS = re.compile(r"(?P<number>[0-9]+(?:[.,][0-9]*)?)|(?P<word>[^\W\d_]+)")
_PAIR = re.compile(r"([A-Za-z]{2,4}) ?([0-9]{1,2}(?:[.,][0-9]{1,2})?)")
_EXACT, _START, _MEANT, _INSIDE = 8, 6, 5, 2
_INSIDE_FROM = _STEM_FROM = 4
_CODE, _CODE_START, _NUMBER, _NUMBER_START = 20, 4, 12, 6
_LIKE = 0.8

Item = Cotation | Rate | Coming


@dataclass(frozen=True, slots=True)
class Found:
    """What a search found: an act, a code with an amount, or one that is announced."""

    item: Item
    score: int

    @property
    def code(self) -> str:
        """Its letter or code."""
        return self.item.letter if isinstance(self.item, Cotation) else self.item.code


@dataclass(frozen=True, slots=True)
class _Entry:
    item: Item
    words: tuple[str, ...]
    codes: tuple[str, ...]
    coefficient: str

    def holds(self, day: date) -> bool:
        if isinstance(self.item, Coming):
            return True
        return self.item.holds(day)


@dataclass(frozen=True)
class _Synonyms:
    empty: frozenset[str]
    session: frozenset[str]
    meanings: dict[str, tuple[tuple[str, ...], ...]]


def search(table: Nomenclature, text: str, profession: Profession, day: date | None) -> list[Found]:
    """What `text` finds for a profession on a day (None: whatever the day), the best first.

    Nothing typed finds everything. Where nothing is found, a word close to one that is known is taken for it.
    """
    entries = [one for one in _entries(table, profession) if day is None or one.holds(day)]
    tokens = _tokens(text)
    found = list(_matching(entries, tokens))
    if not found:
        close = [_close(token, entries) for token in tokens]
        if close != tokens:
            found = list(_matching(entries, close))
    return sorted(found, key=_order)


def pair(text: str) -> tuple[str, str] | None:
    """The letter and the coefficient that a search consists of, as it was typed; None when it is another."""
    match = _PAIR.fullmatch(text.strip())
    return (match[1].upper(), match[2].replace(".", ",")) if match else None


def completions(table: Nomenclature, begun: str, profession: Profession, day: date) -> list[str]:
    """Words of labels and codes that a word begun may become."""
    begin = "".join(words(begun))
    whole = {
        word
        for one in _entries(table, profession)
        if one.holds(day)
        for word in (*one.words, *one.codes)
        if len(word) > 2 or word in one.codes
    }
    return sorted(one for one in whole if "".join(words(one)).startswith(begin))


def _order(one: Found) -> tuple[int, int, str, int]:
    item = one.item
    rank = 0 if isinstance(item, Cotation) else 1 if isinstance(item, Rate) else 2
    coefficient = item.coefficient if isinstance(item, Cotation) else 0
    return -one.score, rank, one.code, coefficient


def _matching(entries: Iterable[_Entry], tokens: list[tuple[str, str]]) -> Iterator[Found]:
    for entry in entries:
        total = 0
        for kind, token in tokens:
            score = _number(entry, token) if kind == "number" else _word(entry, token)
            if not score:
                break
            total += score
        else:
            yield Found(entry.item, 4 * total + _merit(entry, tokens))


def _merit(entry: _Entry, tokens: list[tuple[str, str]]) -> int:
    """What tells apart entries that fit alike: the usual act, the word that comes first, a short label.

    An act that is « non opéré » comes after one that is « opéré », unless `non` was typed.
    """
    typed = [token for _, token in tokens]
    usual = 5 if isinstance(entry.item, Cotation) and entry.item.usual else 0
    first = 2 if typed and entry.words and entry.words[0].startswith(typed[0]) else 0
    denied = 9 if "non" in entry.words and "non" not in typed and len(typed) > 1 else 0
    return usual + first + max(0, 3 - len(entry.words) // 3) - denied


def _number(entry: _Entry, token: str) -> int:
    """How well a number fits the coefficient, or a number that the label writes."""
    if entry.coefficient:
        typed = token.replace(".", ",")
        bare = typed.rstrip("0").rstrip(",") if "," in typed else typed
        whole = entry.coefficient
        if bare == whole or ("," not in typed and typed == whole.replace(",", "")):
            return _NUMBER
        if "," in typed and (whole + ",").startswith(typed):
            return _NUMBER_START
        if "," not in typed and len(typed) > 1 and whole.replace(",", "").startswith(typed):
            return _NUMBER_START
    return _INSIDE if token in entry.words else 0


def _word(entry: _Entry, token: str) -> int:
    """How well a word fits: the code, a word of the label, or what the word stands for."""
    codes = [one.lower() for one in entry.codes]
    if token in codes:
        return _CODE
    best = _in_words(entry.words, token)
    if best < _EXACT:
        for meaning in _synonyms().meanings.get(token, ()):
            if all(_in_words(entry.words, one) >= _START for one in meaning):
                best = max(best, _MEANT + min(len(meaning), 2))
    if not best and len(token) >= 2 and any(one.startswith(token) for one in codes):
        return _CODE_START
    return best


def _in_words(there: tuple[str, ...], token: str) -> int:
    if token in there:
        return _EXACT
    if len(token) > 1 and any(one.startswith(token) for one in there):
        return _START
    stem = token.rstrip("sx").rstrip("e")  # opérée, opérés, opéré
    if len(stem) >= _STEM_FROM and any(one.startswith(stem) for one in there):
        return _START
    return _INSIDE if len(token) >= _INSIDE_FROM and any(token in one for one in there) else 0


def _tokens(text: str) -> list[tuple[str, str]]:
    """The numbers and words of a search; a compound with a meaning is one word, empty words are left out."""
    synonyms = _synonyms()
    found: list[tuple[str, str]] = []
    for match in _TOKENS.finditer(text[:QUERY_MAX]):
        if match.lastgroup == "number":
            found.append(("number", match[0]))
        else:
            found += [("word", one) for one in words(match[0])]
    joined: list[tuple[str, str]] = []
    for kind, token in found:
        whole = f"{joined[-1][1]}-{token}" if joined else ""
        if whole in synonyms.meanings:
            joined[-1] = ("word", whole)
        else:
            joined.append((kind, token))
    telling = [one for one in joined if one[1] not in synonyms.empty]
    return telling or joined


def _close(token: tuple[str, str], entries: Iterable[_Entry]) -> tuple[str, str]:
    kind, word = token
    if kind == "number":
        return token
    known = {one for entry in entries for one in entry.words} | set(_synonyms().meanings)
    return kind, next(iter(get_close_matches(word, sorted(known), 1, _LIKE)), word)


@lru_cache(maxsize=8)
def _entries(table: Nomenclature, profession: Profession) -> tuple[_Entry, ...]:
    """What may be found in a table, whatever the day; made once for a table."""
    return tuple(_made(table, profession))


def _made(table: Nomenclature, profession: Profession) -> Iterator[_Entry]:
    session = tuple(_synonyms().session)
    for act in table.rows.acts:
        if act.profession == profession:
            is_session = profession == "MK" and act.letter != "AMK" and not act.supplement
            told = (*words(act.label), *(session if is_session else ()))
            codes = (act.letter, LIKE_AMI) if act.amx else (act.letter,)
            yield _Entry(act, told, codes, coefficient_told(act.coefficient))
    for rate in table.rows.rates:
        if rate.profession == profession and rate.kind == "amount":
            yield _Entry(rate, words(rate.label), tuple(filter(None, (rate.code, rate.alias))), "")
    for coming in table.rows.coming:
        if coming.profession == profession:
            code, _, number = coming.code.partition(" ")
            pair = coefficient_told(int(number)) if number.isdigit() else ""
            yield _Entry(coming, words(coming.label), (code,), pair)


@cache
def _synonyms() -> _Synonyms:
    document = packaged("tournee.billing.nomenclature", "synonyms")
    return _Synonyms(
        frozenset(document["empty"]),
        frozenset(document["session"]),
        {word: tuple(tuple(phrase.split()) for phrase in meant) for word, meant in document["words"].items()},
    )


def prices(table: Nomenclature, item: Item, day: date) -> dict[Zone, Price | None]:
    """What a thing found is worth in each zone on a day, an act paid in full; None where it is not known."""
    zones: tuple[Zone, ...] = ("metro", "drom")
    if isinstance(item, Coming):
        return dict.fromkeys(zones)
    if isinstance(item, Cotation):
        return {zone: table.worth(item, day, zone) for zone in zones}
    return {zone: table.amount(item.profession, item.code, day, zone, item.band) for zone in zones}
