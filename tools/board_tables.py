"""The table of the boards' manual that is made from the code."""

from tournee.boards.schema import KEYS, LISTED


def keys() -> str:
    """The keys that a board.toml may have, of `tournee.boards.schema`."""
    rows = ["| key | | may be | what it is |", "|---|---|---|---|"]
    for key in KEYS:
        table = f"[{key.table}]" if key.table not in LISTED else f"[[{key.table}]]"
        name = f"{table} {key.name}" if key.table else key.name
        needed = "needed" if key.needed else ""
        rows.append(f"| `{name}` | {needed} | {key.bounds or key.kind} | {key.meaning} |")
    return "\n".join(rows)
