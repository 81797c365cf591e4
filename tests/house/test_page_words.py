"""What the page says: no word of the trade's machinery or of the program in the carer's way."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from tournee.web.words import plainly

HOST = Path(__file__).parents[2] / "host" / "tournee"
TEMPLATES = HOST / "web" / "templates"
SAID = (
    *sorted((HOST / "web").rglob("*.py")),
    *(HOST / "app" / "to_settle" / f"{name}.py" for name in ("acts", "doing", "reasons", "story", "wording")),
)
"""Modules whose French is the page's own."""

NOT_OURS = (
    *("NIR", "FSE", "DRE", "ARL", "RSP", "ART", "NOEMIE", "AMO", "AMC", "RAC", "B2", "CRF", "PSK"),
    *(
        "compostage",
        "journal",
        "lot",
        "lots",
        "quarantaine",
        "mode dégradé",
        "désynchronisé",
        "zone",
        "profil",
    ),
    *("certifier", "certifiée?s?", "appairer", "jeton", "PIN", "JSON", "TOML", "UID", "XDG", "port série"),
    *("oct-emule", "direct-emule", "émulée?s?", "recycler", "rejoué", "idempotent", "valider", "veuillez"),
)
_WORD = re.compile(rf"\b({'|'.join(NOT_OURS)})\b")
_MARKUP = re.compile(r"\{#.*?#\}|\{%.*?%\}|<[^>]*>", re.S)
_SPOKEN = re.compile(r'(?:aria-label|title|placeholder|alt)="([^"]*)"')
_SENTENCE = re.compile(r"[ ’]")
_STRING = re.compile(r'"([^"]*)"')


def visible(template: str) -> Iterator[str]:
    """What a template shows or speaks: its text, its spoken attributes, sentences of its expressions."""
    without = re.sub(r"\{#.*?#\}", "", template, flags=re.S)
    yield from _SPOKEN.findall(without)
    for expression in re.findall(r"\{\{.*?\}\}|\{%.*?%\}", without, flags=re.S):
        yield from filter(_SENTENCE.search, _STRING.findall(expression))
    yield from _MARKUP.sub("\n", re.sub(r"\{\{.*?\}\}", "", without, flags=re.S)).splitlines()


def sentences(source: str) -> Iterator[str]:
    """The literals of a module that are no documentation, as far as they are sentences."""
    tree = ast.parse(source)
    told = {
        id(node.value)
        for node in ast.walk(tree)
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)
    }
    for node in ast.walk(tree):
        is_text = isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in told
        if is_text and _SENTENCE.search(node.value):
            yield node.value


@pytest.mark.parametrize("path", sorted(TEMPLATES.rglob("*.html")), ids=lambda path: path.stem)
def test_no_template_says_a_word_of_the_machinery(path: Path):
    assert [text.strip() for text in visible(path.read_text("utf-8")) if _WORD.search(text)] == []


@pytest.mark.parametrize("path", SAID, ids=lambda path: f"{path.parent.name}/{path.stem}")
def test_no_module_of_the_page_says_one(path: Path):
    if path.name != "words.py":
        assert [text for text in sentences(path.read_text("utf-8")) if _WORD.search(text)] == []


@pytest.mark.parametrize(
    ("said", "plain"),
    [
        ("Le NIR 2550699999001", "Le numéro de sécurité sociale 2550699999001"),
        ("si aucun ARL ne vient", "si aucune réponse ne vient"),
        ("marquez le retour 3 comme vu", "marquez la réponse n° 3 comme vu"),
        ("part AMC : 4,00 €", "part de la mutuelle : 4,00 €"),
        ("Cette facture n’a pas de DRE refusée.", "Cette facture n’a pas de demande à la mutuelle refusée."),
        ("l’OCT oct-emule ne répond pas", "l’organisme qui transmet vos factures OCT d’essai ne répond pas"),
        ("Elle rentre à midi", "Elle rentre à midi"),
    ],
)
def test_what_every_face_is_told_is_said_in_the_pages_words(said: str, plain: str):
    assert plainly(said) == plain
