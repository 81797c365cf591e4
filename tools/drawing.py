"""The rooms of the host as a drawing, from the contract in pyproject.toml that holds their floors."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

WIDTH, MARGIN, GAP = 520, 10, 8
ROOM, FLOOR = 42, 60  # heights: a room, a floor with the arrow below it
COLOURS = (("#f5eefb", "#b394d3"), ("#eaf6ee", "#7cb991"), ("#eaf3fb", "#7fa9cf"), ("#fdf2e3", "#d9a860"))
BESIDE = "emulation: beside; nothing that is shipped imports it"
HEAD = """<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" width="{width}" role="img" \
aria-labelledby="t" font-family="system-ui, 'DejaVu Sans', sans-serif" fill="#1c2733">
<title id="t">The rooms of the host: imports go down only</title>
<defs><marker id="a" viewBox="0 0 10 10" refX="9" refY="5" markerWidth="7" markerHeight="7" \
orient="auto"><path d="M0 0L10 5L0 10z" fill="#41566b"/></marker></defs>
<rect width="{width}" height="{height}" fill="#ffffff"/>
"""


def floors(pyproject: Path) -> list[list[str]]:
    """The rooms of each floor, the topmost first, by the first contract of layers."""
    contracts = tomllib.loads(pyproject.read_text())["tool"]["importlinter"]["contracts"]
    layers = next(one["layers"] for one in contracts if one["type"] == "layers" and "containers" not in one)
    return [
        [name.strip(" ()").removeprefix("tournee.").replace(".", "/") for name in re.split("[|:]", layer)]
        for layer in layers
    ]


def rooms(pyproject: Path) -> str:
    """The drawing (SVG): a row a floor, arrows down, the emulation beside."""
    listed = floors(pyproject)
    height = MARGIN + FLOOR * len(listed) + ROOM + MARGIN
    parts = [HEAD.format(width=WIDTH, height=height)]
    for floor, names in enumerate(listed):
        top, (fill, edge) = MARGIN + FLOOR * floor, COLOURS[floor % len(COLOURS)]
        wide = (WIDTH - 2 * MARGIN - GAP * (len(names) - 1)) / len(names)
        for column, name in enumerate(names):
            parts.append(
                _room(MARGIN + column * (wide + GAP), top, wide, name, f'fill="{fill}" stroke="{edge}"')
            )
        if floor + 1 < len(listed):
            line = f"M{WIDTH / 2:g} {top + ROOM + 1}V{top + FLOOR - 1}"
            parts.append(f'<path d="{line}" stroke="#41566b" stroke-width="2" marker-end="url(#a)"/>\n')
    dashed = 'fill="#ffffff" stroke="#a9adb5" stroke-dasharray="5 4"'
    parts.append(_room(MARGIN, MARGIN + FLOOR * len(listed), WIDTH - 2 * MARGIN, BESIDE, dashed))
    return "".join([*parts, "</svg>\n"])


def _room(left: float, top: float, wide: float, name: str, look: str) -> str:
    size, middle = 13 if len(name) * 9 > wide else 15, left + wide / 2
    return (
        f'<rect x="{left:.1f}" y="{top}" width="{wide:.1f}" height="{ROOM}" rx="8" {look}/>\n'
        f'<text x="{middle:.1f}" y="{top + 26}" font-size="{size}" text-anchor="middle">{name}</text>\n'
    )
