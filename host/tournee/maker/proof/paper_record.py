"""The production record on paper: the same facts as its JSON, for who files sheets."""

from __future__ import annotations

import textwrap
from typing import Any

from tournee.documents.layout import BOTTOM, LEFT, RIGHT, TOP, headings, rows_box, said_box
from tournee.documents.paper import Paper

_SEEN, _MS, _VERDICT = 312, RIGHT - 42, RIGHT - 36
_NAME_CHARS, _SEEN_CHARS, _HEX_CHARS = 62, 40, 128
_HEX_LINES = 2  # of what came, the last ones, on paper; the whole is in the JSON
_FAMILIES = {
    "LINK": "Liaison",
    "MESSAGES": "Messages",
    "CHANNEL": "Canal protégé",
    "CARDS": "Cartes d’essai",
    "STATE": "État du lecteur",
}


def record_pdf(made: dict[str, Any], digest: str) -> bytes:
    """The record as PDF; `digest` is SHA-256 of its JSON. The same record gives the same bytes."""
    reader = made["reader"]
    paper = Paper(f"Contrôle de production {reader['serial'] or reader['board']}")
    y = _head(paper, made)
    y = rows_box(paper, y, _facts(made, digest), 165)
    family = ""
    for one in made["findings"]:
        lines = _lines(one)
        if y < BOTTOM + 9 * lines[2] + 30:
            _foot(paper, made)
            paper.new_page()
            y, family = TOP, ""
        if one["family"] != family:
            family = one["family"]
            y = headings(paper, y, ((LEFT + 5, _FAMILIES[family]), (_SEEN, "Vu")), ((_MS, "ms"),))
        y = _finding(paper, y, one, *lines)
    _foot(paper, made)
    return paper.to_bytes()


def _head(paper: Paper, made: dict[str, Any]) -> float:
    reader, of = made["reader"], len(made["findings"])
    paper.text(LEFT, TOP, "CONTRÔLE DE PRODUCTION", 15, bold=True)
    paper.text(LEFT, TOP - 18, f"Lecteur {reader['serial'] or 'sans numéro de série'}", 12, bold=True)
    verdict = "CONFORME" if made["good"] == of else "NON CONFORME"
    paper.text(400, TOP, verdict, 15, bold=True)
    paper.text(400, TOP - 18, f"{made['good']} points sur {of}", 10)
    return said_box(paper, TOP - 30, "Profil open-1 : un lecteur contrôlé ainsi n’est agréé par personne.")


def _facts(made: dict[str, Any], digest: str) -> list[tuple[str, str]]:
    reader, state, image, files = made["reader"], made["state"], made["image"], made["files"]
    facts = [
        ("Date", made["date"].replace("T", " ")),
        ("Outil", f"{made['tool']['name']} {made['tool']['version']}, {made['tool']['system']}"),
        ("Carte, micrologiciel", f"{reader['board']}, {reader['firmware']}"),
    ]
    if image:
        facts += [("SHA-256 signé, dit par le lecteur", image["signed_sha256"])]
        facts += [("Compteur", str(image["counter"])), ("Clé de l’image d’après", image["next_key"])]
    for name, label in (("image", "Image donnée"), ("runtime", "MicroPython donné")):
        if name in files:
            facts += [(label, f"{files[name]['name'][:40]}, {files[name]['size']} octets")]
            facts += [("   SHA-256 du fichier", files[name]["file_sha256"])]
    heap = f"{reader['heap_used']} octets sur {reader['heap_size']}, au plus {reader['heap_peak']}"
    facts += [("Mémoire", heap)]
    if state:
        facts += [("Signatures faites", str(state["signatures"]))]
        kind = "production" if state["production"] else "développement"
        facts += [("Banque, images prises", f"{state['running']} sur {state['banks']}, de {kind}")]
    who = "de développement" if made["development"] else made["signed_by"] or "aucune"
    return [*facts, ("Clé qui signe", who), ("SHA-256 du fichier JSON", digest)]


def _lines(one: dict[str, Any]) -> tuple[list[str], list[str], int]:
    """What is seen, wrapped; what came, in hexadecimal, wrapped and cut; how many lines both take."""
    seen = textwrap.wrap(one["seen"], _SEEN_CHARS, max_lines=3, placeholder=" …") or [""]
    told = " · ".join(one["received"])
    came = textwrap.wrap(told, _HEX_CHARS, break_on_hyphens=False)
    if len(came) > _HEX_LINES:
        came = [f"… {line}" if rank == 0 else line for rank, line in enumerate(came[-_HEX_LINES:])]
    return seen, came, max(len(seen), len(textwrap.wrap(one["name"], _NAME_CHARS))) + len(came)


def _finding(
    paper: Paper, y: float, one: dict[str, Any], seen: list[str], came: list[str], lines: int
) -> float:
    name = textwrap.wrap(one["name"], _NAME_CHARS)
    for at, words in enumerate(name):
        paper.text(LEFT + 5, y - 9 - 9 * at, words, 8, bold=not one["good"])
    for at, words in enumerate(seen):
        paper.text(_SEEN, y - 9 - 9 * at, words, 8, bold=not one["good"])
    paper.amount(_MS, y - 9, str(one["took_ms"]), 8)
    paper.text(_VERDICT, y - 9, "ok" if one["good"] else "FAUX", 8, bold=not one["good"])
    under = y - 9 * max(len(name), len(seen))
    for at, words in enumerate(came):
        paper.text(LEFT + 12, under - 7.5 - 7.5 * at, words, 6)
    end = y - 9 * lines - 4
    paper.rule(LEFT, end, RIGHT, width=0.2)
    return end - 1


def _foot(paper: Paper, made: dict[str, Any]) -> None:
    """Under each page: of which reader and moment it is, and where the whole is."""
    who = f"{made['reader']['serial'] or made['reader']['board']}, {made['date'][:16].replace('T', ' ')}"
    told = f"{who}, page {paper.pages} ; octets reçus en entier dans le JSON, signé ({made['form']})"
    paper.text(LEFT, BOTTOM - 18, told, 7)
