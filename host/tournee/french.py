"""Amounts, dates and the system's refusals as a carer reads them."""

import errno
import unicodedata

_REASONS = {
    errno.ENOENT: "il n’existe pas",
    errno.EACCES: "les droits ne le permettent pas",
    errno.EPERM: "les droits ne le permettent pas",
    errno.EROFS: "le disque est protégé en écriture",
    errno.EISDIR: "c’est un dossier",
    errno.ENOTDIR: "son dossier n’en est pas un",
    errno.ENAMETOOLONG: "son nom est trop long",
    errno.ENOSPC: "il n’y a plus de place sur le disque",
    errno.EFBIG: "il est trop grand",
    errno.ELOOP: "ses liens tournent en rond",
    errno.EIO: "le disque ne répond pas bien",
}


def euros(cents: int) -> str:
    """An amount in cents as `1 234,50`."""
    whole, rest = divmod(abs(cents), 100)
    return f"{'-' if cents < 0 else ''}{whole:,}".replace(",", " ") + f",{rest:02}"


def of_name(name: str) -> str:
    """`d’Irène Abadie`, `de Paul Martinez`."""
    plain = unicodedata.normalize("NFD", name[:1]).upper()[:1]
    return f"d’{name}" if plain and plain in "AEIOUYH" else f"de {name}"


def day(date: str) -> str:
    """A date AAMMJJ as `JJ/MM/AA`; what is no such date is given as it came."""
    if len(date) != len("AAMMJJ") or not date.isdigit():
        return date
    return f"{date[4:]}/{date[2:4]}/{date[:2]}"


def reason(error: OSError) -> str:
    """Why the system refused a file."""
    return _REASONS.get(error.errno or 0, error.strerror or str(error))
