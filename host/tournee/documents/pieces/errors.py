"""Why a picture is no piece: what is wrong with its bytes, or with what it shows."""

from __future__ import annotations

from tournee.errors import BillingError
from tournee.formats.proof_table import BLACK, BLANK, CONTRAST, CUT, DPI, TOO_LARGE, UNREADABLE

RESOLUTION = "resolution"
PAGES = "pages"

REASONS = {
    BLANK: ("blanche", "cette page est blanche", "reprenez la photo de la page écrite"),
    BLACK: ("noire", "cette page est noire", "reprenez la photo avec de la lumière"),
    CONTRAST: (
        "contraste",
        "ce qui est écrit se distingue à peine du papier",
        "reprenez la photo en pleine lumière, sans ombre",
    ),
    CUT: (
        "tronquée",
        "l’écriture touche les bords : il manque une partie de la page",
        "reprenez la photo avec toute la feuille et un peu de ce qui l’entoure",
    ),
    PAGES: (
        "tronquée",
        "le nombre de pages n’est pas celui qui est dit",
        "joignez toutes les pages, recto et verso, ou dites leur nombre",
    ),
    RESOLUTION: (
        "résolution",
        f"la page a moins de {DPI} points par pouce",
        "reprenez la photo de plus près, ou numérisez plus fin",
    ),
    TOO_LARGE: ("taille", "la page est trop lourde", "reprenez-la moins fine, ou en noir et blanc"),
    UNREADABLE: ("illisible", "ce fichier ne se lit pas", "reprenez la photo"),
}
"""By code: the reason's name, what is wrong, what to do."""


class PieceError(BillingError):
    """What cannot be a piece: `reason` is the name of what is wrong, `code` what an ARL would say."""

    def __init__(self, code: str, page: int = 0, *, cause: str = "") -> None:
        self.code = code
        self.reason, words, act = REASONS[code]
        where = f"Page {page} : " if page else ""
        text = words if where else words[0].upper() + words[1:]
        super().__init__(f"{where}{text}.", cause=cause, next_step=act)


def unreadable(cause: str, next_step: str = "") -> PieceError:
    """Bytes that are no picture that can be taken, and why."""
    error = PieceError(UNREADABLE, cause=cause)
    if next_step:
        error.next_step = next_step
    return error
