"""The licences of what others made, as each part carries them, in one text."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from part import ELSEWHERE, OUTSIDE, Part

COMMON = Path("/usr/share/common-licenses")
"""Where a Debian keeps the texts of licences that need no name put in."""
_LINE = "=" * 100
_ELSEWHERE = "Of another platform than that of this release; their wheels carry their licences there:"
_NONE = "Neither what is installed of these nor their metadata has a text of their licence:"


def licences_of(parts: Iterable[Part]) -> str:
    """Every part that is not ours by name, version and licence, then each text once, with whose it is."""
    held = [part for part in sorted(parts) if part.kind != "file" and part.scope != OUTSIDE]
    listed = list(
        {(part.name, part.version): part for part in held if not part.name.startswith("tournee")}.values()
    )
    told = [f"{part.name} {part.version}: {part.licence or 'not known here'}" for part in listed]
    owners: dict[str, list[str]] = {}
    for part in listed:
        for text in _texts(part):
            owners.setdefault(text.strip(), []).append(f"{part.name} {part.version}")
    lacking = [part for part in listed if not _texts(part)]
    texts = [
        f"{_LINE}\n{', '.join(dict.fromkeys(whose))}\n{_LINE}\n\n{text}\n" for text, whose in owners.items()
    ]
    head = "Licences of what others made and this release holds or asks for.\n"
    without = ""
    for why, some in (
        (_ELSEWHERE, [part for part in lacking if part.about == ELSEWHERE]),
        (_NONE, [part for part in lacking if part.about != ELSEWHERE]),
    ):
        without += f"\n{why}\n" + "".join(f"  {one.name} {one.version}\n" for one in some) if some else ""
    return head + "\n" + "".join(f"  {one}\n" for one in told) + without + "\n" + "\n".join(texts)


def _texts(part: Part) -> tuple[str, ...]:
    common = COMMON / part.licence
    return part.texts or ((common.read_text(),) if part.licence and common.is_file() else ())
