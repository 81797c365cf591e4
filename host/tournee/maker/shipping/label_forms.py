"""The papers that labels are printed on: `label_forms.toml`, in millimetres."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from tournee.errors import ConfigError
from tournee.tables.document import read_ours

USUAL = "60x40"


@dataclass(frozen=True)
class LabelSheet:
    """A page of labels: how many, where the first one lies from the page's upper left corner, how far
    it is to the next one."""

    page: tuple[float, float]
    columns: int
    rows: int
    left: float
    top: float
    across: float
    down: float

    def corners(self) -> Iterator[tuple[float, float]]:
        """The upper left corner of each label, row by row."""
        for row in range(self.rows):
            for column in range(self.columns):
                yield self.left + column * self.across, self.top + row * self.down


@dataclass(frozen=True)
class LabelForm:
    """A label's width and height, and the sheet that it comes in, None for one on a roll."""

    name: str
    size: tuple[float, float]
    sheet: LabelSheet | None


@cache
def label_forms() -> dict[str, LabelForm]:
    """All of them, by name."""
    forms = {}
    for name, table in read_ours(Path(__file__).with_suffix(".toml")).items():
        sheet = table.get("sheet")
        made = LabelSheet(**(sheet | {"page": tuple(sheet["page"])})) if sheet else None
        forms[name] = LabelForm(name, tuple(table["size"]), made)
    return forms


def label_form(name: str, *, sheet: bool = False) -> LabelForm:
    """One of them; ConfigError for none, or one that comes in no sheet where that is wanted."""
    known = {one.name: one for one in label_forms().values() if one.sheet or not sheet}
    if name not in known:
        raise ConfigError(
            f"Format d’étiquette inconnu : {name}.", next_step=f"choisissez parmi : {', '.join(known)}"
        )
    return known[name]
