"""Every refusal and remark names a rule of the catalogue, and every rule of the nomenclature is named."""

import ast
from collections.abc import Iterator
from pathlib import Path

import tournee.billing
from tournee.billing.nomenclature.table import packaged
from tournee.billing.rules.catalogue import CATALOGUE

BILLING = Path(tournee.billing.__file__).parent
NOMENCLATURE = """
11B 11B-prelev 11B-vaccin 11B-tele 11B-5bis 11B-analgesie 11B-perf 11B-postop perf-jour perf-4 perf-5 art10
sondage tmi bsx bsx-plein bsx-moitie bsx-compris bsx-nonmau mau mci mie nuit maj-une maj-samedi maj-58 ifd ifi
ehpad ik ik-plafond ordonnance mk-une mk-deux mk-deux-exc mk-pll mk-suppl mk-bdk mk-accord mk-groupe mk-ifs
mk-domicile mk-majo mk-pas-mie
"""
PRICED = {
    "11B-analgesie": "pricing/session.py",
    "11B-perf": "pricing/session.py",
    "bsx-moitie": "pricing/session.py",
    "ik": "pricing/travel.py",
    "ik-plafond": "pricing/travel.py",
    "mk-deux-exc": "rules/physiotherapist/one_day.py",
}
"""Rules that refuse nothing: a price, or a refusal that is not made, holds them; their module names them."""


def trees() -> Iterator[tuple[Path, ast.Module]]:
    for path in BILLING.rglob("*.py"):
        if path.name != "catalogue.py":
            yield path, ast.parse(path.read_text("utf-8"))


def named_rules() -> Iterator[tuple[Path, str]]:
    """The rules that are written as the third of a Breach or a Remark."""
    for path, tree in trees():
        for call in ast.walk(tree):
            if not isinstance(call, ast.Call) or getattr(call.func, "id", "") not in ("Breach", "Remark"):
                continue
            told = [*call.args[2:3], *(one.value for one in call.keywords if one.arg == "rule")]
            for rule in told:
                yield from ((path, one) for one in written(rule))


def written(rule: ast.expr) -> list[str]:
    """The ids that an expression may be, as far as it says them."""
    if isinstance(rule, ast.IfExp):
        return [*written(rule.body), *written(rule.orelse)]
    return [rule.value] if isinstance(rule, ast.Constant) else []


def test_every_rule_that_a_refusal_names_is_in_the_catalogue():
    assert [(path.name, rule) for path, rule in named_rules() if rule not in CATALOGUE] == []
    assert len(set(named_rules())) > 40


def test_every_rule_of_the_nomenclature_is_in_the_catalogue():
    rules = NOMENCLATURE.split()
    assert len(rules) == 44
    assert [rule for rule in rules if rule not in CATALOGUE] == []


def test_every_rule_of_the_nomenclature_is_named_by_the_code():
    words = {
        part.value
        for _, tree in trees()
        for part in ast.walk(tree)
        if isinstance(part, ast.Constant) and isinstance(part.value, str)
    }
    derogations = {rule for rule in NOMENCLATURE.split() if rule.startswith("11B-")}  # f"11B-{name}"
    missing = [rule for rule in NOMENCLATURE.split() if rule not in words | derogations | PRICED.keys()]
    assert missing == []
    for rule, module in PRICED.items():
        assert rule in (BILLING / module).read_text("utf-8"), rule


def test_rules_are_told_in_one_sentence_with_known_sources():
    known = packaged().rows.sources
    for one in CATALOGUE.values():
        assert not one.says.endswith("."), one.id
        assert [code for code in one.sources if code.split()[0] not in known] == [], one.id
