"""The tables of `firmware/PROTOCOL.md`, from `sesam.messages` and `sesam.codes`; run to write them anew."""

import re
from pathlib import Path

from sesam import codes
from tournee.reader import codec

MANUAL = Path(__file__).parent.parent.parent / "firmware" / "PROTOCOL.md"
_CLASSES = {"u": "uint", "t": "text", "b": "bytes", "r": "records", "s": "secret"}
_STATUS = re.compile(r"^([A-Z_]+) = const\(0x([0-9A-F]{4})\)  # (.+)$", re.MULTILINE)


def message_table() -> str:
    """One line a message: its number, direction, name and fields with their bounds."""
    lines = ["| no | to | message | fields by key: name, class, bounds |", "|---|---|---|---|"]
    for number, row in sorted(codec.ROWS.items()):
        fields = [
            f"{key} `{one.name}` {_CLASSES[one.letter]} {one.low}"
            + (f"..{one.high}" if one.high > one.low else "")
            for key, one in enumerate(row.fields, start=1)
        ]
        to = "reader" if row.direction == ">" else "host"
        lines.append(f"| {number} | {to} | {row.name} | {' · '.join(fields) or 'none'} |")
    return "\n".join(lines)


def status_table() -> str:
    """One line a status, with the meaning that stands beside it in `sesam.codes`."""
    lines = ["| status | name | meaning |", "|---|---|---|"]
    source = Path(codes.__file__).read_text()
    lines += [f"| {value} | {name} | {meaning} |" for name, value, meaning in _STATUS.findall(source)]
    return "\n".join(lines)


TABLES = {"messages": message_table, "statuses": status_table}


def with_tables(text: str) -> str:
    """Put both tables between their marks."""
    for name, make in TABLES.items():
        start, stop = f"<!-- {name} -->\n", f"\n<!-- end of {name} -->"
        before, _, rest = text.partition(start)
        _, _, after = rest.partition(stop)
        text = before + start + make() + stop + after
    return text


if __name__ == "__main__":
    MANUAL.write_text(with_tables(MANUAL.read_text()))
