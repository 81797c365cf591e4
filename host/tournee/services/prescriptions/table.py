"""Every value of electronic prescriptions, for client and emulated base. Nothing of them is published."""

from __future__ import annotations

from typing import NamedTuple

PREFIX = "ORD1."
"""Begins the text of the QR code; behind it the number."""

ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
"""Crockford's 32 characters, by their value: no I, L, O or U."""

READ_AS = {"I": "1", "L": "1", "O": "0"}
"""What is read as another character."""

LENGTH, GROUP = 16, 4
"""Characters of a number, the last one its check (Luhn modulo 32); by how many they are shown."""

LOOKUP_PATH, DONE_PATH, VIEW_PATH = "/consulter", "/realiser", "/vue-prescripteur"
"""What is asked by POST, JSON both ways."""

LINES_MAX, SESSIONS_MAX = 30, 999
ANSWER_MAX = 32_768
"""Bytes of an answer."""


RECORDED = "O04"
"""The refusal of what the base has already, by the same reference."""


class OrderRefusal(NamedTuple):
    """Why the base refuses, as the carer reads it."""

    message: str
    next_step: str


REFUSALS = {
    "O01": OrderRefusal(
        "La base ne connaît pas cette ordonnance.", "vérifiez le numéro, ou gardez le papier"
    ),
    "O02": OrderRefusal("Cette ordonnance est finie.", "demandez-en une autre au prescripteur"),
    "O03": OrderRefusal(
        "Il ne reste pas tant de séances sur cette ordonnance.",
        "voyez ce qui reste : elle a servi ailleurs",
    ),
    RECORDED: OrderRefusal("Ces soins sont déjà notés sur cette ordonnance.", "rien n’est à faire"),
    "O06": OrderRefusal(
        "La base ne reconnaît pas votre carte CPS.", "remettez-la, donnez le code, recommencez"
    ),
    "O20": OrderRefusal("La base des ordonnances est occupée.", "continuez : la demande repartira"),
}
"""By code."""
