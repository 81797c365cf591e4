"""Every command that the documents show is typed at the moments of a carer's day; what never works fails."""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterator
from pathlib import Path

import pytest
from situations import Practice, open_practice, runs
from test_commands import judge, mentioned, typed

DOCUMENTS = [
    Path("README.md"),
    *(
        Path("host/docs") / f"{name}.md"
        for name in ("by-hand", "operations", "guide-soignant", "nomenclature")
    ),
]
ELSEWHERE = {
    r"reader (scan|pair|use|forget|list)": "takes a radio: tests/bluetooth",
    r"reader emulate|demo": "keeps on running, or takes a second of its own: test_walks",
    r"route add": "asks for a whole route: tests/cli/test_route_command",
    r"web\b": "keeps on running: tests/web",
    r"(patient|ordonnance|plan|round) ": "wants a practice's file: tests/cli/practice",
    r"mutuelle edit|prescripteur (list --patient|import)": "wants a practice's file: tests/cli/practice",
    r"practice ": "wants a practice's server: tests/server",
    r"(droits|amc|apcv) |certify --appli|reader update-card": "wants a service: tests/app/services",
    r"attestation ": "wants a practice's file: tests/app/practice",
    r"piece (add|check|send)": "wants a photograph: tests/cli/test_piece_commands, tests/app/pieces",
    r"remplacement (montrer|releve|signer)": "wants a contract: tests/replacements",
    r"store (migrate|move)": "wants a database: tests/store/test_practices",
    r"serve-practice": "keeps on running: tests/server",
    r"password": "needs a keyring: tests/cli/test_secrets",
    r"nomenclature update": "wants an editor's signature: tests/cli",
    r"route test mon-oct|send --again FICHIER": "names what only the reader of the document has",
}
"""Commands that are not typed here, and why; the same commands are run where it says."""


def lines() -> list[str]:
    """The whole commands of the documents, each once."""
    found = [
        re.sub(r"\s+#.*$|>.*$", "", line).removeprefix("tournee ").strip()
        for document in DOCUMENTS
        for line in (*typed(document), *mentioned(document))
        if shlex.split(line, comments=True)[0] == "tournee"
        and judge(line, whole=True) == ""
        and "…" not in line
    ]
    return [line for line in dict.fromkeys(found) if not any(re.match(one, line) for one in ELSEWHERE)]


@pytest.fixture(scope="module")
def practice(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Practice]:
    with open_practice(tmp_path_factory.mktemp("typed")) as made:
        yield made


@pytest.mark.parametrize("line", lines())
def test_a_command_of_the_documents_does_its_work_at_some_moment_of_a_day(
    line: str, practice: Practice
) -> None:
    assert runs(practice, line) == ""


@pytest.mark.parametrize("pattern", ELSEWHERE)
def test_what_is_not_typed_here_is_still_in_the_documents(pattern: str) -> None:
    shown = [line for document in DOCUMENTS for line in (*typed(document), *mentioned(document))]
    assert any(re.match(f"tournee ({pattern})", line) for line in shown)
