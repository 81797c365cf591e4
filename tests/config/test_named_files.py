"""Names of files in a configuration: each key that is one is known, wherever its table stands."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

import pytest
import tomlkit

from tournee.config import named_files
from tournee.config.named_files import FILES, FOLDER, IN_LIST, IN_OWN, JOURNAL, LIST, names_in

CONFIG = Path(named_files.__file__).parent
NOT_TAKEN = {"dossier"}
"""A Maildir's folder: its letters are had again. The nomenclature's, of the same key, is `FOLDER`."""


def test_every_key_that_the_configuration_reads_as_a_file_is_known() -> None:
    source = "\n".join(path.read_text() for path in CONFIG.glob("*.py"))
    read = set(re.findall(r"\.file\(\"(\w+)\"", source))
    assert read
    known = {keys[-1] for keys in (*FILES, *IN_LIST, *IN_OWN, JOURNAL, FOLDER, LIST)}
    assert read - known <= NOT_TAKEN


OWN, SERVER, OTHER = (
    "[route.a]\ncertificat='1'\n",
    "[route.a.envoi]\nautorites='2'\n",
    "[route.b]\ncertificat='3'\n",
)
READER, RETURNS = "[lecteur]\nsecret='4'\n", "[retours]\ncle='5'\n"
ONE, TWO = (f"[[route.a.destinataire]]\ncertificat='{rank}'\n" for rank in (1, 2))
LAYOUTS = {
    "one after another": OWN + SERVER + OTHER,
    "apart": OWN + READER + OTHER + RETURNS + SERVER,
    "child first": SERVER + READER + OWN,
    "dotted": "route.a.certificat='1'\nroute.a.envoi.autorites='2'\nlecteur.secret='4'\n",
    "inline": "route={a={certificat='1',envoi={autorites='2'}}}\n",
    "arrays": ONE + READER + TWO,
    "array inline": "[route.a]\ndestinataire=[{certificat='1'},{certificat='2'}]\n",
}


@pytest.mark.parametrize("text", LAYOUTS.values(), ids=LAYOUTS)
def test_a_name_is_changed_however_its_table_is_written(text: str) -> None:
    try:
        expected = tomllib.loads(re.sub(r"'(\d)'", r"'new \1'", text))
    except tomllib.TOMLDecodeError:
        pytest.fail("a layout that is no TOML")
    document = tomlkit.parse(text)
    for named in names_in(document, Path("/home"), FILES):
        named.rename(f"new {named.told}")
    assert tomllib.loads(tomlkit.dumps(document)) == expected


@pytest.mark.parametrize(
    "text", ["", "route=1", "route=[1]", "[route]\na=1", "lecteur={secret=1}", "lecteur={secret=''}"]
)
def test_what_is_no_name_is_left(text: str) -> None:
    assert list(names_in(tomlkit.parse(text), Path("/home"), FILES)) == []
