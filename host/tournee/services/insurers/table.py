"""Every value of the profile `open-2/amc`: what the client and the emulated insurer have in common.

All of it is ours: nothing of these services is published. JSON over mutual TLS, amounts in whole cents.
"""

from __future__ import annotations

SERVICE = "amc"
"""The service's word in the configuration and in the journal."""

IDB, CLC = "idb", "clc"
"""The two questions: `POST /idb` (a person's rights), `POST /clc` (what is paid of each line)."""

PATHS = {IDB: "/idb", CLC: "/clc"}
MEDIA = "application/json"

BODY_MAX, DEPTH_MAX, DIGITS_MAX = 32_768, 6, 12
"""Bytes of a question or an answer, how deep it is nested, digits of a whole number."""

SECONDS = 2.5
"""How long an answer may take while a patient waits."""

LINES_MAX = 99
EXPIRY_DAYS = 8
"""Lines of an invoice; days for which an engagement holds, from the day it is given."""

ENGAGEMENT_PATTERN = "[0-9A-Z]{1,16}"

RIGHTS = {"SOI": "soins", "KIN": "kinésithérapie", "DEP": "déplacements", "HOS": "hospitalisation"}
"""Natures of rights that an insurer tells (IDB)."""

REASONS = {
    "TM": "ticket modérateur",
    "PA": "partie du ticket modérateur",
    "NG": "non garanti",
    "PL": "plafond de l’année atteint",
}
"""Why a line is paid as it is (CLC)."""

REFUSALS = {
    "A01": "adhérent inconnu",
    "A02": "droits fermés ce jour",
    "A03": "organisme non servi ici",
    "A04": "demande mal formée",
    "A05": "certificat de poste non admis",
}
"""Why a question is refused, in the answer's `refus`; the HTTP status is then 422 (A05: 403)."""

REFUSED_STATUS, FORBIDDEN_STATUS = 422, 403

UNKNOWN_ENGAGEMENT, EXPIRED_ENGAGEMENT = "EN01", "EN02"
REJECTIONS = {UNKNOWN_ENGAGEMENT: "ENGAGEMENT AMC INCONNU", EXPIRED_ENGAGEMENT: "ENGAGEMENT AMC EXPIRE"}
"""Codes of NOEMIE 294 for a DRE that repeats an engagement, with their words."""

HELD_MARK = "# signature "
"""How the file of a directory that is held begins: its signature in base64, then a line each as it came."""

DIRECTORY_MAX, DIRECTORY_ROWS_MAX = 1 << 20, 5_000
DIRECTORY_OLD_DAYS = 92
"""Bytes and insurers of a directory; days after which its age is an alert."""
