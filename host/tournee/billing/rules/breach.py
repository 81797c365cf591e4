"""A broken rule, with its place in the words of the day file."""

from dataclasses import dataclass

Path = tuple[str | int, ...]


@dataclass(frozen=True)
class Breach:
    """Where (keys of the day file; indices from 0) and what, in French."""

    path: Path
    text: str

    def __str__(self) -> str:
        return f"{place_of(self.path)} : {self.text}"


def place_of(path: Path) -> str:
    """Write a path for people: `("visite", 1, "actes", 0, "code")` gives `visite 2, actes 1, code`."""
    words: list[str] = []
    for part in path:
        if isinstance(part, int) and words:
            words[-1] += f" {part + 1}"
        else:
            words.append(str(part))
    return ", ".join(words) or "fichier"
