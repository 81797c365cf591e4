"""Tables of SERVICES.md that are made from the tables of the services, by their mark."""

from collections.abc import Callable

from tournee.services.rights import table as rights


def rights_fields() -> str:
    """One row a field of a request for rights."""
    rows = ["| field | characters, at most |", "|---|---|"]
    return "\n".join([*rows, *(f"| `{name}` | {longest} |" for name, longest in rights.FIELDS)])


def rights_codes() -> str:
    """One row a code of an answer."""
    rows = ["| code | says |", "|---|---|"]
    return "\n".join([*rows, *(f"| {code} | {words} |" for code, words in rights.MEANINGS.items())])


MARKS: dict[str, Callable[[], str]] = {
    "rights fields": rights_fields,
    "rights codes": rights_codes,
}
