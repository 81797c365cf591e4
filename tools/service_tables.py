"""Tables of SERVICES.md that are made from the tables of the services, by their mark."""

from collections.abc import Callable

from tournee.formats import proof_table
from tournee.services.phone_card import table as phone
from tournee.services.prescriptions import table as orders
from tournee.services.rights import table as rights


def rights_fields() -> str:
    """One row a field of a request for rights."""
    rows = ["| field | characters, at most |", "|---|---|"]
    return "\n".join([*rows, *(f"| `{name}` | {longest} |" for name, longest in rights.FIELDS)])


def rights_codes() -> str:
    """One row a code of an answer."""
    rows = ["| code | says |", "|---|---|"]
    return "\n".join([*rows, *(f"| {code} | {words} |" for code, words in rights.MEANINGS.items())])


def piece_codes() -> str:
    """One row a code that an ARL gives a piece: what it says, and what puts it right."""
    rows = ["| code | says | put right by |", "|---|---|---|"]
    for code, words in proof_table.CODES.items():
        act = "another picture" if code in proof_table.SCAN_ANEW else "sending it again"
        rows.append(f"| {code} | {words} | {act} |")
    return "\n".join(rows)


def phone_values() -> str:
    """The values of the phone's card, then one row a refusal."""
    values = {
        "a QR code's text begins with": f"`{phone.PREFIX}`, then Base64url of a COSE_Sign1",
        "a code lives": f"{phone.CODE_SECONDS} s",
        "a context lives": f"{phone.CONTEXT_SECONDS // 60} min",
        "from the age of": f"{phone.AGE_MIN} years",
        "application on the phone (AID)": f"`{phone.AID.hex(' ').upper()}`",
        "asked by POST, in JSON": f"`{phone.CONTEXT_PATH}` and `{phone.SEAL_PATH}`",
    }
    rows = ["| what | value |", "|---|---|", *(f"| {name} | {value} |" for name, value in values.items())]
    refusals = [f"| {code} | {why.message} |" for code, why in phone.REFUSALS.items()]
    return "\n".join([*rows, "", "| refusal | says |", "|---|---|", *refusals])


def order_values() -> str:
    """The values of electronic prescriptions, then one row a refusal."""
    values = {
        "a QR code's text begins with": f"`{orders.PREFIX}`",
        "characters": f"{orders.LENGTH} of `{orders.ALPHABET}`",
        "asked by POST": f"`{orders.LOOKUP_PATH}`, `{orders.DONE_PATH}`, `{orders.VIEW_PATH}`",
    }
    rows = ["| what | value |", "|---|---|", *(f"| {name} | {value} |" for name, value in values.items())]
    refusals = [f"| {code} | {why.message} |" for code, why in orders.REFUSALS.items()]
    return "\n".join([*rows, "", "| refusal | says |", "|---|---|", *refusals])


MARKS: dict[str, Callable[[], str]] = {
    "rights fields": rights_fields,
    "rights codes": rights_codes,
    "phone values": phone_values,
    "pieces codes": piece_codes,
    "order values": order_values,
}
