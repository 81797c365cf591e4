"""One name, one thing: no two public classes of the host share a name, nor two of the reader's firmware."""

import ast
import re
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
HOST = ROOT / "host" / "tournee"
FIRMWARE = ROOT / "firmware"


def modules(root: Path) -> list[Path]:
    return [
        path
        for path in sorted(root.rglob("*.py"))
        if FIRMWARE not in path.resolve().parents or root is FIRMWARE
    ]


def public_classes(root: Path) -> dict[str, list[str]]:
    """Where each public class of these modules stands, by name."""
    found = defaultdict(list)
    for path in modules(root):
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.ClassDef) and not node.name.startswith("_"):
                found[node.name].append(str(path.relative_to(ROOT)))
    return found


@pytest.mark.parametrize("root", [HOST, FIRMWARE], ids=["host", "firmware"])
def test_no_two_public_classes_of_one_name_stand_for_different_things(root):
    assert {name: where for name, where in public_classes(root).items() if len(where) > 1} == {}


def test_names_at_both_ends_are_of_one_thing_and_the_module_says_whose():
    """A dialogue with a card, sums of an invoice, its journal; the host's card, invoice and journal."""
    both = public_classes(HOST).keys() & public_classes(FIRMWARE).keys()
    assert both == {"Invoice", "Journal", "Message", "PsCard", "VitaleCard"}


#: Words that once meant six or eight things: each with the rooms, or modules, whose one meaning it has.
WORDS = {
    # the mail's sealing (scellement: CMS EnvelopedData), the seal of a Vitale card or phone (records 7 V, A)
    "seal": (
        "firmware/reader/arena.py",
        "firmware/reader/cards",
        "firmware/reader/certification",
        "firmware/sesam/messages.py",
        "host/tournee/api/asking.py",  # a state of the journal
        "host/tournee/app",
        "host/tournee/cli/commands/sending/route_add.py",
        "host/tournee/config",
        "host/tournee/emulation/oct",
        "host/tournee/emulation/services/phone_service.py",
        "host/tournee/emulation/world.py",
        "host/tournee/exchange",
        "host/tournee/reader",
        "host/tournee/returns/classify.py",
        "host/tournee/services/phone_card",
        "host/tournee/store/states.py",
        "host/tournee/store/tables",  # sealed_chunk, a table's name; the journal's values are encrypted
        "tools/bench/long_file.py",
    ),
    # the link's PIECE: a request's frame in parts; and OPPOSITION_PIECE, a status of the protocol;
    # beyond the link, what proves an invoice on paper (pièce: SCOR)
    "piece": (
        "firmware/reader/link",
        "firmware/sesam",
        "host/tournee/app",
        "host/tournee/cli",
        "host/tournee/documents/pieces",
        "host/tournee/emulation/insurers.py",
        "host/tournee/emulation/oct",
        "host/tournee/emulation/services",
        "host/tournee/exchange/proofs.py",
        "host/tournee/formats/proof_table.py",
        "host/tournee/model/effect.py",
        "host/tournee/practice/scan_file.py",
        "host/tournee/returns/arl.py",
        "host/tournee/store",
        "host/tournee/web",
        "tools/bench",
        "tools/service_tables.py",
        "host/tournee/maker/reorder_checks.py",
        "host/tournee/reader/link/fragments.py",
    ),
    # where a mistake stands in what the carer, or an editor's software, wrote
    "place": (
        "host/tournee/billing",
        "host/tournee/returns/message.py",
        "host/tournee/store",
        "host/tournee/tables",
    ),
}


def made_names(tree: ast.Module) -> Iterator[str]:
    """The names that a module makes: functions, classes, arguments, variables, attributes."""
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            yield node.name
        elif isinstance(node, ast.arg):
            yield node.arg
        elif isinstance(node, ast.Name | ast.Attribute) and isinstance(node.ctx, ast.Store):
            yield node.id if isinstance(node, ast.Name) else node.attr


@pytest.mark.parametrize("word", WORDS)
def test_word_names_nothing_outside_the_rooms_of_its_meaning(word):
    names = re.compile(rf"(?<![a-z])(un)?{word}(s|ed|ing|d)?(?![a-z])", re.IGNORECASE)
    found = {}
    for root in (HOST, FIRMWARE, ROOT / "tools"):
        for path in modules(root):
            where = path.relative_to(ROOT)
            allowed = any(where.is_relative_to(room) for room in WORDS[word])
            if not allowed and (
                bad := sorted(set(filter(names.search, made_names(ast.parse(path.read_text())))))
            ):
                found[str(where)] = bad
    assert found == {}
