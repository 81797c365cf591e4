"""Words as people type them, compared: accents, case, order and what stands between them aside."""

from tournee.formats.text import upper_ascii


def search_words(*texts: str) -> list[str]:
    """The words of these texts, in upper-case ASCII: `"d’Œuf, Zoé"` has D, OEUF and ZOE."""
    folded = (char if char.isalnum() else " " for text in texts for char in f"{upper_ascii(text)} ")
    return "".join(folded).split()
