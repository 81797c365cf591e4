"""Each part of the host's end of the link has one owner: nobody else writes into it."""

import ast
from pathlib import Path

import pytest

from tournee.reader import link

MODULES = sorted(Path(link.__file__).parent.glob("*.py"))


def written(tree: ast.Module) -> list[ast.Attribute]:
    """The attributes that a module writes."""
    return [
        node for node in ast.walk(tree) if isinstance(node, ast.Attribute) and isinstance(node.ctx, ast.Store)
    ]


def is_own(one: ast.Attribute) -> bool:
    return isinstance(one.value, ast.Name) and one.value.id == "self"


@pytest.mark.parametrize("path", MODULES, ids=lambda path: path.stem)
def test_module_writes_into_its_own_objects_alone(path):
    tree = ast.parse(path.read_text())
    own = {one.attr for one in written(tree) if is_own(one)}
    fields = {
        node.target.id
        for node in ast.walk(tree)
        if isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name)
    }
    assert [one.attr for one in written(tree) if not is_own(one) and one.attr not in own | fields] == []


def test_no_part_is_held_under_a_second_name():
    """An object is kept by whoever made it or was given it; nobody takes it out of another one."""
    taken = [
        (path.stem, ast.unparse(node))
        for path in MODULES
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.Assign)
        and is_own_attribute(node.targets[0])
        and isinstance(node.value, ast.Attribute)
        and is_own_attribute(node.value.value)
    ]
    assert taken == []


def is_own_attribute(node: ast.expr) -> bool:
    return isinstance(node, ast.Attribute) and is_own(node)
