"""The profile `open-2/scor`: everything of it that may be another value elsewhere, in one place.

The client and the emulated OCT both read it, and share nothing else. Nothing of the real interface is
published: all of this is ours, a simulation.
"""

APPLICATION = "SC"
"""Of record 000 and 999 (columns 48 and 49) of a file of pieces."""

SUBJECT = "SCOR"
DESCRIPTION = "SCOR/SV"
"""First words of `Subject` and `Content-Description` of the message."""

VERSION = "140700"

PIECE_LETTER = "S"
"""What a record A of an ARL bears in column 125 when it answers for a piece."""

PRESCRIPTION, CARE_SHEET, AGREEMENT = "O", "F", "D"
NATURES = {
    PRESCRIPTION: "ordonnance",
    CARE_SHEET: "feuille de soins",
    AGREEMENT: "accord préalable",
}

JOINED, REFERRED = "J", "R"
"""How a piece comes: its bytes in this file, or known by its digest, sent before."""

PIECE_TYPE = "application/pdf"
FILE_TYPE = "Application/EDI-consent"

DPI = 200
PAGES_MAX = 10
PAGE_BYTES_MAX = 500_000
FILE_BYTES_MAX = 16_000_000
"""Bytes of the pieces that one message carries: what every mail server lets pass, sealed and in Base64."""

PIECES_MAX = 999

UNKNOWN, DIGEST, UNREADABLE = "0200", "0201", "0202"
BLANK, BLACK, CONTRAST, CUT, TOO_LARGE = "0203", "0204", "0205", "0206", "0207"

CODES = {
    UNKNOWN: "lot ou facture inconnu",
    DIGEST: "empreinte",
    UNREADABLE: "PDF illisible",
    BLANK: "image blanche",
    BLACK: "image noire",
    CONTRAST: "contraste",
    CUT: "image tronquée",
    TOO_LARGE: "pièce trop grande",
}
"""What an ARL says of a piece: 0203 to 0206 are the four reasons for which an image may be refused."""

SCAN_ANEW = frozenset({UNREADABLE, BLANK, BLACK, CONTRAST, CUT, TOO_LARGE})
"""Codes that only another picture puts right; the others may be sent again as they are."""
