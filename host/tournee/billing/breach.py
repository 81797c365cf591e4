"""What the rules say of a visit: a broken rule, which refuses it, or a remark; each names its rule.

Places are in the words of the day file.
"""

from dataclasses import dataclass

Path = tuple[str | int, ...]


@dataclass(frozen=True)
class Breach:
    """Where (keys of the day file; indices from 0), what, in French, and which rule of the catalogue."""

    path: Path
    text: str
    rule: str = "saisie"

    def __str__(self) -> str:
        return f"{place_of(self.path)} : {self.text}{told(self.rule)}"


@dataclass(frozen=True)
class Remark:
    """What the carer should know before she signs: money lost, a price that is not sure, a choice made."""

    path: Path
    text: str
    rule: str


def told(rule: str) -> str:
    """A rule as it follows a sentence: ` [bsx]`; nothing for what is a matter of form."""
    return "" if rule == "saisie" else f" [{rule}]"


def place_of(path: Path) -> str:
    """Write a path for people: `("visite", 1, "actes", 0, "code")` gives `visite 2, actes 1, code`."""
    words: list[str] = []
    for part in path:
        if isinstance(part, int) and words:
            words[-1] += f" {part + 1}"
        else:
            words.append(str(part))
    return ", ".join(words) or "fichier"
