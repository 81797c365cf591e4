"""Why an insurer refuses, in plain words, and what the carer is asked for: by the words beside a code.

No table of codes is published to us: the code stays in the story, the words decide.
"""

from __future__ import annotations

import re
import unicodedata
from enum import StrEnum


class CorrectionAsked(StrEnum):
    """The one thing that a refusal asks for."""

    PRESCRIPTION = "ordonnance"
    COMPLEMENTARY = "mutuelle"
    DATE = "date"
    RIGHTS = "droits"
    DUPLICATE = "doublon"
    ACTS = "actes"
    OTHER = "autre"


_WORDS: tuple[tuple[CorrectionAsked, tuple[str, ...]], ...] = (
    (CorrectionAsked.DUPLICATE, ("doublon", "double", "deja regle", "deja paye", "deja recu")),
    (CorrectionAsked.COMPLEMENTARY, ("amc", "mutuelle", "complementaire", "adherent")),
    (CorrectionAsked.PRESCRIPTION, ("prescri", "ordonnance", "rpps")),
    (CorrectionAsked.RIGHTS, ("droit", "assure", "beneficiaire", "nir", "regime", "exoneration", "ald ")),
    (CorrectionAsked.DATE, ("date", "periode", "delai")),
    (CorrectionAsked.ACTS, ("acte", "cotation", "coefficient", "cumul", "tarif", "quantite")),
)

PLAIN = {
    CorrectionAsked.PRESCRIPTION: "l’ordonnance n’est pas la bonne",
    CorrectionAsked.COMPLEMENTARY: "numéro non reconnu",
    CorrectionAsked.DATE: "la date ne va pas",
    CorrectionAsked.RIGHTS: "les droits du patient ne conviennent pas",
    CorrectionAsked.DUPLICATE: "déjà reçue une fois",
    CorrectionAsked.ACTS: "un acte ou sa cotation ne va pas",
    CorrectionAsked.OTHER: "motif à lire",
}
"""What is amiss, after whoever says it: `Caisse : …`."""

CAUSES = {
    CorrectionAsked.PRESCRIPTION: "Ordonnance",
    CorrectionAsked.COMPLEMENTARY: "Mutuelle",
    CorrectionAsked.DATE: "Date",
    CorrectionAsked.RIGHTS: "Droits",
    CorrectionAsked.DUPLICATE: "Doublon",
    CorrectionAsked.ACTS: "Actes",
    CorrectionAsked.OTHER: "Autre",
}
"""What a refusal is counted under."""


def words_only(reason: str) -> str:
    """What an insurer wrote, its codes left out, as a sentence begins."""
    told = re.sub(r"^\s*\d{3,5}\s+", "", reason.partition(" ; ")[0])
    return told[:1].upper() + told[1:].lower() if told.isupper() else told


def asked_by(reason: str) -> CorrectionAsked:
    """What a reason asks for, by its words, whatever their case and accents."""
    bare = f"{unicodedata.normalize('NFKD', reason).encode('ascii', 'ignore').decode().casefold()} "
    for asked, words in _WORDS:
        if any(re.search(rf"\b{word}", bare) for word in words):
            return asked
    return CorrectionAsked.OTHER
