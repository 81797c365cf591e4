"""The rooms of the device's code: each imports from those below alone, and holds a dozen modules at most."""

import ast
from pathlib import Path

import pytest

FIRMWARE = Path(__file__).parents[2] / "firmware"
FLOORS = (
    ("core",),
    ("service",),
    ("maker",),
    ("certification", "cards", "link"),  # side by side: none knows another
    ("transmission", "crypto", "storage"),
    ("arena", ""),  # and VERSION
)
PLACE = {room: number for number, floor in enumerate(FLOORS) for room in floor}
MODULES = sorted((FIRMWARE / "reader").rglob("*.py"))


def room_of(name):
    """`reader.link.sender` stands in `link`, `reader.core` in `core`, `reader` itself in none."""
    return [*name.split("."), ""][1]


def imports(place):
    for node in ast.walk(ast.parse(place.read_text())):
        if isinstance(node, ast.ImportFrom):
            yield node.module
        elif isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)


@pytest.mark.parametrize("place", MODULES, ids=lambda place: str(place.relative_to(FIRMWARE)))
def test_module_imports_from_its_own_room_and_from_floors_below(place):
    own = room_of(".".join(place.relative_to(FIRMWARE).with_suffix("").parts).removesuffix(".__init__"))
    for name in imports(place):
        top, room = name.split(".")[0], room_of(name)
        assert top in ("sesam", "array", "gc", "reader"), name
        assert top != "reader" or room == own or PLACE[room] > PLACE[own], f"{name} is not below {own}"


@pytest.mark.parametrize("folder", ["firmware", "boards/drivers"])
def test_no_folder_holds_more_than_a_dozen_modules(folder):
    held = {}
    for place in (FIRMWARE.parent / folder).rglob("*.py"):
        held.setdefault(place.parent, []).append(place)
    for where, modules in held.items():
        assert len([one for one in modules if one.name != "__init__.py"]) <= 12, where
